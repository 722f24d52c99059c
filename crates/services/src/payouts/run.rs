use tribute_events::{BrandId, Event, ProgramId, Timestamp};
use tribute_ledger::{Voucher, payouts as ledger};
use tribute_payouts::{Outcome, Proposal};
use tribute_store::entity::payout;

use super::{earnings, propose::proposals, row};
use crate::{ServiceError, fraud, step::Step};

/// Runs the payouts of a program with this cut-off instant; `by` whom it was asked for, where it was.
pub(super) async fn pay(
    step: &mut Step<'_>,
    event: &Event,
    brand: &BrandId,
    program_id: &ProgramId,
    (run_at, by): (Timestamp, Option<&str>),
) -> Result<(), ServiceError> {
    fraud::screen_again(step, event, brand, program_id, run_at).await?;
    let proposals = proposals(&mut step.transaction, step.registry, brand, program_id, run_at).await?;
    let mut rows = Vec::with_capacity(proposals.len());
    for proposal in proposals {
        let row = row_of(event, brand, program_id, (run_at, by), proposal)?;
        if row.status == "proposed" {
            take(step, event, &row).await?;
        }
        row::say(step, &row, run_at)?;
        rows.push(row);
    }
    Ok(step.transaction.upsert::<payout::Entity>(&rows).await?)
}

fn row_of(
    event: &Event,
    brand: &BrandId,
    program: &ProgramId,
    (run_at, by): (Timestamp, Option<&str>),
    proposal: Proposal,
) -> Result<payout::Model, ServiceError> {
    let mut row = payout::Model {
        brand: brand.to_string(),
        payout: proposal.payout.to_string(),
        program: program.to_string(),
        ambassador: proposal.balance.ambassador.to_string(),
        run_at: run_at.millis(),
        balance_asset: proposal.balance.asset.to_string(),
        balance: proposal.balance.amount,
        asset: None,
        amount: None,
        fixing: None,
        withheld: None,
        method: None,
        status: String::new(),
        reason: None,
        history: "[]".to_owned(),
    };
    let status = match proposal.outcome {
        Outcome::Pay { asset, amount, withheld, method, fixing, note } => {
            row.reason = note;
            row.asset = Some(asset.to_string());
            row.amount = Some(amount);
            row.withheld = (withheld > 0).then_some(withheld);
            row.method = method.map(|method| method.to_string());
            let text = |fixing| {
                serde_json::to_string(&fixing).map_err(ServiceError::stored("payout", row.payout.as_str()))
            };
            row.fixing = fixing.map(text).transpose()?;
            "proposed"
        }
        Outcome::Carry { reason } => {
            row.reason = Some(reason);
            "carried"
        }
        Outcome::Hold { reason } => {
            row.reason = Some(reason);
            "held"
        }
    };
    let entry = row::Entry {
        at: run_at,
        status: status.to_owned(),
        cause: event.id.to_string(),
        by: by.map(str::to_owned),
        reference: None,
        reason: row.reason.clone(),
        rail: None,
        references: None,
    };
    row::remember(&mut row, entry)?;
    Ok(row)
}

/// Takes the movements into the payout, and the money from available to in transit.
async fn take(step: &mut Step<'_>, event: &Event, row: &payout::Model) -> Result<(), ServiceError> {
    let sql = "UPDATE movement SET payout = $1 WHERE brand = $2 AND program = $3 AND ambassador = $4 AND asset = $5 \
        AND payout IS NULL AND held IS NULL AND available_at <= $6";
    let values = vec![
        row.payout.as_str().into(),
        row.brand.as_str().into(),
        row.program.as_str().into(),
        row.ambassador.as_str().into(),
        row.balance_asset.as_str().into(),
        row.run_at.into(),
    ];
    step.transaction.execute(sql, values).await?;
    let voucher = voucher(step, event, row, Timestamp::from_millis(row.run_at));
    for posted in ledger::propose(&voucher, &row::value_of(row)?)? {
        step.post(&BrandId::trusted(&row.brand), posted).await?;
    }
    let run_at = Timestamp::from_millis(row.run_at);
    earnings::say_in(step, "tribute.earning.in_payout", run_at, &event.id, row).await
}

/// What a payout's ledger transactions are booked on.
pub(super) fn voucher(
    step: &Step<'_>,
    event: &Event,
    row: &payout::Model,
    effective_at: Timestamp,
) -> Voucher {
    step.voucher(&row.program, effective_at, &event.id, format!("payout {}", row.payout))
}
