//! Says what becomes of earnings on their way to the bank and back.

use std::collections::BTreeMap;

use tribute_events::{
    AmbassadorId, BrandId, EventId, ProgramId, RuleId, Timestamp,
    outgoing::{EarningState, Outgoing},
};
use tribute_money::{Asset, format_minor};
use tribute_store::entity::{earning, movement, payout};

use crate::{
    ServiceError,
    step::{Step, key},
};

/// Says of every earning that the movements belong to how much of it changed its state.
pub(crate) async fn say(
    step: &mut Step<'_>,
    name: &'static str,
    at: Timestamp,
    cause: &EventId,
    movements: &[&movement::Model],
) -> Result<(), ServiceError> {
    use earning::Column::{Ambassador, Brand, Program, Rule, Source};
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in movements {
        let sum =
            sums.entry([&row.brand, &row.program, &row.source, &row.ambassador, &row.rule]).or_default();
        let overflow = || ServiceError::overflow(format!("earnings of {}", row.source));
        *sum = sum.checked_add(row.amount).ok_or_else(overflow)?;
    }
    let keys: Vec<_> = sums.keys().map(|parts| key(parts.map(String::as_str))).collect();
    let columns = [Brand, Program, Source, Ambassador, Rule];
    for row in step.transaction.find::<earning::Entity>(&columns, &keys).await? {
        let sum = sums.get(&[&row.brand, &row.program, &row.source, &row.ambassador, &row.rule]);
        let state = state_of(&row, sum.copied().unwrap_or_default(), at, cause)?;
        step.say(&BrandId::trusted(&row.brand), name, at, &row.ambassador, Outgoing::Earning(state));
    }
    Ok(())
}

/// Says what became of the earnings in a payout.
pub(super) async fn say_in(
    step: &mut Step<'_>,
    name: &'static str,
    at: Timestamp,
    cause: &EventId,
    payout: &payout::Model,
) -> Result<(), ServiceError> {
    let keys = [key([&payout.brand, &payout.payout])];
    let columns = [movement::Column::Brand, movement::Column::Payout];
    let rows = step.transaction.find::<movement::Entity>(&columns, &keys).await?;
    say(step, name, at, cause, &rows.iter().collect::<Vec<_>>()).await
}

fn state_of(
    row: &earning::Model,
    change: i64,
    at: Timestamp,
    cause: &EventId,
) -> Result<EarningState, ServiceError> {
    let asset: Asset = row.asset.parse().map_err(ServiceError::money("earning"))?;
    let text = |minor| format_minor(minor, &asset).map_err(ServiceError::money("earning"));
    Ok(EarningState {
        earning: format!("{}/{}/{}/{}", row.program, row.source, row.ambassador, row.rule),
        program: ProgramId::trusted(&row.program),
        ambassador: AmbassadorId::trusted(&row.ambassador),
        rule: RuleId::trusted(&row.rule),
        terms_version: row.terms_version.as_str().into(),
        amount: text(row.amount)?,
        change: text(change)?,
        asset: asset.clone(),
        clears_at: Timestamp::from_millis(row.clears_at),
        effective_at: at,
        cause: cause.clone(),
    })
}
