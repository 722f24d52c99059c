use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, Event, ProgramId, Timestamp};
use tribute_ledger::{Voucher, payouts as ledger};
use tribute_money::Asset;
use tribute_payouts::{Balance, Outcome, Proposal, propose};
use tribute_store::entity::{movement, payout};

use super::{earnings, rates, row};
use crate::{ServiceError, step::Step};

/// How many movements are read at a time.
const MOVEMENTS_AT_ONCE: i64 = 10_000;

/// Runs the payouts of a program with this cut-off instant.
pub(super) async fn pay(
    step: &mut Step<'_>,
    event: &Event,
    brand: &BrandId,
    program_id: &ProgramId,
    run_at: Timestamp,
) -> Result<(), ServiceError> {
    let balances = open_balances(step, brand, program_id, run_at).await?;
    let terms = step.registry.program(brand, program_id).and_then(|program| program.terms_at(run_at));
    let Some(terms) = terms.cloned() else { return Ok(()) };
    let rates = rates::before(step, run_at, terms.payout.rate_age_max).await?;
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    let proposals = propose(program_id, program, &terms, run_at, &balances, &rates)
        .map_err(|source| ServiceError::Payout { program: program_id.to_string(), source })?;
    let mut rows = Vec::with_capacity(proposals.len());
    for proposal in proposals {
        let row = row_of(event, brand, program_id, run_at, proposal)?;
        if row.status == "proposed" {
            take(step, event, &row).await?;
        }
        row::say(step, &row, run_at)?;
        rows.push(row);
    }
    Ok(step.transaction.upsert::<payout::Entity>(&rows).await?)
}

/// Cleared and unpaid balances up to the cut-off.
async fn open_balances(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    run_at: Timestamp,
) -> Result<Vec<Balance>, ServiceError> {
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut after = (String::new(), i64::MIN);
    loop {
        let condition = "brand = $1 AND program = $2 AND payout IS NULL AND held IS NULL AND available_at <= $3 \
            AND (ambassador, seq) > ($4, $5) ORDER BY ambassador, seq LIMIT $6";
        let values = vec![
            brand.as_str().into(),
            program.as_str().into(),
            run_at.millis().into(),
            after.0.as_str().into(),
            after.1.into(),
            MOVEMENTS_AT_ONCE.into(),
        ];
        let rows = step.transaction.select::<movement::Entity>(condition, values).await?;
        let Some(last) = rows.last() else { break };
        after = (last.ambassador.clone(), last.seq);
        for row in rows {
            let overflow = || ServiceError::overflow(format!("balance of {}", row.ambassador));
            let sum = sums.entry((row.ambassador.clone(), row.asset.clone())).or_default();
            *sum = sum.checked_add(row.amount).ok_or_else(overflow)?;
        }
    }
    let balance = |((ambassador, asset), amount): ((String, String), i64)| {
        let asset: Asset = asset.parse().map_err(ServiceError::money("movement"))?;
        Ok(Balance { ambassador: AmbassadorId::trusted(&ambassador), asset, amount })
    };
    sums.into_iter().filter(|(_, amount)| *amount != 0).map(balance).collect()
}

fn row_of(
    event: &Event,
    brand: &BrandId,
    program: &ProgramId,
    run_at: Timestamp,
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
        status: String::new(),
        reason: None,
        history: "[]".to_owned(),
    };
    let status = match proposal.outcome {
        Outcome::Pay { asset, amount, fixing, note } => {
            row.reason = note;
            row.asset = Some(asset.to_string());
            row.amount = Some(amount);
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
        by: None,
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
