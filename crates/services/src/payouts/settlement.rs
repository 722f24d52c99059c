use tribute_events::{BrandId, Event, Payload, PayoutExported, PayoutId, Rejection, RejectionCode};
use tribute_ledger::payouts as ledger;
use tribute_payouts::{LedgerEffect, PayoutStatus, PayoutStep, advance, matching::PayoutReferences};
use tribute_store::entity::payout;

use super::{earnings, row, run};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// Takes an approval, an export or a bank's word on payouts.
pub(crate) async fn settle(step: &mut Step<'_>, event: &Event) -> Result<(), ServiceError> {
    match &event.payload {
        Payload::PayoutApproved(what) => {
            let told = Told { by: Some(what.by.clone()), ..Told::new(PayoutStep::Approve) };
            take(step, event, &what.payout, told).await
        }
        Payload::PayoutExported(what) => {
            for payout in &what.payouts {
                let told = Told {
                    reference: Some(what.file.clone()),
                    rail: what.issue.as_ref().map(|issue| issue.rail.to_string()),
                    references: references(what, payout),
                    ..Told::new(PayoutStep::Export)
                };
                take(step, event, payout, told).await?;
            }
            Ok(())
        }
        Payload::Settlement(what) => {
            let told = Told {
                reference: what.reference.as_ref().map(ToString::to_string),
                reason: what.reason.clone(),
                ..Told::new(what.outcome.into())
            };
            take(step, event, &what.payout, told).await
        }
        _ => Ok(()),
    }
}

/// What a file calls a payout, where the file says so.
fn references(what: &PayoutExported, payout: &PayoutId) -> Option<PayoutReferences> {
    let named = what.references.iter().find(|it| it.payout == *payout)?;
    Some(PayoutReferences {
        end_to_end: Some(named.end_to_end.clone()),
        instruction: None,
        message: what.issue.as_ref().and_then(|issue| issue.message.clone()),
        payment_info: named.payment_info.clone(),
        trace: named.trace.clone(),
    })
}

/// What was said of a payout.
struct Told {
    step: PayoutStep,
    by: Option<String>,
    reference: Option<String>,
    reason: Option<String>,
    rail: Option<String>,
    references: Option<PayoutReferences>,
}

impl Told {
    const fn new(step: PayoutStep) -> Self {
        Self { step, by: None, reference: None, reason: None, references: None, rail: None }
    }
}

async fn take(step: &mut Step<'_>, event: &Event, payout: &PayoutId, told: Told) -> Result<(), ServiceError> {
    let keys = [key([event.brand.as_str(), payout.as_str()])];
    let columns = [payout::Column::Brand, payout::Column::Payout];
    let rows = step.transaction.find::<payout::Entity>(&columns, &keys).await?;
    let Some(mut row) = rows.into_iter().next() else {
        let reason = format!("payout {payout} is not known; see `tribute report payouts` for the ids");
        return step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await;
    };
    let status: PayoutStatus =
        row.status.parse().map_err(|why| ServiceError::Status { payout: payout.clone(), source: why })?;
    let program = tribute_events::ProgramId::trusted(&row.program);
    let run_at = tribute_events::Timestamp::from_millis(row.run_at);
    let terms = step.registry.program(&event.brand, &program).and_then(|it| it.terms_at(run_at));
    let approval = terms.is_none_or(|terms| terms.payout.approval);
    let change = match advance(payout, status, told.step, approval) {
        Ok(Some(change)) => change,
        Ok(None) => return Ok(()),
        Err(rejection) => return step.refuse(event, &rejection).await,
    };
    row.reason.clone_from(&told.reason);
    let entry = row::Entry {
        at: event.time,
        status: change.to.as_str().to_owned(),
        cause: event.id.to_string(),
        by: told.by,
        reference: told.reference,
        reason: told.reason,
        rail: told.rail,
        references: told.references,
    };
    row::remember(&mut row, entry)?;
    book(step, event, &row, change.effect).await?;
    row::say(step, &row, event.time)?;
    Ok(step.transaction.upsert::<payout::Entity>(&[row]).await?)
}

async fn book(
    step: &mut Step<'_>,
    event: &Event,
    row: &payout::Model,
    effect: LedgerEffect,
) -> Result<(), ServiceError> {
    let voucher = run::voucher(step, event, row, event.time);
    let value = row::value_of(row)?;
    let posted = match effect {
        LedgerEffect::None => return Ok(()),
        LedgerEffect::Settle => vec![ledger::settle(&voucher, &value)?],
        LedgerEffect::GiveBackInTransit => ledger::give_back_in_transit(&voucher, &value)?,
        LedgerEffect::GiveBackSettled => ledger::give_back_settled(&voucher, &value)?,
    };
    let brand = BrandId::trusted(&row.brand);
    for transaction in posted {
        step.post(&brand, transaction).await?;
    }
    if effect == LedgerEffect::Settle {
        return earnings::say_in(step, "tribute.earning.paid", event.time, &event.id, row).await;
    }
    earnings::say_in(step, "tribute.earning.returned", event.time, &event.id, row).await?;
    let sql = "UPDATE movement SET payout = NULL WHERE brand = $1 AND payout = $2";
    step.transaction.execute(sql, key([&row.brand, &row.payout])).await?;
    Ok(())
}
