//! The tiers of ambassadors: what they sold, and in which tier they stood at an order or a post.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Value;
use tribute_events::{AmbassadorId, BrandId, Conversion, OrderId, ProgramId, Timestamp};
use tribute_money::Millionths;
use tribute_store::{RangeKey, entity::tier_sale};
use tribute_terms::{Program, Sold, View};

use super::{
    OrderKey, Outcome,
    conversions::{net_of, split},
};
use crate::{
    ServiceError,
    commission::PostOutcome,
    step::{Step, key},
};

/// An ambassador of a program.
pub(crate) type Seller = (BrandId, ProgramId, AmbassadorId);

/// The sellers whose sales changed, each with when the orders were placed.
pub(crate) type Moved = BTreeSet<(Seller, Timestamp)>;

/// Keeps what the orders brought those who are or were credited, in programs with tiers by sales.
pub(super) async fn note_sales(step: &mut Step<'_>, outcomes: &[Outcome]) -> Result<Moved, ServiceError> {
    let registry = &*step.registry;
    let has_tiers =
        |it: &&Outcome| registry.program(&it.key.0, &it.program).is_some_and(Program::has_tiers_by_sales);
    let outcomes: Vec<_> = outcomes.iter().filter(has_tiers).collect();
    let keys: Vec<_> =
        outcomes.iter().map(|it| key([it.key.0.as_str(), it.program.as_str(), it.key.1.as_str()])).collect();
    let columns = [tier_sale::Column::Brand, tier_sale::Column::Program, tier_sale::Column::OrderId];
    let known = step.transaction.find::<tier_sale::Entity>(&columns, &keys).await?;
    let mut known: BTreeMap<_, _> = known.into_iter().map(|row| (primary(&row), row)).collect();
    let (mut moved, mut rows) = (Moved::new(), Vec::new());
    for outcome in outcomes {
        for row in outcome.conversion.iter().map(|it| rows_of(&outcome.key, it)) {
            for row in row? {
                let before = known.remove(&primary(&row));
                if before.as_ref() != Some(&row) {
                    moved.extend(before.iter().chain([&row]).map(moving));
                    rows.push(row);
                }
            }
        }
    }
    moved.extend(known.values().map(moving));
    let gone: Vec<Vec<Value>> = known.keys().map(|it| key(it.each_ref().map(String::as_str))).collect();
    step.transaction.delete::<tier_sale::Entity>(&gone).await?;
    step.transaction.upsert::<tier_sale::Entity>(&rows).await?;
    Ok(moved)
}

fn primary(row: &tier_sale::Model) -> [String; 4] {
    [&row.brand, &row.program, &row.order_id, &row.ambassador].map(Clone::clone)
}

fn moving(row: &tier_sale::Model) -> (Seller, Timestamp) {
    (seller_of(row), Timestamp::from_millis(row.at))
}

fn seller_of(row: &tier_sale::Model) -> Seller {
    let ambassador = AmbassadorId::trusted(&row.ambassador);
    (BrandId::trusted(&row.brand), ProgramId::trusted(&row.program), ambassador)
}

/// One row for each who is or was credited.
fn rows_of(
    (brand, order): &OrderKey,
    conversion: &Conversion,
) -> Result<Vec<tier_sale::Model>, ServiceError> {
    let failed = || ServiceError::money(format!("order {order}"));
    let mut shares: BTreeMap<&AmbassadorId, Vec<(Timestamp, Millionths)>> =
        parties(conversion).into_iter().map(|who| (who, Vec::new())).collect();
    for moment in &conversion.moments {
        let net = net_of(moment).map_err(failed())?.get();
        let nobodys = moment.shares.is_empty();
        let parts = if nobodys { Vec::new() } else { split(conversion, moment, net).map_err(failed())? };
        for (who, steps) in &mut shares {
            let own = moment.shares.iter().zip(&parts).find(|(it, _)| it.ambassador.as_ref() == Some(*who));
            steps.push((moment.effective_at, Millionths::new(own.map_or(0, |(_, part)| *part))));
        }
    }
    let row = |(who, revenue): (&AmbassadorId, _)| {
        let sold = Sold { at: conversion.ordered_at, currency: conversion.currency.clone(), revenue };
        let sold = serde_json::to_string(&sold).map_err(ServiceError::stored("tier_sale", order.as_str()))?;
        Ok(tier_sale::Model {
            brand: brand.to_string(),
            program: conversion.program.to_string(),
            order_id: order.to_string(),
            ambassador: who.to_string(),
            at: conversion.ordered_at.millis(),
            sold,
        })
    };
    shares.into_iter().map(row).collect()
}

fn parties(conversion: &Conversion) -> BTreeSet<&AmbassadorId> {
    let shares = conversion.moments.iter().flat_map(|moment| &moment.shares);
    shares.filter_map(|share| share.ambassador.as_ref()).collect()
}

/// The spans whose tiers are reached by sales that changed, by any version of the terms.
pub(crate) fn spans_after(step: &Step<'_>, moved: &Moved) -> BTreeSet<(Seller, Timestamp, Timestamp)> {
    let mut spans = BTreeSet::new();
    for (seller, at) in moved {
        let versions = step.registry.program(&seller.0, &seller.1).map(Program::versions).unwrap_or_default();
        let periods = versions.iter().flat_map(|terms| terms.periods_after(*at));
        spans.extend(periods.map(|period| (seller.clone(), period.starts_at, period.ends_at)));
    }
    spans
}

/// The orders of those whose tiers are reached by sales that changed.
pub(super) async fn orders_after(
    step: &mut Step<'_>,
    moved: &Moved,
) -> Result<BTreeSet<OrderKey>, ServiceError> {
    let spans = spans_after(step, moved).into_iter();
    let keys: Vec<_> = spans.map(|(seller, from, until)| range(&seller, from, until)).collect();
    let rows = sales_between(step, &keys).await?;
    Ok(rows.iter().map(|row| (BrandId::trusted(&row.brand), OrderId::trusted(&row.order_id))).collect())
}

fn range((brand, program, who): &Seller, from: Timestamp, until: Timestamp) -> RangeKey {
    let seller = key([brand.as_str(), program.as_str(), who.as_str()]);
    (seller, from.millis().saturating_sub(1), until.millis().saturating_sub(1))
}

async fn sales_between(
    step: &mut Step<'_>,
    keys: &[RangeKey],
) -> Result<Vec<tier_sale::Model>, ServiceError> {
    let columns = [tier_sale::Column::Brand, tier_sale::Column::Program, tier_sale::Column::Ambassador];
    Ok(step.transaction.find_between::<tier_sale::Entity>(&columns, tier_sale::Column::At, keys).await?)
}

/// Who is asked about, and from which point of view.
struct Question {
    seller: Seller,
    view: View,
}

/// What those who are asked about sold in the periods by which their tiers are reached.
async fn sold_before(
    step: &mut Step<'_>,
    questions: &[Question],
) -> Result<BTreeMap<Seller, Vec<Sold>>, ServiceError> {
    let mut spans: BTreeMap<Seller, (Timestamp, Timestamp)> = BTreeMap::new();
    for Question { seller, view } in questions {
        let terms = step.registry.program(&seller.0, &seller.1).and_then(|it| it.terms_at(view.as_of));
        for period in terms.into_iter().flat_map(|it| it.periods_before(view.as_of)) {
            let span = spans.entry(seller.clone()).or_insert((period.starts_at, period.ends_at));
            *span = (span.0.min(period.starts_at), span.1.max(period.ends_at));
        }
    }
    let keys: Vec<_> = spans.iter().map(|(seller, (from, until))| range(seller, *from, *until)).collect();
    let mut sold: BTreeMap<Seller, Vec<Sold>> = BTreeMap::new();
    for row in sales_between(step, &keys).await? {
        let one = serde_json::from_str(&row.sold)
            .map_err(ServiceError::stored("tier_sale", row.order_id.as_str()))?;
        sold.entry(seller_of(&row)).or_default().push(one);
    }
    Ok(sold)
}

fn has_tiers(program: &Program, at: Timestamp) -> bool {
    program.terms_at(at).is_some_and(|terms| !terms.tier.is_empty())
}

/// Writes on each order in which tier those who are or were credited stood when it was placed.
pub(super) async fn stamp(step: &mut Step<'_>, outcomes: &mut [Outcome]) -> Result<(), ServiceError> {
    let registry = &*step.registry;
    let mut questions = Vec::new();
    for Outcome { key, program, conversion } in outcomes.iter() {
        let Some(conversion) = conversion else { continue };
        if !registry.program(&key.0, program).is_some_and(|it| has_tiers(it, conversion.ordered_at)) {
            continue;
        }
        let view = View { as_of: conversion.ordered_at, recorded_before: conversion.locks_at };
        let asked = parties(conversion).into_iter();
        let asked = asked.map(|who| Question { seller: (key.0.clone(), program.clone(), who.clone()), view });
        questions.extend(asked);
    }
    if questions.is_empty() {
        return Ok(());
    }
    let sold = sold_before(step, &questions).await?;
    for Outcome { key, program, conversion } in outcomes {
        let known = step.registry.program(&key.0, program);
        let (Some(conversion), Some(known)) = (conversion, known) else { continue };
        let view = View { as_of: conversion.ordered_at, recorded_before: conversion.locks_at };
        let mut tiers = BTreeMap::new();
        for who in parties(conversion) {
            let seller = (key.0.clone(), program.clone(), who.clone());
            let own = sold.get(&seller).map(Vec::as_slice).unwrap_or_default();
            tiers.extend(known.tier(who, view, own).map(|tier| (who.clone(), tier)));
        }
        conversion.tiers = tiers;
    }
    Ok(())
}

/// Writes on each post in which tier its author stood when it was published.
pub(crate) async fn stamp_posts(step: &mut Step<'_>, posts: &mut [PostOutcome]) -> Result<(), ServiceError> {
    let mut asked = Vec::new();
    for (place, outcome) in posts.iter().enumerate() {
        let Some(published) = outcome.facts.published() else { continue };
        let program = step.registry.program(&outcome.brand, &published.what.program);
        let Some(program) = program.filter(|it| has_tiers(it, published.at)) else { continue };
        let Some(view) = tribute_commission::author_view(published, program) else { continue };
        let seller = (outcome.brand.clone(), published.what.program.clone(), published.what.author.clone());
        asked.push((place, Question { seller, view }));
    }
    let (places, questions): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    let sold = sold_before(step, &questions).await?;
    for (place, Question { seller, view }) in places.into_iter().zip(questions) {
        let program = step.registry.program(&seller.0, &seller.1);
        let own = sold.get(&seller).map(Vec::as_slice).unwrap_or_default();
        if let Some(outcome) = posts.get_mut(place) {
            outcome.tier = program.and_then(|it| it.tier(&seller.2, view, own));
        }
    }
    Ok(())
}
