use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Value;
use tribute_attribution::OrderFacts;
use tribute_events::{BrandId, Event, OrderId, Payload, ProgramId, Timestamp};
use tribute_store::{Transaction, entity::sale};

use super::{OrderKey, touches::subject};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// The orders that a batch bears on.
#[derive(Default)]
pub(crate) struct Orders {
    known: BTreeMap<OrderKey, Order>,
}

/// One order: its facts, and whether the store knew it before this batch.
pub(crate) struct Order {
    pub(crate) facts: OrderFacts,
    /// Its facts before this batch, where the batch changed them.
    pub(crate) before: Option<OrderFacts>,
    pub(crate) stored: bool,
    changed: bool,
}

/// Takes the sales, edits, refunds, cancellations, disputes and overrides of a batch into their orders.
pub(crate) async fn take(step: &mut Step<'_>, facts: &[&Event]) -> Result<Orders, ServiceError> {
    let named: Vec<_> = facts.iter().filter_map(|event| Some((event, order_of(event)?))).collect();
    let keys: BTreeSet<OrderKey> =
        named.iter().map(|(event, order)| (event.brand.clone(), (*order).clone())).collect();
    let mut orders = Orders::default();
    orders.load(step, &keys).await?;
    for key in keys {
        let empty = || Order { facts: OrderFacts::default(), before: None, stored: false, changed: false };
        orders.known.entry(key).or_insert_with(empty);
    }
    for (event, order) in named {
        if let Some(order) = orders.known.get_mut(&(event.brand.clone(), order.clone())) {
            let before = (order.stored && !order.changed).then(|| order.facts.clone());
            if order.facts.add(event) {
                order.changed = true;
                order.before = before.or(order.before.take());
            }
        }
    }
    orders.write(&mut step.transaction).await?;
    Ok(orders)
}

/// The order that an event is a fact of.
fn order_of(event: &Event) -> Option<&OrderId> {
    match &event.payload {
        Payload::SaleCompleted(what) | Payload::SaleEdited(what) => Some(&what.order),
        Payload::SaleRefunded(what) => what.order.as_ref(),
        Payload::SaleCancelled(what) => Some(&what.order),
        Payload::SaleDisputed(what) => Some(&what.order),
        Payload::ConversionOverridden(what) => Some(&what.order),
        _ => None,
    }
}

impl Orders {
    /// The orders whose facts changed in this batch.
    pub(crate) fn changed(&self) -> BTreeSet<OrderKey> {
        self.known.iter().filter(|(_, order)| order.changed).map(|(key, _)| key.clone()).collect()
    }

    pub(crate) fn get(&self, key: &OrderKey) -> Option<&Order> {
        self.known.get(key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&OrderKey, &Order)> {
        self.known.iter()
    }

    /// Loads the orders that are not here yet.
    pub(crate) async fn load(
        &mut self,
        step: &mut Step<'_>,
        keys: &BTreeSet<OrderKey>,
    ) -> Result<(), ServiceError> {
        let missing = keys.iter().filter(|key| !self.known.contains_key(*key));
        let missing: Vec<_> = missing.map(|(brand, order)| key([brand.as_str(), order.as_str()])).collect();
        let columns = [sale::Column::Brand, sale::Column::OrderId];
        for row in step.transaction.find::<sale::Entity>(&columns, &missing).await? {
            let facts = facts_of(&row)?;
            self.known.insert(order_key(&row), Order { facts, before: None, stored: true, changed: false });
        }
        Ok(())
    }

    /// Placed orders by time: orders of one shopper lie together in a chunk.
    pub(crate) fn in_order_of_time(&self, keys: BTreeSet<OrderKey>) -> Vec<OrderKey> {
        let placed_at = |key: &OrderKey| self.get(key)?.facts.placed().map(|placed| placed.at);
        let mut placed: Vec<_> = keys.into_iter().filter_map(|key| Some((placed_at(&key)?, key))).collect();
        placed.sort_unstable();
        placed.into_iter().map(|(_, key)| key).collect()
    }

    async fn write(&self, transaction: &mut Transaction) -> Result<(), ServiceError> {
        let changed: Vec<_> = self.known.iter().filter(|(_, order)| order.changed).collect();
        let rows: Result<Vec<_>, _> = changed.iter().map(|(key, order)| row(key, order)).collect();
        Ok(transaction.upsert::<sale::Entity>(&rows?).await?)
    }
}

fn row((brand, order_id): &OrderKey, order: &Order) -> Result<sale::Model, ServiceError> {
    let placed = order.facts.placed();
    let of = |program: &ProgramId| program.to_string();
    Ok(sale::Model {
        brand: brand.to_string(),
        order_id: order_id.to_string(),
        buyer: placed.as_ref().map_or_else(String::new, |placed| {
            subject(placed.sale.account.as_ref(), placed.sale.device.as_ref())
        }),
        at: placed.as_ref().map(|placed| placed.at.millis()),
        recorded_at: placed.as_ref().map(|placed| placed.recorded.millis()),
        cancelled_at: order.facts.cancelled_at().map(Timestamp::millis),
        program: placed.as_ref().and_then(|placed| placed.sale.program.as_ref().map(of)),
        subscription: placed
            .as_ref()
            .and_then(|placed| placed.sale.subscription.as_ref().map(|it| it.id.to_string())),
        facts: serde_json::to_string(&order.facts)
            .map_err(ServiceError::stored("sale", order_id.as_str()))?,
    })
}

/// The order that a row is of.
pub(crate) fn order_key(row: &sale::Model) -> OrderKey {
    (BrandId::trusted(&row.brand), OrderId::trusted(&row.order_id))
}

/// The facts of a stored order.
pub(crate) fn facts_of(row: &sale::Model) -> Result<OrderFacts, ServiceError> {
    serde_json::from_str(&row.facts).map_err(ServiceError::stored("sale", row.order_id.as_str()))
}

/// A key of a brand and one text.
pub(crate) fn brand_key(brand: &BrandId, text: &str) -> Vec<Value> {
    key([brand.as_str(), text])
}
