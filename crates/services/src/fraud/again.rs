use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, Event, ProgramId, Timestamp};
use tribute_ledger::{Value, earnings::clear};
use tribute_store::entity::movement;
use tribute_terms::View;

use super::{Depth, due::Due, history::History, is_screened, look};
use crate::{ServiceError, payouts::earnings, step::Step};

/// Looks once more at what was cleared and a run is about to pay, where it became known since who is who: an account of the
/// ambassador's own that bought, a second name of theirs. What is found is held, and is pending again.
pub(crate) async fn screen_again(
    step: &mut Step<'_>,
    event: &Event,
    brand: &BrandId,
    program_id: &ProgramId,
    run_at: Timestamp,
) -> Result<(), ServiceError> {
    if !is_screened(step.registry, brand, program_id) {
        return Ok(());
    }
    let rows = concerned(step, brand, program_id, run_at).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let at = step.clock;
    let dues = rows.iter().map(|row| Due { clears_at: at, ..Due::of_movement(row) }).collect();
    let ids = (brand, program_id);
    let held = look(step, event, ids, (dues, Depth::Identity), &mut History::default()).await?;
    let rows = rows.into_iter().zip(held).filter(|(_, held)| *held);
    let rows: Vec<_> =
        rows.map(|(row, _)| movement::Model { cleared: false, held: Some(at.millis()), ..row }).collect();
    post(step, event, ids, (&rows, at)).await?;
    let held: Vec<_> = rows.iter().collect();
    earnings::say(step, "tribute.earning.held", at, &event.id, &held).await?;
    Ok(step.transaction.upsert::<movement::Entity>(&rows).await?)
}

/// What a run would pay of people who are known by something that was not known when the first of it cleared.
async fn concerned(
    step: &mut Step<'_>,
    brand: &BrandId,
    program_id: &ProgramId,
    run_at: Timestamp,
) -> Result<Vec<movement::Model>, ServiceError> {
    const UNPAID: &str =
        "brand = $1 AND program = $2 AND payout IS NULL AND held IS NULL AND cleared AND available_at <= $3";
    let ids = || vec![brand.as_str().into(), program_id.as_str().into(), run_at.millis().into()];
    let first = format!("{UNPAID} ORDER BY available_at LIMIT 1");
    let first = step.transaction.select::<movement::Entity>(&first, ids()).await?;
    let program = step.registry.program(brand, program_id);
    let (Some(first), Some(program)) = (first.first(), program) else { return Ok(Vec::new()) };
    let view = |at| View { as_of: at, recorded_before: at };
    let people = program.known_anew(view(Timestamp::from_millis(first.available_at)), view(step.clock));
    let people: Vec<AmbassadorId> = people.into_iter().cloned().collect();
    let mut rows = Vec::new();
    for who in people {
        let own = format!("{UNPAID} AND ambassador = $4 ORDER BY seq");
        let values = ids().into_iter().chain([who.as_str().into()]).collect();
        rows.extend(step.transaction.select::<movement::Entity>(&own, values).await?);
    }
    Ok(rows)
}

/// Takes back that they cleared: available becomes pending.
async fn post(
    step: &mut Step<'_>,
    event: &Event,
    (brand, program): (&BrandId, &ProgramId),
    (rows, at): (&[movement::Model], Timestamp),
) -> Result<(), ServiceError> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in rows {
        let overflow = || ServiceError::overflow(format!("hold of {}", row.ambassador));
        let sum = sums.entry((row.ambassador.as_str(), row.asset.as_str())).or_default();
        *sum = sum.checked_sub(row.amount).ok_or_else(overflow)?;
    }
    for ((ambassador, asset), amount) in sums.into_iter().filter(|(_, amount)| *amount != 0) {
        let voucher = step.voucher(program.as_str(), at, &event.id, format!("held before the run of {at}"));
        let value = Value { asset: asset.parse().map_err(ServiceError::money("movement"))?, amount };
        let posted = clear(&voucher, &AmbassadorId::trusted(ambassador), &value)?;
        step.post(brand, posted).await?;
    }
    Ok(())
}
