use tribute_events::{
    AmbassadorId, BrandId, Event, Payload, PayoutExported, PayoutId, PayoutMethod, ProgramId, Rejection,
    RejectionCode, Timestamp, statement::Day,
};
use tribute_ledger::payouts as ledger;
use tribute_payouts::{
    Approval, Asked, Bar, Change, LedgerEffect, PayoutStatus, PayoutStep, advance, barred,
    matching::PayoutReferences, may_approve,
};
use tribute_store::entity::payout;
use tribute_terms::{Terms, View};

use super::{earnings, row, run};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// Takes an approval, a cancellation, an export or a bank's word on payouts.
pub(crate) async fn settle(step: &mut Step<'_>, event: &Event) -> Result<(), ServiceError> {
    match &event.payload {
        Payload::PayoutApproved(what) => {
            let told = Told { by: Some(what.by.clone()), ..Told::new(PayoutStep::Approve) };
            take(step, event, &what.payout, told).await
        }
        Payload::PayoutCancelled(what) if what.by.trim().is_empty() || what.reason.trim().is_empty() => {
            let reason = format!("payout {} is not cancelled: say who cancels it, and why", what.payout);
            step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await
        }
        Payload::PayoutCancelled(what) => {
            let withdrawn = what.file_withdrawn;
            let cancel = if withdrawn { PayoutStep::CancelWithdrawn } else { PayoutStep::Cancel };
            let (by, reason) = (Some(what.by.clone()), Some(what.reason.clone()));
            take(step, event, &what.payout, Told { by, reason, ..Told::new(cancel) }).await
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
                booked_on: what.booked_on,
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
    booked_on: Option<Day>,
}

impl Told {
    const fn new(step: PayoutStep) -> Self {
        Self { step, by: None, reference: None, reason: None, references: None, rail: None, booked_on: None }
    }
}

async fn take(step: &mut Step<'_>, event: &Event, payout: &PayoutId, told: Told) -> Result<(), ServiceError> {
    let keys = [key([event.brand.as_str(), payout.as_str()])];
    let columns = [payout::Column::Brand, payout::Column::Payout];
    let rows = step.transaction.find::<payout::Entity>(&columns, &keys).await?;
    let Some(row) = rows.into_iter().next() else {
        let reason = format!("payout {payout} is not known; see `tribute report payouts` for the ids");
        return step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await;
    };
    let status: PayoutStatus =
        row.status.parse().map_err(|why| ServiceError::Status { payout: payout.clone(), source: why })?;
    let approval = terms_of(step, event, &row).is_none_or(|terms| terms.payout.approval);
    let bar = bar_of(step, event, &row)?;
    let change = match advance(payout, status, told.step, approval) {
        Ok(Some(change)) => change,
        Ok(None) if told.step == PayoutStep::Approve && matches!(bar, Some(Bar::NewDetails { .. })) => {
            Change { to: PayoutStatus::Approved, effect: LedgerEffect::None }
        }
        Ok(None) => return Ok(()),
        Err(rejection) => return step.refuse(event, &rejection).await,
    };
    if let Some((verb, bar)) = bar.and_then(|bar| Some((stopped(told.step, &bar)?, bar))) {
        let reason = format!("payout {payout} is not {verb}: {bar}");
        return step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await;
    }
    if told.step == PayoutStep::Approve && approval {
        match approval_of(step, event, &row, &told)? {
            Ok(Approval::Complete) => {}
            Ok(Approval::OneMore) => return wait_for_another(step, event, row, told).await,
            Err(rejection) => return step.refuse(event, &rejection).await,
        }
    }
    let row = change_to(step, event, row, (change, told)).await?;
    // Whoever writes the list of what the brand hands over itself hands it over: no bank will say that it arrived.
    if change.to == PayoutStatus::Exported && row::method_of(&row)?.is_some_and(PayoutMethod::is_in_house) {
        let settled = Change { to: PayoutStatus::Settled, effect: LedgerEffect::Settle };
        change_to(step, event, row, (settled, Told::new(PayoutStep::Settled))).await?;
    }
    Ok(())
}

/// What bars a payout at the time of an event.
fn bar_of(step: &Step<'_>, event: &Event, row: &payout::Model) -> Result<Option<Bar>, ServiceError> {
    let Some(program) = step.registry.program(&event.brand, &ProgramId::trusted(&row.program)) else {
        return Ok(None);
    };
    let history = row::history_of(row)?;
    let approved = history.iter().filter(|entry| entry.status == PayoutStatus::Approved.as_str());
    let who = AmbassadorId::trusted(&row.ambassador);
    Ok(barred(program, &who, event.time, approved.map(|entry| entry.at).max()))
}

/// What does not come to pass: nobody approves what is on hold, and no file takes what is barred.
fn stopped(step: PayoutStep, bar: &Bar) -> Option<&'static str> {
    match (step, bar) {
        (PayoutStep::Approve, Bar::OnHold { .. }) => Some("approved"),
        (PayoutStep::Export, _) => Some("exported"),
        _ => None,
    }
}

/// The terms that a payout was proposed under.
fn terms_of<'s>(step: &'s Step<'_>, event: &Event, row: &payout::Model) -> Option<&'s Terms> {
    let program = step.registry.program(&event.brand, &ProgramId::trusted(&row.program))?;
    program.terms_at(Timestamp::from_millis(row.run_at))
}

/// Whether whoever approves may, and whether one more must.
fn approval_of(
    step: &Step<'_>,
    event: &Event,
    row: &payout::Model,
    told: &Told,
) -> Result<Result<Approval, Rejection>, ServiceError> {
    let history = row::history_of(row)?;
    let by = |entry: &'_ row::Entry| entry.by.clone();
    let proposed_by = history.first().and_then(by);
    let papers = step.registry.papers(&event.brand, &AmbassadorId::trusted(&row.ambassador));
    let view = View::at(event.time);
    let entered_by = papers.and_then(|papers| papers.entered_by(view));
    let entered_at = papers.and_then(|papers| papers.entered_at(view));
    // Who approved it before its details were entered did not approve where the money goes.
    let approvals = history.iter().skip(1).filter(|it| entered_at <= Some(it.at));
    let approved_by: Vec<String> = approvals.filter_map(by).collect();
    let asset = row.balance_asset.parse().map_err(ServiceError::money(format!("payout {}", row.payout)))?;
    let two = terms_of(step, event, row).is_some_and(|terms| Asked::two(terms, &asset, row.balance));
    let asked = Asked {
        proposed_by: proposed_by.as_deref(),
        entered_by: entered_by.map(|it| it.as_str()),
        approved_by: approved_by.iter().map(String::as_str).collect(),
        two,
    };
    let by = told.by.as_deref().unwrap_or_default();
    Ok(may_approve(&PayoutId::trusted(&row.payout), by, &asked))
}

/// Keeps the first of two approvals: the payout stays proposed, and says what it waits for.
async fn wait_for_another(
    step: &mut Step<'_>,
    event: &Event,
    row: payout::Model,
    told: Told,
) -> Result<(), ServiceError> {
    let by = told.by.as_deref().unwrap_or_default();
    let reason = format!("approved by {by}; another person must approve it too");
    let stays = Change { to: PayoutStatus::Proposed, effect: LedgerEffect::None };
    change_to(step, event, row, (stays, Told { reason: Some(reason), ..told })).await?;
    Ok(())
}

/// Writes a step: history, ledger, what is said of it, and the row.
async fn change_to(
    step: &mut Step<'_>,
    event: &Event,
    mut row: payout::Model,
    (change, told): (Change, Told),
) -> Result<payout::Model, ServiceError> {
    let at = instant_of(event, &row, &told)?;
    row.reason.clone_from(&told.reason);
    let entry = row::Entry {
        at,
        status: change.to.as_str().to_owned(),
        cause: event.id.to_string(),
        by: told.by,
        reference: told.reference,
        reason: told.reason,
        rail: told.rail,
        references: told.references,
    };
    row::remember(&mut row, entry)?;
    book(step, event, &row, (change.effect, at)).await?;
    row::say(step, &row, at)?;
    step.transaction.upsert::<payout::Entity>(std::slice::from_ref(&row)).await?;
    Ok(row)
}

/// When a step took effect: on the day on which the bank booked it, where it says so, but not before what was said of the
/// payout before, nor after it was told.
fn instant_of(event: &Event, row: &payout::Model, told: &Told) -> Result<Timestamp, ServiceError> {
    let Some(day) = told.booked_on else { return Ok(event.time) };
    let last = row::history_of(row)?.iter().map(|entry| entry.at).max();
    Ok(day.begins_at().max(last.unwrap_or(Timestamp::MIN)).min(event.time))
}

async fn book(
    step: &mut Step<'_>,
    event: &Event,
    row: &payout::Model,
    (effect, at): (LedgerEffect, Timestamp),
) -> Result<(), ServiceError> {
    let voucher = run::voucher(step, event, row, at);
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
        return earnings::say_in(step, "tribute.earning.paid", at, &event.id, row).await;
    }
    earnings::say_in(step, "tribute.earning.returned", at, &event.id, row).await?;
    let sql = "UPDATE movement SET payout = NULL WHERE brand = $1 AND payout = $2";
    step.transaction.execute(sql, key([&row.brand, &row.payout])).await?;
    Ok(())
}
