//! Shopify: orders as they are created, paid, edited and cancelled; refunds.
//!
//! An order's lines keep the quantity that was ordered, with what an edit added; what an edit or a refund takes away comes
//! as a refund of lines, also within the order. So the two are never taken off twice.

mod order;
mod refund;

use tribute_events::{Payload, Rejection, RejectionCode, SaleCancelled};

use crate::{
    Meaning, Shop,
    event::{event, state},
    field::Field,
};

const TOPICS: &str = "orders/create, orders/paid, orders/updated, orders/cancelled and refunds/create";

pub(crate) fn read(shop: &Shop<'_>, topic: Option<&str>, whole: &Field<'_>) -> Result<Meaning, Rejection> {
    match topic {
        Some("orders/create" | "orders/paid" | "orders/updated" | "orders/cancelled")
            if !whole.get("line_items").is_missing() =>
        {
            of_order(shop, topic == Some("orders/create"), whole)
        }
        Some("refunds/create") if !whole.get("order_id").is_missing() => {
            let refund = refund::read(shop, whole, None)?;
            Ok(refund.map_or(Meaning::Nothing("no money went back"), |it| Meaning::Events(vec![it])))
        }
        // It says which lines changed and no amounts; `orders/updated` comes with it.
        Some("orders/edited") if !whole.get("order_edit").is_missing() => {
            Ok(Meaning::Nothing("the order as edited comes by orders/updated"))
        }
        topic => {
            let topic = topic.unwrap_or_default();
            let reason = format!(
                "the topic `{topic}` does not go with this body, or is not taken; subscribe to {TOPICS}"
            );
            Err(Rejection::new(RejectionCode::UnknownType, reason))
        }
    }
}

fn of_order(shop: &Shop<'_>, is_new: bool, whole: &Field<'_>) -> Result<Meaning, Rejection> {
    if whole.get("test").is_true() && !shop.settings.takes_test_orders {
        return Ok(Meaning::Nothing("a test order does not count"));
    }
    let id = whole.get("id").needed_id()?;
    let sale = order::read(shop, whole)?;
    let order = sale.order.clone();
    let mut events = Vec::new();
    if is_new {
        let at = whole.get("created_at").time()?;
        events.push(event(shop, &format!("order:{id}"), at, &Payload::SaleCompleted(sale))?);
    } else {
        let at = whole.get("updated_at").time()?;
        events.push(state(shop, &format!("order:{id}"), at, &Payload::SaleEdited(sale))?);
    }
    let included = Some(whole.get("taxes_included").is_true());
    for said in whole.get("refunds").items() {
        events.extend(refund::read(shop, &said, included)?);
    }
    let cancelled = whole.get("cancelled_at");
    if !cancelled.is_missing() {
        let reason = whole.get("cancel_reason").text().map(str::to_owned);
        let payload = Payload::SaleCancelled(SaleCancelled { order, reason });
        events.push(event(shop, &format!("order:{id}:cancelled"), cancelled.time()?, &payload)?);
    }
    Ok(Meaning::Events(events))
}
