use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use smol_str::SmolStr;
use tribute_attribution::OrderFacts;
use tribute_events::{
    AmbassadorId, BrandId, Claim, Conversion, LinkId, Milliseconds, Moment, ProgramId, Timestamp,
};
use tribute_fraud::{Buyer, Ordered};
use tribute_store::{
    RangeKey,
    entity::{conversion, movement, sale, touch},
};
use tribute_terms::{FraudTerms, View};

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

/// The orders of a program behind what is about to clear, and those around them.
#[derive(Default)]
pub(super) struct Orders {
    due: BTreeMap<String, Placed>,
    around: BTreeMap<AmbassadorId, Vec<Ordered>>,
}

/// How far back orders and clicks are looked at.
#[derive(Clone, Copy, Default)]
struct Reach {
    orders: Milliseconds,
    clicks: Milliseconds,
}

impl Reach {
    fn of(terms: impl Iterator<Item = FraudTerms>) -> Self {
        let mut reach = Self::default();
        for terms in terms {
            let codes = terms.code_window.millis().saturating_mul(6);
            reach.orders = reach.orders.max(codes).max(terms.refund_window.millis());
            reach.clicks = reach.clicks.max(terms.clicks_window.millis());
        }
        reach
    }
}

impl Orders {
    /// Where the terms set no thresholds the orders themselves are enough: who bought them.
    pub(super) async fn load(
        step: &mut Step<'_>,
        brand: &BrandId,
        program: &ProgramId,
        rows: &[movement::Model],
    ) -> Result<Self, ServiceError> {
        let versions = step.registry.program(brand, program).map(|it| it.versions()).unwrap_or_default();
        let reach = Reach::of(versions.iter().filter_map(|terms| terms.fraud.clone()));
        let due: BTreeSet<_> = rows.iter().filter_map(|row| row.source.strip_prefix("order:")).collect();
        let first = rows.iter().map(|row| row.available_at).min().unwrap_or_default();
        let last = rows.iter().map(|row| row.available_at).max().unwrap_or_default();
        let mut conversions = read_due(step, brand, program, &due).await?;
        if reach.orders > 0 {
            let from = Timestamp::from_millis(first).minus(reach.orders).millis();
            conversions.extend(read_around(step, brand, program, (from, last)).await?);
        }
        let sales = sales(step, brand, conversions.keys()).await?;
        let mut orders = Self::default();
        for (id, conversion) in &conversions {
            let Some(sale) = sales.get(id) else { continue };
            let mut parties = parties(conversion, sale)?;
            if due.contains(id.as_str()) && reach.clicks > 0 {
                count_clicks(step, (brand, program), sale, conversion.ordered_at, reach.clicks, &mut parties)
                    .await?;
            }
            for (party, ordered) in &parties {
                orders.around.entry(party.clone()).or_default().push(ordered.clone());
            }
            if due.contains(id.as_str()) {
                orders.due.insert(
                    id.clone(),
                    Placed { at: conversion.ordered_at, buyer: buyer(conversion, sale), parties },
                );
            }
        }
        Ok(orders)
    }

    pub(super) fn get(&self, order: &str) -> Option<&Placed> {
        self.due.get(order)
    }

    pub(super) fn of(&self, ambassador: &AmbassadorId) -> &[Ordered] {
        self.around.get(ambassador).map(Vec::as_slice).unwrap_or_default()
    }
}

type Conversions = BTreeMap<String, Conversion>;

fn read(rows: Vec<conversion::Model>) -> Result<Conversions, ServiceError> {
    let mut found = Conversions::new();
    for row in rows {
        // A shared order has a row for each party; each row tells the whole of it.
        if let Entry::Vacant(place) = found.entry(row.order_id) {
            let unreadable = ServiceError::stored("conversion", place.key().as_str());
            let conversion = serde_json::from_str(&row.conversion).map_err(unreadable)?;
            place.insert(conversion);
        }
    }
    Ok(found)
}

async fn read_due(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    due: &BTreeSet<&str>,
) -> Result<Conversions, ServiceError> {
    let keys: Vec<_> = due.iter().map(|order| key([brand.as_str(), program.as_str(), order])).collect();
    let columns = [conversion::Column::Brand, conversion::Column::Program, conversion::Column::OrderId];
    read(step.transaction.find::<conversion::Entity>(&columns, &keys).await?)
}

async fn read_around(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    (from, to): (i64, i64),
) -> Result<Conversions, ServiceError> {
    let keys: [RangeKey; 1] = [(key([brand.as_str(), program.as_str()]), from, to)];
    let columns = [conversion::Column::Brand, conversion::Column::Program];
    read(
        step.transaction
            .find_between::<conversion::Entity>(&columns, conversion::Column::OrderedAt, &keys)
            .await?,
    )
}

struct Sold {
    buyer: String,
    facts: OrderFacts,
}

async fn sales<'o>(
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

fn parties(conversion: &Conversion, sold: &Sold) -> Result<BTreeMap<AmbassadorId, Ordered>, ServiceError> {
    let shares = conversion.moments.iter().flat_map(|moment| &moment.shares);
    let people: BTreeSet<_> = shares.filter_map(|share| share.ambassador.clone()).collect();
    let net = |moment: Option<&Moment>| {
        moment.map(net_of).transpose().map_err(ServiceError::money(format!("order {}", conversion.order)))
    };
    let came_back = net(conversion.moments.last())? < net(conversion.moments.first())?;
    let ordered = |who: AmbassadorId| {
        let won = || conversion.reason.winners.iter().filter(|claim| claim.ambassador.as_ref() == Some(&who));
        let lost = conversion.reason.losers.iter().map(|loss| &loss.claim);
        let clicked = won().chain(lost.filter(|claim| claim.ambassador.as_ref() == Some(&who))).any(is_click);
        let ordered = Ordered {
            buyer: SmolStr::from(sold.buyer.as_str()),
            code: won().find(|claim| claim.kind == "code").map(|claim| claim.touch.as_str().into()),
            clicked_at: won().filter(|claim| is_click(claim)).map(|claim| claim.at).max(),
            clicked,
            came_back,
            ..Ordered::plain(conversion.order.clone(), conversion.ordered_at)
        };
        (who, ordered)
    };
    Ok(people.into_iter().map(ordered).collect())
}

fn is_click(claim: &Claim) -> bool {
    matches!(claim.kind.as_str(), "click" | "qr")
}

/// How often the buyer clicked on each party's links before the order.
async fn count_clicks(
    step: &mut Step<'_>,
    (brand, program): (&BrandId, &ProgramId),
    sold: &Sold,
    at: Timestamp,
    window: Milliseconds,
    parties: &mut BTreeMap<AmbassadorId, Ordered>,
) -> Result<(), ServiceError> {
    let Some(placed) = sold.facts.placed() else { return Ok(()) };
    let account = placed.sale.account.as_ref().map(|it| format!("a:{it}"));
    let device = placed.sale.device.as_ref().map(|it| format!("d:{it}"));
    let (from, to) = (at.minus(window).millis(), at.millis());
    let keys: Vec<RangeKey> = account
        .into_iter()
        .chain(device)
        .map(|subject| (key([brand.as_str(), &subject]), from, to))
        .collect();
    let columns = [touch::Column::Brand, touch::Column::Subject];
    for row in step.transaction.find_between::<touch::Entity>(&columns, touch::Column::At, &keys).await? {
        let of_link = || {
            let link = LinkId::trusted(row.link.as_deref()?);
            step.registry
                .program(brand, program)?
                .link(&link, View::at(Timestamp::from_millis(row.at)))
                .cloned()
        };
        let whose = row.ambassador.as_deref().map(AmbassadorId::trusted).or_else(of_link);
        if let Some(ordered) = whose.filter(|_| row.kind != "view").and_then(|who| parties.get_mut(&who)) {
            ordered.clicks = ordered.clicks.saturating_add(1);
        }
    }
    Ok(())
}
