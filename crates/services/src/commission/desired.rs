//! What ought to be booked: of the sources themselves, of rules that count over a period, of recruiters, of bonuses.

use std::collections::{BTreeMap, BTreeSet};

use tribute_commission::{
    Earning, EarningKind, bonuses, forget_budget, order_earnings, post_earnings, recruiter_earnings,
    settle_group,
};
use tribute_events::{AmbassadorId, BrandId, ProgramId};
use tribute_store::entity::earning;
use tribute_terms::Program;

use super::{ByRule, PostOutcome, SourceKey, book, load, read, source_of};
use crate::{
    ServiceError,
    attribution::Decided,
    clicks::ClickOutcome,
    step::{Step, key},
};

/// What every source of the batch says by itself.
pub(super) fn of_sources(
    step: &Step<'_>,
    conversions: &[&Decided],
    posts: &[&PostOutcome],
) -> Result<BTreeMap<SourceKey, ByRule>, ServiceError> {
    let mut desired = BTreeMap::new();
    for decided in conversions {
        let Some(program) = step.registry.program(&decided.brand, &decided.program) else { continue };
        let of = |conversion| {
            order_earnings(conversion, program).map_err(|source| ServiceError::Commission {
                cause: format!("order {}", decided.order),
                source,
            })
        };
        let earnings = decided.conversion.as_ref().map(of).transpose()?.unwrap_or_default();
        desired.insert(order_source(decided), by_rule(earnings));
    }
    for outcome in posts {
        for source in post_sources(outcome) {
            let Some(program) = step.registry.program(&source.0, &source.1) else { continue };
            let earnings =
                post_earnings(&outcome.facts, outcome.tier.as_ref(), &source.1, program).map_err(|why| {
                    ServiceError::Commission { cause: format!("post {}", outcome.post), source: why }
                })?;
            desired.insert(source, by_rule(earnings));
        }
    }
    Ok(desired)
}

fn by_rule(earnings: Vec<Earning>) -> ByRule {
    #[cfg(feature = "failpoints")]
    let earnings = if tribute_store::is_planted("plant.float") { by_float(earnings) } else { earnings };
    let keyed = |earning: Earning| ((earning.ambassador.to_string(), earning.rule.to_string()), earning);
    earnings.into_iter().map(keyed).collect()
}

/// A planted bug: amounts go through floating point, where 0.29 times 100 is a little less than 29.
#[cfg(feature = "failpoints")]
fn by_float(mut earnings: Vec<Earning>) -> Vec<Earning> {
    for step in earnings.iter_mut().flat_map(|earning| &mut earning.steps) {
        step.amount = (step.amount as f64 / 100.0 * 100.0) as i64;
    }
    earnings
}

fn order_source(decided: &Decided) -> SourceKey {
    (decided.brand.clone(), decided.program.clone(), format!("order:{}", decided.order))
}

/// A post earns in the program it was published for; in another one too, where an earlier word on it said so.
fn post_sources(outcome: &PostOutcome) -> BTreeSet<SourceKey> {
    let facts = [Some(&outcome.facts), outcome.before.as_ref()];
    let programs =
        facts.into_iter().flatten().filter_map(|facts| Some(facts.published()?.what.program.clone()));
    programs.map(|program| (outcome.brand.clone(), program, format!("post:{}", outcome.post))).collect()
}

/// A day of clicks.
pub(super) fn click_source(outcome: &ClickOutcome) -> SourceKey {
    (outcome.brand.clone(), outcome.program.clone(), format!("clicks:{}", outcome.day))
}

/// Adds what days of clicks bring: of an ambassador whom the batch says nothing about, what was booked.
pub(super) fn add_clicks(
    clicks: &[ClickOutcome],
    booked: &BTreeMap<SourceKey, ByRule>,
    desired: &mut BTreeMap<SourceKey, ByRule>,
) {
    let mut anew: BTreeMap<SourceKey, BTreeSet<&str>> = BTreeMap::new();
    for outcome in clicks {
        anew.entry(click_source(outcome)).or_default().insert(outcome.ambassador.as_str());
        desired.entry(click_source(outcome)).or_default().extend(by_rule(outcome.earnings.clone()));
    }
    for (source, people) in anew {
        let known = booked.get(&source).into_iter().flatten();
        let others = known.filter(|((who, _), _)| !people.contains(who.as_str()));
        let others = others.map(|(rule, it)| (rule.clone(), without_budget(it)));
        desired.entry(source).or_default().extend(others);
    }
}

/// The sources that may have been booked before this batch.
pub(super) fn stored_sources(conversions: &[&Decided], posts: &[&PostOutcome]) -> BTreeSet<SourceKey> {
    let orders = conversions.iter().filter(|decided| decided.stored).map(|decided| order_source(decided));
    let posts =
        posts.iter().filter(|outcome| outcome.before.is_some()).flat_map(|outcome| post_sources(outcome));
    orders.chain(posts).collect()
}

/// Brings in the siblings of earnings whose rule counts over a period, and settles each such group as a whole.
pub(super) async fn join_groups(
    step: &mut Step<'_>,
    desired: &mut BTreeMap<SourceKey, ByRule>,
    booked: &mut BTreeMap<SourceKey, ByRule>,
) -> Result<(), ServiceError> {
    let grouped = |sources: &BTreeMap<SourceKey, ByRule>| -> BTreeSet<(BrandId, String)> {
        let groups = sources.iter().flat_map(|((brand, ..), earnings)| {
            earnings.values().filter_map(|it| Some((brand.clone(), it.group.clone()?)))
        });
        groups.collect()
    };
    let groups: BTreeSet<_> = grouped(desired).union(&grouped(booked)).cloned().collect();
    if groups.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = groups.iter().map(|(brand, group)| key([brand.as_str(), group])).collect();
    let columns = [earning::Column::Brand, earning::Column::GroupKey];
    let rows = step.transaction.find::<earning::Entity>(&columns, &keys).await?;
    let siblings: BTreeSet<_> =
        rows.iter().map(source_of).filter(|source| !desired.contains_key(source)).collect();
    for (source, earnings) in load(step, &siblings).await? {
        let own = earnings.iter().filter(|(_, it)| it.kind != EarningKind::Recruiter);
        desired.insert(source.clone(), own.map(|(rule, it)| (rule.clone(), without_budget(it))).collect());
        booked.insert(source, earnings);
    }
    for (brand, group) in groups {
        settle(step, desired, &brand, &group)?;
    }
    Ok(())
}

/// A booked earning as it is before its budget is asked.
fn without_budget(booked: &Earning) -> Earning {
    let mut own = booked.clone();
    forget_budget(&mut own);
    own
}

fn settle(
    step: &Step<'_>,
    desired: &mut BTreeMap<SourceKey, ByRule>,
    brand: &BrandId,
    group: &str,
) -> Result<(), ServiceError> {
    let Some(program) = program_of(step, brand, desired, group) else { return Ok(()) };
    let of_brand = desired.iter_mut().filter(|(source, _)| source.0 == *brand);
    let mut members: Vec<&mut Earning> = of_brand
        .flat_map(|(_, earnings)| earnings.values_mut())
        .filter(|it| it.group.as_deref() == Some(group))
        .collect();
    let mut settled: Vec<Earning> = members.iter().map(|it| (**it).clone()).collect();
    settle_group(program, &mut settled)
        .map_err(|source| ServiceError::Commission { cause: format!("group {group}"), source })?;
    let mut by_key: BTreeMap<String, Earning> = settled.into_iter().map(|it| (it.key(), it)).collect();
    for member in &mut members {
        if let Some(settled) = by_key.remove(&member.key()) {
            **member = settled;
        }
    }
    Ok(())
}

/// The program that a group of earnings belongs to.
fn program_of<'s>(
    step: &'s Step<'_>,
    brand: &BrandId,
    desired: &BTreeMap<SourceKey, ByRule>,
    group: &str,
) -> Option<&'s Program> {
    let of_group = |earnings: &&ByRule| earnings.values().any(|it| it.group.as_deref() == Some(group));
    let mut of_brand = desired.iter().filter(|(source, _)| source.0 == *brand);
    let ((_, program, _), _) = of_brand.find(|(_, earnings)| of_group(earnings))?;
    step.registry.program(brand, program)
}

/// Adds the recruiters' share of what is to be booked.
pub(super) fn share_with_recruiters(
    step: &Step<'_>,
    desired: &mut BTreeMap<SourceKey, ByRule>,
) -> Result<(), ServiceError> {
    for ((brand, program_id, source), earnings) in desired.iter_mut() {
        let Some(program) = step.registry.program(brand, program_id) else { continue };
        if program.versions().iter().all(|terms| terms.recruiter.is_none()) {
            continue;
        }
        let mut shares = Vec::new();
        for earning in earnings.values().filter(|it| it.kind == EarningKind::Commission) {
            let found = recruiter_earnings(earning, program);
            shares.extend(
                found.map_err(|why| ServiceError::Commission { cause: source.clone(), source: why })?,
            );
        }
        earnings.extend(by_rule(shares));
    }
    Ok(())
}

/// Books the bonuses of the ambassadors whose credit changed.
pub(super) async fn pay_bonuses(
    step: &mut Step<'_>,
    touched: &BTreeSet<(BrandId, ProgramId, AmbassadorId)>,
) -> Result<(), ServiceError> {
    for (brand, program_id, ambassador) in touched {
        let columns = [earning::Column::Brand, earning::Column::Program, earning::Column::Ambassador];
        let keys = [key([brand.as_str(), program_id.as_str(), ambassador.as_str()])];
        let rows = step.transaction.find::<earning::Entity>(&columns, &keys).await?;
        let members: Vec<Earning> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let Some(program) = step.registry.program(brand, program_id) else { continue };
        let found = bonuses(program_id, program, ambassador, &members)
            .map_err(|source| ServiceError::Commission { cause: format!("bonus of {ambassador}"), source })?;
        let mut wanted: BTreeMap<SourceKey, ByRule> = BTreeMap::new();
        let mut booked: BTreeMap<SourceKey, ByRule> = BTreeMap::new();
        let of = |it: &Earning| (brand.clone(), program_id.clone(), it.source.to_string());
        for earning in found {
            wanted.entry(of(&earning)).or_default().extend(by_rule(vec![earning]));
        }
        for earning in members.into_iter().filter(|it| it.kind == EarningKind::Bonus) {
            booked.entry(of(&earning)).or_default().extend(by_rule(vec![earning]));
        }
        let sources: BTreeSet<SourceKey> = wanted.keys().chain(booked.keys()).cloned().collect();
        for source in sources {
            let before = booked.remove(&source).unwrap_or_default();
            book(step, &source, before, wanted.remove(&source).unwrap_or_default()).await?;
        }
    }
    Ok(())
}
