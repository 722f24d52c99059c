use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, Event, Timestamp};
use tribute_ledger::{Value, earnings::clear};
use tribute_store::entity::movement;

use super::earnings;
use crate::{
    ServiceError,
    fraud::{self, History, Screened},
    step::Step,
};

/// How many movements are cleared at a time.
const MOVEMENTS_AT_ONCE: i64 = 10_000;

/// Clears every movement that is due until `instant`: pending becomes available.
pub(super) async fn clear_until(
    step: &mut Step<'_>,
    event: &Event,
    instant: Timestamp,
) -> Result<(), ServiceError> {
    let mut history = History::default();
    loop {
        let condition =
            "NOT cleared AND held IS NULL AND available_at <= $1 ORDER BY available_at, seq LIMIT $2";
        let values = vec![instant.millis().into(), MOVEMENTS_AT_ONCE.into()];
        let rows = step.transaction.select::<movement::Entity>(condition, values).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let Screened { clear: rows, held } = fraud::screen(step, event, rows, &mut history).await?;
        for (instant, due) in by_instant(&held) {
            earnings::say(step, "tribute.earning.held", instant, &event.id, &due).await?;
        }
        step.transaction.upsert::<movement::Entity>(&held).await?;
        post(step, event, &rows).await?;
        for (instant, due) in by_instant(&rows) {
            earnings::say(step, "tribute.earning.cleared", instant, &event.id, &due).await?;
        }
        let cleared: Vec<_> = rows.into_iter().map(|row| movement::Model { cleared: true, ..row }).collect();
        step.transaction.upsert::<movement::Entity>(&cleared).await?;
        step.flush().await?;
    }
}

/// What clears at each instant.
fn by_instant(rows: &[movement::Model]) -> BTreeMap<Timestamp, Vec<&movement::Model>> {
    let mut due: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows {
        due.entry(Timestamp::from_millis(row.available_at)).or_default().push(row);
    }
    due
}

/// One ledger transaction for each account and clearing instant.
async fn post(step: &mut Step<'_>, event: &Event, rows: &[movement::Model]) -> Result<(), ServiceError> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in rows {
        let account = (
            row.brand.as_str(),
            row.program.as_str(),
            row.ambassador.as_str(),
            row.asset.as_str(),
            row.available_at,
        );
        let sum = sums.entry(account).or_default();
        let overflow = || ServiceError::overflow(format!("clearing of {}", row.ambassador));
        *sum = sum.checked_add(row.amount).ok_or_else(overflow)?;
    }
    for ((brand, program, ambassador, asset, available_at), amount) in sums {
        if amount == 0 {
            continue;
        }
        let cleared_at = Timestamp::from_millis(available_at);
        let voucher = step.voucher(program, cleared_at, &event.id, format!("cleared at {cleared_at}"));
        let value = Value { asset: asset.parse().map_err(ServiceError::money("movement"))?, amount };
        let posted = clear(&voucher, &AmbassadorId::trusted(ambassador), &value)?;
        step.post(&BrandId::trusted(brand), posted).await?;
    }
    Ok(())
}
