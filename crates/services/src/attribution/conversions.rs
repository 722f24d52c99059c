use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tribute_events::{
    AmbassadorId, BrandId, Conversion, Moment, OrderId, ProgramId, Timestamp, outgoing::Outgoing,
};
use tribute_money::{Millionths, MoneyError, Part, allocate};
use tribute_store::entity::conversion;

use super::{OrderKey, Outcome, orders::Orders};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// An order as one program saw it before this batch and sees it now.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Decided {
    pub(crate) brand: BrandId,
    pub(crate) program: ProgramId,
    pub(crate) order: OrderId,
    /// Nothing where the order is no longer the program's.
    pub(crate) conversion: Option<Conversion>,
    /// The conversion before, as it was stored.
    before: Option<String>,
    /// When the order was placed.
    pub(crate) ordered_at: Timestamp,
    /// Whether the store knew the order before this batch.
    pub(crate) stored: bool,
}

impl Decided {
    /// Everyone who is credited at any moment, or was before this batch.
    pub(crate) fn parties(&self) -> Result<BTreeSet<AmbassadorId>, ServiceError> {
        let mut parties = BTreeSet::new();
        let stored = self.before.as_deref().map(serde_json::from_str::<Conversion>);
        let stored = stored.transpose().map_err(ServiceError::stored("conversion", self.order.as_str()))?;
        for conversion in stored.iter().chain(&self.conversion) {
            let shares = conversion.moments.iter().flat_map(|moment| &moment.shares);
            parties.extend(shares.filter_map(|share| share.ambassador.clone()));
        }
        Ok(parties)
    }
}

/// Writes the conversions that came out, and says what changed.
pub(crate) async fn keep(
    step: &mut Step<'_>,
    orders: &Orders,
    outcomes: Vec<Outcome>,
) -> Result<Vec<Decided>, ServiceError> {
    let mut before = load(step, orders, &outcomes).await?;
    let (mut gone, mut rows, mut decided) = (Vec::new(), Vec::new(), Vec::with_capacity(outcomes.len()));
    for Outcome { key, program, conversion } in outcomes {
        let (brand, order) = key.clone();
        let known = before.remove(&(key.clone(), program.to_string())).unwrap_or_default();
        if conversion.is_none() && known.is_empty() {
            continue;
        }
        let made = conversion.as_ref().map(|it| rows_of(&brand, it)).transpose();
        let now = made.map_err(ServiceError::money(format!("order {order}")))?.unwrap_or_default();
        if now != known {
            let kept: BTreeSet<_> = now.iter().map(|row| row.ambassador.as_str()).collect();
            let lost = known.iter().filter(|row| !kept.contains(row.ambassador.as_str()));
            gone.extend(lost.map(key_of));
            rows.extend(now.iter().cloned());
            say(step, &brand, &known, &now, conversion.as_ref())?;
        }
        let stored = orders.get(&key).is_some_and(|order| order.stored);
        let earlier = known.first().map_or(Timestamp::MIN, |row| Timestamp::from_millis(row.ordered_at));
        decided.push(Decided {
            brand,
            program,
            order,
            ordered_at: conversion.as_ref().map_or(earlier, |it| it.ordered_at),
            conversion,
            before: known.into_iter().next().map(|row| row.conversion),
            stored,
        });
    }
    step.transaction.delete::<conversion::Entity>(&gone).await?;
    step.transaction.upsert::<conversion::Entity>(&rows).await?;
    Ok(decided)
}

type Before = BTreeMap<(OrderKey, String), Vec<conversion::Model>>;

async fn load(step: &mut Step<'_>, orders: &Orders, outcomes: &[Outcome]) -> Result<Before, ServiceError> {
    let stored = outcomes.iter().filter(|outcome| orders.get(&outcome.key).is_some_and(|order| order.stored));
    let keys: Vec<_> =
        stored.map(|it| key([it.key.0.as_str(), it.program.as_str(), it.key.1.as_str()])).collect();
    let columns = [conversion::Column::Brand, conversion::Column::Program, conversion::Column::OrderId];
    let mut before = Before::new();
    for row in step.transaction.find::<conversion::Entity>(&columns, &keys).await? {
        let order = (BrandId::trusted(&row.brand), OrderId::trusted(&row.order_id));
        before.entry((order, row.program.clone())).or_default().push(row);
    }
    for rows in before.values_mut() {
        rows.sort_by(|a, b| a.ambassador.cmp(&b.ambassador));
    }
    Ok(before)
}

fn key_of(row: &conversion::Model) -> Vec<sea_orm::Value> {
    key([&row.brand, &row.program, &row.order_id, &row.ambassador])
}

fn say(
    step: &mut Step<'_>,
    brand: &BrandId,
    before: &[conversion::Model],
    now: &[conversion::Model],
    conversion: Option<&Conversion>,
) -> Result<(), ServiceError> {
    let credited = |rows: &[conversion::Model]| rows.iter().any(|row| !row.ambassador.is_empty());
    let name = match (credited(before), credited(now)) {
        (false, true) => "tribute.conversion.credited",
        (true, true) => "tribute.conversion.changed",
        (true, false) => "tribute.conversion.withdrawn",
        (false, false) => "tribute.conversion.declined",
    };
    // An order that left the program is said as it last stood.
    let told = match (conversion, before.first()) {
        (Some(conversion), _) => conversion.clone(),
        (None, Some(row)) => serde_json::from_str(&row.conversion)
            .map_err(ServiceError::stored("conversion", row.order_id.as_str()))?,
        (None, None) => return Ok(()),
    };
    let at = told.moments.last().map_or(told.ordered_at, |moment| moment.effective_at);
    let key = told.order.to_string();
    step.say(brand, name, at, &key, Outgoing::Conversion(told));
    Ok(())
}

/// One row a party; one row with an empty ambassador where nobody is credited.
fn rows_of(brand: &BrandId, conversion: &Conversion) -> Result<Vec<conversion::Model>, MoneyError> {
    let text = serde_json::to_string(conversion).map_err(|_| MoneyError::Overflow)?;
    let Some(last) = conversion.moments.last() else { return Ok(Vec::new()) };
    let of_weight = last.shares.iter().try_fold(0_u64, |sum, share| sum.checked_add(share.weight));
    let of_weight = of_weight.ok_or(MoneyError::Overflow)?;
    let row = |ambassador: &str, weight: u64, net_revenue: i64| {
        Ok(conversion::Model {
            brand: brand.to_string(),
            program: conversion.program.to_string(),
            order_id: conversion.order.to_string(),
            ambassador: ambassador.to_owned(),
            ordered_at: conversion.ordered_at.millis(),
            locks_at: conversion.locks_at.millis(),
            weight: i64::try_from(weight).map_err(|_| MoneyError::Overflow)?,
            of_weight: i64::try_from(of_weight).map_err(|_| MoneyError::Overflow)?,
            net_revenue,
            currency: conversion.currency.to_string(),
            tier: conversion.reason.tier.to_string(),
            returning_customer: conversion.returning,
            terms_version: conversion.terms_version.to_string(),
            conversion: text.clone(),
        })
    };
    let net = net_of(last)?;
    if last.shares.iter().all(|share| share.ambassador.is_none()) {
        return Ok(vec![row("", 0, net.get())?]);
    }
    let parts = split(conversion, last, net.get())?;
    let named = last
        .shares
        .iter()
        .zip(parts)
        .filter_map(|(share, part)| Some((share.ambassador.as_ref()?, share.weight, part)));
    let mut rows = named
        .map(|(ambassador, weight, part)| row(ambassador.as_str(), weight, part))
        .collect::<Result<Vec<_>, _>>()?;
    rows.sort_by(|a, b| a.ambassador.cmp(&b.ambassador));
    Ok(rows)
}

/// The net of all lines.
pub(crate) fn net_of(moment: &Moment) -> Result<Millionths, MoneyError> {
    moment.lines.iter().try_fold(Millionths::ZERO, |sum, line| sum.plus(line.net))
}

/// `total` split over the shares of a moment, in their order.
pub(crate) fn split(conversion: &Conversion, moment: &Moment, total: i64) -> Result<Vec<i64>, MoneyError> {
    let part = |share: &tribute_events::Share| {
        let mut hasher = Sha256::new();
        hasher.update(conversion.order.as_str());
        hasher.update([0]);
        hasher.update(share.ambassador.as_ref().map_or("", |ambassador| ambassador.as_str()));
        Part { weight: share.weight, tie: hasher.finalize().into() }
    };
    allocate(total, &moment.shares.iter().map(part).collect::<Vec<_>>())
}
