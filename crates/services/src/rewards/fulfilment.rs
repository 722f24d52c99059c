//! Perks are handed over, or declined.

use tribute_events::{Event, Payload, PerkFulfilled, PerkOutcome, ProgramId, Timestamp};
use tribute_ledger::{
    Value,
    rewards::{cancel_perk, deliver_perk, reserve_perk},
};
use tribute_rewards::{rounds, won_by};
use tribute_store::entity::{mission_fact, reward, waiting_event};

use super::{
    grants::{LOST_GROUND, asset_of, fact_of, fresh, keep, mission_at, say},
    locks,
    ration::serve,
    stock::own_voucher,
    waiting,
};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// The kind of what waits.
const KIND: &str = "perk.fulfilled";

/// What becomes of a fulfilment.
enum Answer {
    /// It takes effect.
    Now(Box<reward::Model>),
    /// It says what is known already.
    Known,
    /// It was handed over while it stood, and what it was won by is gone: it takes effect unless that comes back before
    /// the clock has come to it.
    Lost(Box<reward::Model>),
    /// The grant is not known, has no unit, or has not cleared.
    Wait(String),
    /// It contradicts what was said before.
    Never(String),
}

/// Takes a fulfilment: at once where its grant has cleared, else when it does, or when what it was won by is gone. A
/// grant may be declined at any time.
pub(super) async fn take(
    step: &mut Step<'_>,
    event: &Event,
    what: &PerkFulfilled,
) -> Result<(), ServiceError> {
    match answer(step, event, what).await? {
        Answer::Now(row) => fulfil(step, event, what, *row).await,
        Answer::Known => Ok(()),
        Answer::Lost(_) | Answer::Wait(_) => waiting::wait(step, event, KIND, what.grant.as_str()).await,
        Answer::Never(reason) => waiting::refuse(step, event, reason).await,
    }
}

async fn answer(step: &mut Step<'_>, event: &Event, what: &PerkFulfilled) -> Result<Answer, ServiceError> {
    let columns = [reward::Column::Brand, reward::Column::GrantId];
    let keys = [key([event.brand.as_str(), what.grant.as_str()])];
    let rows = step.transaction.find::<reward::Entity>(&columns, &keys).await?;
    let Some(row) = rows.into_iter().next() else {
        // One that was won and lost again in a single batch was never written.
        if let Some(lost) = won_at(step, event, what).await? {
            return Ok(Answer::Lost(Box::new(lost)));
        }
        return Ok(Answer::Wait(format!("grant {} is not known; see `tribute report rewards`", what.grant)));
    };
    let status = status_of(what.outcome);
    if row.status == status {
        return Ok(Answer::Known);
    }
    let reason = || format!("grant {} is {}: only a reserved one can be {status}", row.grant_id, row.status);
    Ok(match (row.status.as_str(), what.outcome) {
        ("reserved" | "waiting", PerkOutcome::Cancelled) => Answer::Now(Box::new(row)),
        ("reserved", PerkOutcome::Delivered) => {
            let locks = locks::read(step, &event.brand, std::slice::from_ref(&row)).await?;
            if locks.is_empty() {
                Answer::Now(Box::new(row))
            } else {
                Answer::Wait(format!("grant {} has not cleared", row.grant_id))
            }
        }
        ("revoked", PerkOutcome::Delivered) if won_at(step, event, what).await?.is_some() => {
            Answer::Lost(Box::new(row))
        }
        ("delivered" | "cancelled", _) => Answer::Never(reason()),
        _ => Answer::Wait(reason()),
    })
}

/// The grant that was handed over, as it stood at the time of that by what is known now.
async fn won_at(
    step: &mut Step<'_>,
    event: &Event,
    what: &PerkFulfilled,
) -> Result<Option<reward::Model>, ServiceError> {
    use mission_fact::Column;
    let Some((program_id, mission, who)) =
        won_by(&what.grant).filter(|_| what.outcome == PerkOutcome::Delivered)
    else {
        return Ok(None);
    };
    let columns = [Column::Brand, Column::Program, Column::Mission, Column::Ambassador];
    let keys = [key([event.brand.as_str(), program_id.as_str(), mission.as_str(), who.as_str()])];
    let facts = step.transaction.find::<mission_fact::Entity>(&columns, &keys).await?;
    let facts = facts.into_iter().map(fact_of).collect::<Result<Vec<_>, _>>()?;
    let Some(program) = step.registry.program(&event.brand, &program_id) else { return Ok(None) };
    let won = rounds(|then| mission_at(program, &mission, then), &facts, event.time);
    let mut granted = won.iter().flat_map(|round| round.grants(&program_id, &who));
    let found = granted.find(|grant| grant.id == what.grant && grant.asset.is_perk());
    Ok(found.map(|grant| fresh(&event.brand, &program_id, &grant, None)))
}

const fn status_of(outcome: PerkOutcome) -> &'static str {
    match outcome {
        PerkOutcome::Delivered => "delivered",
        PerkOutcome::Cancelled => "cancelled",
    }
}

async fn fulfil(
    step: &mut Step<'_>,
    event: &Event,
    what: &PerkFulfilled,
    row: reward::Model,
) -> Result<(), ServiceError> {
    let value = Value { asset: asset_of(&row)?, amount: row.units };
    // Who waited has no unit to give back.
    if row.status == "reserved" {
        let on = own_voucher(step, event, &ProgramId::trusted(&row.program), &row.grant_id);
        let posted = match what.outcome {
            PerkOutcome::Delivered => deliver_perk(&on, &value)?,
            PerkOutcome::Cancelled => cancel_perk(&on, &value)?,
        };
        step.post(&event.brand, posted).await?;
    }
    let name = match what.outcome {
        PerkOutcome::Delivered => "tribute.reward.delivered",
        PerkOutcome::Cancelled => "tribute.reward.cancelled",
    };
    let done = reward::Model { status: status_of(what.outcome).to_owned(), reason: None, ..row };
    locks::unlock(step, std::slice::from_ref(&done)).await?;
    keep(step, &done, name).await?;
    serve(step, &event.brand, &value.asset, Vec::new()).await
}

/// What was handed over cannot be taken back: the unit leaves the stock, and it is put on record that nothing stands
/// behind it any more. Where another grant has the unit by now the stock is short of one.
async fn hand_over_lost(step: &mut Step<'_>, event: &Event, row: reward::Model) -> Result<(), ServiceError> {
    let value = Value { asset: asset_of(&row)?, amount: row.units };
    let on = own_voucher(step, event, &ProgramId::trusted(&row.program), &row.grant_id);
    step.post(&event.brand, reserve_perk(&on, &value)?).await?;
    step.post(&event.brand, deliver_perk(&on, &value)?).await?;
    let status = status_of(PerkOutcome::Delivered).to_owned();
    let lost = reward::Model { status, reason: Some(LOST_GROUND.to_owned()), ..row };
    keep(step, &lost, "tribute.reward.delivered").await?;
    say(step, &lost, "tribute.reward.lost_ground")?;
    serve(step, &event.brand, &value.asset, Vec::new()).await
}

/// Takes what waited for grants that changed.
pub(super) async fn take_changed(step: &mut Step<'_>) -> Result<(), ServiceError> {
    use waiting_event::Column::{Brand, Kind, Subject};
    loop {
        let changed = std::mem::take(&mut step.changed_grants);
        if changed.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = changed.iter().map(|(brand, grant)| key([brand.as_str(), KIND, grant])).collect();
        let rows = step.transaction.find::<waiting_event::Entity>(&[Brand, Kind, Subject], &keys).await?;
        for event in waiting::read(step, rows).await? {
            let Payload::PerkFulfilled(what) = &event.payload else { continue };
            match answer(step, &event, what).await? {
                Answer::Now(row) => {
                    waiting::done(step, &event).await?;
                    fulfil(step, &event, what, *row).await?;
                }
                Answer::Known => waiting::done(step, &event).await?,
                // Only a tick puts it aside.
                Answer::Lost(_) | Answer::Wait(_) | Answer::Never(_) => {}
            }
        }
    }
}

/// Puts fulfilments of what happened by `instant` aside whose grant has no unit by now, or never was.
pub(super) async fn put_aside(step: &mut Step<'_>, instant: Timestamp) -> Result<(), ServiceError> {
    let condition = "kind = 'perk.fulfilled' AND at <= $1 AND NOT EXISTS (SELECT 1 FROM reward_lock l \
        JOIN reward r ON r.brand = l.brand AND r.grant_id = l.grant_id AND r.status = 'reserved' \
        WHERE l.brand = waiting_event.brand AND l.grant_id = waiting_event.subject)";
    let rows =
        step.transaction.select::<waiting_event::Entity>(condition, vec![instant.millis().into()]).await?;
    for event in waiting::read(step, rows).await? {
        let Payload::PerkFulfilled(what) = &event.payload else { continue };
        waiting::done(step, &event).await?;
        match answer(step, &event, what).await? {
            Answer::Now(row) => fulfil(step, &event, what, *row).await?,
            Answer::Lost(row) => hand_over_lost(step, &event, *row).await?,
            Answer::Known => {}
            Answer::Wait(reason) | Answer::Never(reason) => waiting::refuse(step, &event, reason).await?,
        }
    }
    take_changed(step).await
}
