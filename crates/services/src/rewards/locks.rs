//! Grants that have not cleared: until their lock what they rest on may still change, and after it a finding may hold
//! them. Their tokens cannot be spent and their perks are not handed over.

use std::collections::BTreeMap;

use tribute_events::{BrandId, Event, ProgramId, Timestamp};
use tribute_store::entity::{reward, reward_lock};

use super::{fulfilment, grants::say, spending};
use crate::{
    ServiceError,
    fraud::{self, Due, History},
    step::{Step, key},
};

/// How many grants are looked at at a time.
const GRANTS_AT_ONCE: i64 = 10_000;

/// The locks of grants, by the grant's id.
pub(super) type Locks = BTreeMap<String, reward_lock::Model>;

/// The locks of these grants of one brand; one that has cleared has none.
pub(super) async fn read(
    step: &mut Step<'_>,
    brand: &BrandId,
    rows: &[reward::Model],
) -> Result<Locks, ServiceError> {
    let keys: Vec<_> = rows.iter().map(|row| key([brand.as_str(), &row.grant_id])).collect();
    let columns = [reward_lock::Column::Brand, reward_lock::Column::GrantId];
    let found = step.transaction.find::<reward_lock::Entity>(&columns, &keys).await?;
    Ok(found.into_iter().map(|lock| (lock.grant_id.clone(), lock)).collect())
}

/// A grant that is new is locked.
pub(super) async fn lock(
    step: &mut Step<'_>,
    row: &reward::Model,
    locks_at: Timestamp,
) -> Result<(), ServiceError> {
    let lock = reward_lock::Model {
        brand: row.brand.clone(),
        grant_id: row.grant_id.clone(),
        program: row.program.clone(),
        locks_at: locks_at.millis(),
        held: None,
    };
    Ok(step.transaction.upsert::<reward_lock::Entity>(&[lock]).await?)
}

/// A grant that has not cleared rests on other facts now, which lock at another time.
pub(super) async fn move_to(
    step: &mut Step<'_>,
    locks: &Locks,
    row: &reward::Model,
    locks_at: Timestamp,
) -> Result<(), ServiceError> {
    match locks.get(&row.grant_id) {
        Some(known) if known.held.is_none() && known.locks_at != locks_at.millis() => {
            lock(step, row, locks_at).await
        }
        _ => Ok(()),
    }
}

/// Grants that have cleared, or are no more.
pub(super) async fn unlock(step: &mut Step<'_>, rows: &[reward::Model]) -> Result<(), ServiceError> {
    let keys: Vec<_> = rows.iter().map(|row| key([row.brand.as_str(), &row.grant_id])).collect();
    step.transaction.delete::<reward_lock::Entity>(&keys).await?;
    Ok(())
}

/// Clears every grant whose lock has come by `instant`, unless a finding holds it; then hands over and spends what
/// waited for that, and puts aside what waits in vain.
pub(crate) async fn clear_until(
    step: &mut Step<'_>,
    event: &Event,
    instant: Timestamp,
) -> Result<(), ServiceError> {
    let mut history = History::default();
    loop {
        let condition = "held IS NULL AND locks_at <= $1 ORDER BY locks_at, brand, grant_id LIMIT $2";
        let values = vec![instant.millis().into(), GRANTS_AT_ONCE.into()];
        let locks = step.transaction.select::<reward_lock::Entity>(condition, values).await?;
        if locks.is_empty() {
            break;
        }
        let mut programs: BTreeMap<(BrandId, ProgramId), Vec<reward_lock::Model>> = BTreeMap::new();
        for lock in locks {
            let program = (BrandId::trusted(&lock.brand), ProgramId::trusted(&lock.program));
            programs.entry(program).or_default().push(lock);
        }
        for ((brand, program), locks) in programs {
            clear(step, event, (&brand, &program), locks, &mut history).await?;
        }
        step.flush().await?;
    }
    fulfilment::take_changed(step).await?;
    fulfilment::put_aside(step, instant).await?;
    spending::spend_waiting(step, instant).await
}

async fn clear(
    step: &mut Step<'_>,
    event: &Event,
    (brand, program): (&BrandId, &ProgramId),
    locks: Vec<reward_lock::Model>,
    history: &mut History,
) -> Result<(), ServiceError> {
    let keys: Vec<_> = locks.iter().map(|lock| key([brand.as_str(), &lock.grant_id])).collect();
    let columns = [reward::Column::Brand, reward::Column::GrantId];
    let rows = step.transaction.find::<reward::Entity>(&columns, &keys).await?;
    let times: BTreeMap<_, _> = locks.iter().map(|lock| (lock.grant_id.as_str(), lock.locks_at)).collect();
    let at = |row: &reward::Model| times.get(row.grant_id.as_str()).copied().unwrap_or_default();
    let held = if fraud::is_screened(step.registry, brand, program) {
        let dues = rows.iter().map(|row| Due::of_grant(row, Timestamp::from_millis(at(row)))).collect();
        fraud::held(step, event, (brand, program), dues, history).await?
    } else {
        vec![false; rows.len()]
    };
    let mut stay = Vec::new();
    for (row, held) in rows.iter().zip(held) {
        if held {
            stay.push(row.grant_id.as_str());
            say(step, row, "tribute.reward.held")?;
        } else {
            step.changed_grants.insert((row.brand.clone(), row.grant_id.clone()));
            say(step, row, "tribute.reward.cleared")?;
        }
    }
    let (held, gone): (Vec<_>, Vec<_>) =
        locks.into_iter().partition(|lock| stay.contains(&lock.grant_id.as_str()));
    let held = held.into_iter().map(|lock| reward_lock::Model { held: Some(lock.locks_at), ..lock });
    step.transaction.upsert::<reward_lock::Entity>(&held.collect::<Vec<_>>()).await?;
    let gone: Vec<_> = gone.iter().map(|lock| key([lock.brand.as_str(), &lock.grant_id])).collect();
    step.transaction.delete::<reward_lock::Entity>(&gone).await?;
    Ok(())
}
