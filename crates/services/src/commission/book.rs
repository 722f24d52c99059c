//! Books the difference between what ought to be and what was.

use std::collections::BTreeSet;

use tribute_commission::{Earning, EarningKind, Movement, Step as AmountStep, movements};
use tribute_events::{
    AmbassadorId, Timestamp,
    outgoing::{EarningState, Outgoing},
};
use tribute_ledger::{
    Expense, Value,
    earnings::{accrue, clear},
};
use tribute_money::format_minor;
use tribute_store::entity::{earning, movement};

use super::{ByRule, SourceKey};
use crate::{
    ServiceError, fraud,
    step::{Step, key},
};

/// Books what differs between the earnings of a source as they were booked and as they ought to be.
pub(crate) async fn book(
    step: &mut Step<'_>,
    source: &SourceKey,
    mut before: ByRule,
    wanted: ByRule,
) -> Result<(), ServiceError> {
    let rules: BTreeSet<_> = before.keys().chain(wanted.keys()).cloned().collect();
    let mut wanted = wanted;
    for rule in rules {
        let (was, now) = (before.remove(&rule), wanted.remove(&rule).filter(|it| !it.steps.is_empty()));
        if was == now {
            continue;
        }
        book_one(step, source, was.as_ref(), now.as_ref()).await?;
        match now {
            Some(now) => step.earnings.push(row_of(source, &now)?),
            None => step.earnings_gone.push(key([
                source.0.as_str(),
                source.1.as_str(),
                &source.2,
                &rule.0,
                &rule.1,
            ])),
        }
    }
    Ok(())
}

async fn book_one(
    step: &mut Step<'_>,
    source: &SourceKey,
    was: Option<&Earning>,
    now: Option<&Earning>,
) -> Result<(), ServiceError> {
    let differing = |was: &[AmountStep], now: &[AmountStep]| {
        movements(was, now).map_err(|why| ServiceError::Commission { cause: source.2.clone(), source: why })
    };
    let none: &[AmountStep] = &[];
    let alike = |was: &Earning, now: &Earning| (was.clears_at, &was.asset) == (now.clears_at, &now.asset);
    let mut stands = Stands { first: was.is_none(), amount: amount_of(was) };
    match (was, now) {
        // What was to clear at another time is taken back as it was booked, or it would be missing until then.
        (Some(old), Some(new)) if !alike(old, new) => {
            move_all(step, source, old, differing(&old.steps, none)?, &mut stands).await?;
            move_all(step, source, new, differing(none, &new.steps)?, &mut stands).await
        }
        (Some(old), Some(new)) => {
            move_all(step, source, new, differing(&old.steps, &new.steps)?, &mut stands).await
        }
        (Some(old), None) => move_all(step, source, old, differing(&old.steps, none)?, &mut stands).await,
        (None, Some(new)) => move_all(step, source, new, differing(none, &new.steps)?, &mut stands).await,
        (None, None) => Ok(()),
    }
}

/// How an earning stands while its movements are booked one after the other.
struct Stands {
    first: bool,
    amount: i64,
}

/// Books movements and says each.
async fn move_all(
    step: &mut Step<'_>,
    source: &SourceKey,
    earning: &Earning,
    movements: Vec<Movement>,
    stands: &mut Stands,
) -> Result<(), ServiceError> {
    for movement in movements {
        post(step, source, earning, &movement).await?;
        say(step, source, earning, &movement, stands)?;
    }
    Ok(())
}

async fn post(
    step: &mut Step<'_>,
    (brand, program, source): &SourceKey,
    earning: &Earning,
    movement: &Movement,
) -> Result<(), ServiceError> {
    let available_at = available_at(earning, movement);
    // Where earnings are looked at before they clear, the next tick does so.
    let cleared = available_at <= step.clock && !fraud::is_screened(step.registry, brand, program);
    let memo = format!("{source} rule {} terms {}", earning.rule, earning.terms_version);
    let voucher = |effective_at| step.voucher(program.as_str(), effective_at, &movement.cause, memo.clone());
    let value = Value { asset: earning.asset.clone(), amount: movement.amount };
    let accrued =
        accrue(&voucher(movement.effective_at), expense(earning.kind), &earning.ambassador, &value)?;
    let clearing = cleared.then(|| clear(&voucher(available_at), &earning.ambassador, &value)).transpose()?;
    step.post(brand, accrued).await?;
    if let Some(clearing) = clearing {
        step.post(brand, clearing).await?;
    }
    let row = movement::Model {
        seq: step.sequences.next("movement"),
        brand: brand.to_string(),
        program: program.to_string(),
        ambassador: earning.ambassador.to_string(),
        asset: earning.asset.to_string(),
        source: source.clone(),
        rule: earning.rule.to_string(),
        effective_at: movement.effective_at.millis(),
        available_at: available_at.millis(),
        amount: movement.amount,
        cause: movement.cause.to_string(),
        cleared,
        payout: None,
        held: None,
    };
    step.movements.push(row);
    Ok(())
}

const fn expense(kind: EarningKind) -> Expense {
    match kind {
        EarningKind::Commission => Expense::Commission,
        EarningKind::Fee => Expense::Fees,
        EarningKind::Bonus => Expense::Bonus,
        EarningKind::Recruiter => Expense::Recruiter,
        EarningKind::Prize => Expense::Prizes,
        EarningKind::Referral => Expense::Referral,
        EarningKind::Guarantee => Expense::Guarantee,
        EarningKind::Adjustment => Expense::Adjustments,
    }
}

/// The kind as it is stored.
const fn kind_of(kind: EarningKind) -> &'static str {
    match kind {
        EarningKind::Commission => "commission",
        EarningKind::Fee => "fee",
        EarningKind::Bonus => "bonus",
        EarningKind::Recruiter => "recruiter",
        EarningKind::Prize => "prize",
        EarningKind::Referral => "referral",
        EarningKind::Guarantee => "guarantee",
        EarningKind::Adjustment => "adjustment",
    }
}

pub(crate) fn row_of(
    (brand, program, source): &SourceKey,
    now: &Earning,
) -> Result<earning::Model, ServiceError> {
    let earning = now;
    Ok(earning::Model {
        brand: brand.to_string(),
        program: program.to_string(),
        source: source.clone(),
        ambassador: earning.ambassador.to_string(),
        rule: earning.rule.to_string(),
        kind: kind_of(earning.kind).to_owned(),
        asset: earning.asset.to_string(),
        amount: amount_of(Some(now)),
        source_at: earning.source_at.millis(),
        clears_at: earning.clears_at.millis(),
        terms_version: earning.terms_version.to_string(),
        group_key: earning.group.clone(),
        earning: serde_json::to_string(now).map_err(ServiceError::stored("earning", source.as_str()))?,
    })
}

fn amount_of(booked: Option<&Earning>) -> i64 {
    booked.map_or(0, Earning::amount)
}

/// Says a movement: that it accrued, was adjusted or reversed; and that it cleared, where its time has passed already.
fn say(
    step: &mut Step<'_>,
    (brand, program, source): &SourceKey,
    earning: &Earning,
    movement: &Movement,
    stands: &mut Stands,
) -> Result<(), ServiceError> {
    let overflow = || ServiceError::overflow(format!("earning of {source}"));
    stands.amount = stands.amount.checked_add(movement.amount).ok_or_else(overflow)?;
    let name = match stands {
        Stands { first: true, .. } => "tribute.earning.accrued",
        Stands { amount: 0, .. } => "tribute.earning.reversed",
        _ => "tribute.earning.adjusted",
    };
    stands.first = false;
    let text = |minor: i64| format_minor(minor, &earning.asset).map_err(ServiceError::money(source.clone()));
    let state = EarningState {
        earning: earning.key(),
        program: program.clone(),
        ambassador: earning.ambassador.clone(),
        rule: earning.rule.clone(),
        terms_version: earning.terms_version.clone(),
        amount: text(stands.amount)?,
        change: text(movement.amount)?,
        asset: earning.asset.clone(),
        clears_at: earning.clears_at,
        effective_at: movement.effective_at,
        cause: movement.cause.clone(),
    };
    let key: &AmbassadorId = &earning.ambassador;
    let cleared_at = available_at(earning, movement);
    let cleared = EarningState { effective_at: cleared_at, ..state.clone() };
    step.say(brand, name, movement.effective_at, key.as_str(), Outgoing::Earning(state));
    if cleared_at <= step.clock && !fraud::is_screened(step.registry, brand, program) {
        step.say(brand, "tribute.earning.cleared", cleared_at, key.as_str(), Outgoing::Earning(cleared));
    }
    Ok(())
}

fn available_at(earning: &Earning, movement: &Movement) -> Timestamp {
    earning.clears_at.max(movement.effective_at)
}
