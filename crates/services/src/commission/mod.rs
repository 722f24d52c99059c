//! Commission: turns conversions and posts into earnings, and books what differs from what was booked.
//!
//! Loads: posts, the earnings booked for the same orders and posts, and their siblings where a rule counts over
//! a period. Calls: [`tribute_commission`]. Writes: posts, earnings, movements, ledger transactions.

mod book;
mod budgets;
mod desired;
mod posts;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use tribute_commission::Earning;
use tribute_events::{AmbassadorId, BrandId, ProgramId};
use tribute_store::entity::earning;

pub(crate) use book::{book, row_of as earning_row};
pub(crate) use posts::{PostOutcome, gather as gather_posts, gather_of as gather_posts_of, posts_between};
pub(crate) use standing::{choose, concerned as standing_sources};

use crate::{
    ServiceError,
    attribution::Decided,
    clicks::ClickOutcome,
    step::{Step, key},
};

/// What earnings have in common: one order, post, board or period of one program.
pub(crate) type SourceKey = (BrandId, ProgramId, String);

/// The earnings of a source, by ambassador and rule.
pub(crate) type ByRule = BTreeMap<(String, String), Earning>;

/// Computes and books what the conversions and posts of a batch earn, the `standing` sources that its configuration bears
/// on, and days of `clicks` that have ended.
pub(crate) async fn run(
    step: &mut Step<'_>,
    conversions: &[&Decided],
    posts: &[&PostOutcome],
    standing: &BTreeSet<SourceKey>,
    clicks: &[ClickOutcome],
) -> Result<(), ServiceError> {
    let mut desired = desired::of_sources(step, conversions, posts)?;
    let mut stored = desired::stored_sources(conversions, posts);
    for source in standing {
        desired.insert(source.clone(), standing::desired(step.registry, source, step.clock)?);
        stored.insert(source.clone());
    }
    stored.extend(clicks.iter().map(desired::click_source));
    let mut booked = load(step, &stored).await?;
    desired::add_clicks(clicks, &booked, &mut desired);
    desired::join_groups(step, &mut desired, &mut booked).await?;
    budgets::join(step, &mut desired, &mut booked).await?;
    desired::share_with_recruiters(step, &mut desired)?;
    for (source, wanted) in desired {
        let before = booked.remove(&source).unwrap_or_default();
        book(step, &source, before, wanted).await?;
    }
    step.write_earnings().await?;
    let touched = parties_with_bonuses(step, conversions)?;
    desired::pay_bonuses(step, &touched).await?;
    step.write_earnings().await
}

/// Whose credit the batch bears on, in programs that ever pay bonuses: also who was credited only for a while.
fn parties_with_bonuses(
    step: &Step<'_>,
    conversions: &[&Decided],
) -> Result<BTreeSet<(BrandId, ProgramId, AmbassadorId)>, ServiceError> {
    let mut touched = BTreeSet::new();
    for decided in conversions {
        let program = step.registry.program(&decided.brand, &decided.program);
        if program.is_some_and(|it| it.versions().iter().any(|terms| !terms.bonus.is_empty())) {
            let parties = decided.parties()?.into_iter();
            touched.extend(parties.map(|it| (decided.brand.clone(), decided.program.clone(), it)));
        }
    }
    Ok(touched)
}

/// The earnings that were booked for sources.
pub(crate) async fn load(
    step: &mut Step<'_>,
    sources: &BTreeSet<SourceKey>,
) -> Result<BTreeMap<SourceKey, ByRule>, ServiceError> {
    let keys: Vec<_> = sources
        .iter()
        .map(|(brand, program, source)| key([brand.as_str(), program.as_str(), source]))
        .collect();
    let columns = [earning::Column::Brand, earning::Column::Program, earning::Column::Source];
    let rows = step.transaction.find::<earning::Entity>(&columns, &keys).await?;
    let mut booked: BTreeMap<SourceKey, ByRule> = BTreeMap::new();
    for row in rows {
        let one = read(&row)?;
        booked.entry(source_of(&row)).or_default().insert((row.ambassador, row.rule), one);
    }
    Ok(booked)
}

pub(crate) fn read(row: &earning::Model) -> Result<Earning, ServiceError> {
    serde_json::from_str(&row.earning).map_err(ServiceError::stored("earning", row.source.as_str()))
}

pub(crate) fn source_of(row: &earning::Model) -> SourceKey {
    (BrandId::trusted(&row.brand), ProgramId::trusted(&row.program), row.source.clone())
}
