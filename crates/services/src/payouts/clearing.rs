use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{
    AmbassadorId, BrandId, Event, EventId, ProgramId, RuleId, Timestamp,
    outgoing::{EarningState, Outgoing},
};
use tribute_ledger::{Value, earnings::clear};
use tribute_money::{Asset, format_minor};
use tribute_store::entity::{earning, movement};

use crate::{
    ServiceError,
    step::{Step, key},
};

/// How many movements are cleared at a time.
const MOVEMENTS_AT_ONCE: i64 = 10_000;

/// Clears every movement that is due until `instant`: pending becomes available.
pub(super) async fn clear_until(
    step: &mut Step<'_>,
    event: &Event,
    instant: Timestamp,
) -> Result<(), ServiceError> {
    loop {
        let condition = "NOT cleared AND available_at <= $1 ORDER BY available_at, seq LIMIT $2";
        let values = vec![instant.millis().into(), MOVEMENTS_AT_ONCE.into()];
        let rows = step.transaction.select::<movement::Entity>(condition, values).await?;
        if rows.is_empty() {
            return Ok(());
        }
        post(step, event, &rows).await?;
        say(step, event, &rows).await?;
        let cleared: Vec<_> = rows.into_iter().map(|row| movement::Model { cleared: true, ..row }).collect();
        step.transaction.upsert::<movement::Entity>(&cleared).await?;
        step.flush().await?;
    }
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

/// Says which earnings have cleared.
async fn say(step: &mut Step<'_>, event: &Event, rows: &[movement::Model]) -> Result<(), ServiceError> {
    let keys: BTreeSet<_> =
        rows.iter().map(|row| [&row.brand, &row.program, &row.source, &row.ambassador, &row.rule]).collect();
    let keys: Vec<_> = keys.into_iter().map(|parts| key(parts.map(String::as_str))).collect();
    let columns = [
        earning::Column::Brand,
        earning::Column::Program,
        earning::Column::Source,
        earning::Column::Ambassador,
        earning::Column::Rule,
    ];
    for row in step.transaction.find::<earning::Entity>(&columns, &keys).await? {
        let asset: Asset = row.asset.parse().map_err(ServiceError::money("earning"))?;
        let text = |minor| format_minor(minor, &asset).map_err(ServiceError::money("earning"));
        let clears_at = Timestamp::from_millis(row.clears_at);
        let state = EarningState {
            earning: format!("{}/{}/{}/{}", row.program, row.source, row.ambassador, row.rule),
            program: ProgramId::trusted(&row.program),
            ambassador: AmbassadorId::trusted(&row.ambassador),
            rule: RuleId::trusted(&row.rule),
            terms_version: row.terms_version.as_str().into(),
            amount: text(row.amount)?,
            change: text(0)?,
            asset: asset.clone(),
            clears_at,
            effective_at: clears_at,
            cause: EventId::trusted(event.id.as_str()),
        };
        let brand = BrandId::trusted(&row.brand);
        step.say(&brand, "tribute.earning.cleared", clears_at, &row.ambassador, Outgoing::Earning(state));
    }
    Ok(())
}
