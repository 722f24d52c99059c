use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use smol_str::SmolStr;
use tribute_attribution::OrderFacts;
use tribute_events::{AmbassadorId, BrandId, Claim, Conversion, Moment, ProgramId, Timestamp};
use tribute_fraud::{Buyer, Ordered};
use tribute_store::entity::{conversion, sale};
use tribute_terms::FraudTerms;

use super::{clicks, due::Due, history::History};
use crate::{
    ServiceError,
    attribution::net_of,
    step::{Step, key},
};

/// An order behind something that is about to clear.
pub(super) struct Placed {
    pub(super) at: Timestamp,
    pub(super) buyer: Buyer,
    /// Everyone who is credited with a part of it, and how it came to them.
    pub(super) parties: BTreeMap<AmbassadorId, Ordered>,
}

/// The orders of a program behind what is about to clear.
#[derive(Default)]
pub(super) struct Orders(BTreeMap<String, Placed>);

impl Orders {
    /// Reads them, and what else is known of who is credited with them into `history`.
    pub(super) async fn load(
        step: &mut Step<'_>,
        brand: &BrandId,
        program: &ProgramId,
        dues: &[Due],
        history: &mut History,
    ) -> Result<Self, ServiceError> {
        let wanted: BTreeSet<_> = dues.iter().flat_map(|due| &due.orders).map(String::as_str).collect();
        let conversions = conversions(step, brand, program, &wanted).await?;
        let sales = sales(step, brand, conversions.keys()).await?;
        let mut orders = Self::default();
        for (id, conversion) in &conversions {
            let Some(sale) = sales.get(id) else { continue };
            let (at, buyer, parties) =
                (conversion.ordered_at, buyer(conversion, sale), parties(conversion, sale)?);
            orders.0.insert(id.clone(), Placed { at, buyer, parties });
        }
        clicks::count(step, (brand, program), &sales, &mut orders.0).await?;
        let people = orders.0.values().flat_map(|order| order.parties.keys().cloned()).collect();
        let first = orders.0.values().map(|order| order.at).min();
        let cleared = dues.iter().map(|due| due.clears_at).min();
        if let Some((first, cleared)) = first.zip(cleared) {
            let since = terms(step, brand, program).map(|it| since(&it, first, cleared)).min();
            history.read(step, (brand, program), &people, since.unwrap_or(first)).await?;
        }
        Ok(orders)
    }

    pub(super) fn get(&self, order: &str) -> Option<&Placed> {
        self.0.get(order)
    }
}

/// The thresholds of every version of a program's terms.
pub(super) fn terms(
    step: &Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
) -> impl Iterator<Item = FraudTerms> {
    let versions = step.registry.program(brand, program).map(|it| it.versions()).unwrap_or_default();
    let looking = versions.iter().map(|terms| terms.fraud.clone()).filter(|fraud| !fraud.off);
    looking.collect::<Vec<_>>().into_iter()
}

/// Since when orders tell what is usual: six windows before the first one that is looked at, which may end one window
/// after it, and a window for refunds before it clears.
fn since(terms: &FraudTerms, first: Timestamp, cleared: Timestamp) -> Timestamp {
    let codes = first.minus(terms.code_window.millis().saturating_mul(6));
    codes.min(cleared.minus(terms.refund_window.millis()))
}

pub(super) type Conversions = BTreeMap<String, Conversion>;

/// These orders, as they are credited.
pub(super) async fn conversions(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    orders: &BTreeSet<&str>,
) -> Result<Conversions, ServiceError> {
    let keys: Vec<_> = orders.iter().map(|order| key([brand.as_str(), program.as_str(), order])).collect();
    let columns = [conversion::Column::Brand, conversion::Column::Program, conversion::Column::OrderId];
    let mut found = Conversions::new();
    for row in step.transaction.find::<conversion::Entity>(&columns, &keys).await? {
        // A shared order has a row for each party; each row tells the whole of it.
        if let Entry::Vacant(place) = found.entry(row.order_id) {
            let unreadable = ServiceError::stored("conversion", place.key().as_str());
            let conversion = serde_json::from_str(&row.conversion).map_err(unreadable)?;
            place.insert(conversion);
        }
    }
    Ok(found)
}

/// What is known of a sale.
pub(super) struct Sold {
    buyer: String,
    pub(super) facts: OrderFacts,
}

/// What is known of these sales.
pub(super) async fn sales<'o>(
    step: &mut Step<'_>,
    brand: &BrandId,
    orders: impl Iterator<Item = &'o String>,
) -> Result<BTreeMap<String, Sold>, ServiceError> {
    let keys: Vec<_> = orders.map(|order| key([brand.as_str(), order])).collect();
    let columns = [sale::Column::Brand, sale::Column::OrderId];
    let mut found = BTreeMap::new();
    for row in step.transaction.find::<sale::Entity>(&columns, &keys).await? {
        let facts =
            serde_json::from_str(&row.facts).map_err(ServiceError::stored("sale", row.order_id.as_str()))?;
        found.insert(row.order_id, Sold { buyer: row.buyer, facts });
    }
    Ok(found)
}

fn buyer(conversion: &Conversion, sold: &Sold) -> Buyer {
    let sale = sold.facts.placed().map(|placed| placed.sale);
    Buyer {
        order: conversion.order.clone(),
        account: sale.and_then(|it| it.account.clone()),
        email_hash: sale.and_then(|it| it.email_hash.clone()),
        payment_hash: sale.and_then(|it| it.payment_hash.clone()),
    }
}

pub(super) fn parties(
    conversion: &Conversion,
    sold: &Sold,
) -> Result<BTreeMap<AmbassadorId, Ordered>, ServiceError> {
    let shares = conversion.moments.iter().flat_map(|moment| &moment.shares);
    let people: BTreeSet<_> = shares.filter_map(|share| share.ambassador.clone()).collect();
    let net = |moment: Option<&Moment>| {
        moment.map(net_of).transpose().map_err(ServiceError::money(format!("order {}", conversion.order)))
    };
    let first = net(conversion.moments.first())?;
    let mut came_back_at = None;
    for moment in &conversion.moments {
        if came_back_at.is_none() && net(Some(moment))? < first {
            came_back_at = Some(moment.effective_at);
        }
    }
    let ordered = |who: AmbassadorId| {
        let won = || conversion.reason.winners.iter().filter(|claim| claim.ambassador.as_ref() == Some(&who));
        let lost = conversion.reason.losers.iter().map(|loss| &loss.claim);
        let clicked = won().chain(lost.filter(|claim| claim.ambassador.as_ref() == Some(&who))).any(is_click);
        let ordered = Ordered {
            buyer: SmolStr::from(sold.buyer.as_str()),
            code: won().find(|claim| claim.kind == "code").map(|claim| claim.touch.as_str().into()),
            clicked_at: won().filter(|claim| is_click(claim)).map(|claim| claim.at).max(),
            clicked,
            came_back_at,
            ..Ordered::plain(conversion.order.clone(), conversion.ordered_at)
        };
        (who, ordered)
    };
    Ok(people.into_iter().map(ordered).collect())
}

fn is_click(claim: &Claim) -> bool {
    matches!(claim.kind.as_str(), "click" | "qr")
}
