//! `WooCommerce`: orders as they stand, with the refunds in them; refunds with their lines, where an extension sends them.
//!
//! An order counts once it is paid: as `processing`, `completed` or `refunded`. It is told at its creation, which is when
//! the shopper bought, and again as it stands at its last change.

mod order;
mod refund;

use tribute_events::{Payload, Rejection, RejectionCode, SaleCancelled};

use crate::{
    Meaning, Shop,
    event::{event, state},
    field::Field,
};

/// What the shop sends when a webhook is made: a form that names it.
pub(crate) fn is_ping(body: &[u8]) -> bool {
    let number = body.trim_ascii().strip_prefix(b"webhook_id=");
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

pub(crate) fn read(shop: &Shop<'_>, topic: Option<&str>, whole: &Field<'_>) -> Result<Meaning, Rejection> {
    if !whole.get("refunded_by").is_missing() {
        return Ok(Meaning::Events(vec![refund::read(shop, whole)?]));
    }
    if whole.get("line_items").is_missing() || whole.get("status").is_missing() {
        let topic = topic.unwrap_or_default();
        let reason =
            format!("the topic `{topic}` is not taken; subscribe to order.created and order.updated");
        return Err(Rejection::new(RejectionCode::UnknownType, reason));
    }
    match whole.get("status").needed_text()? {
        "processing" | "completed" | "refunded" => of_order(shop, whole),
        // One that was never paid and is paid after all becomes `processing` again.
        "cancelled" if !whole.get("date_paid_gmt").is_missing() => {
            let id = whole.get("id").needed_id()?;
            let payload = Payload::SaleCancelled(SaleCancelled { order: shop.order(&id)?, reason: None });
            let at = whole.get("date_modified_gmt").time_in_utc()?;
            Ok(Meaning::Events(vec![event(shop, &format!("order:{id}:cancelled"), at, &payload)?]))
        }
        "pending" | "on-hold" | "failed" | "cancelled" | "checkout-draft" | "draft" | "auto-draft" => {
            Ok(Meaning::Nothing("the order is not paid"))
        }
        other => {
            let what = format!("`{other}` is not known: it may be paid or not");
            Err(whole.get("status").refused(RejectionCode::InvalidData, &what))
        }
    }
}

fn of_order(shop: &Shop<'_>, whole: &Field<'_>) -> Result<Meaning, Rejection> {
    let id = whole.get("id").needed_id()?;
    let sale = order::read(shop, whole)?;
    let placed = whole.get("date_created_gmt").time_in_utc()?;
    let modified = whole.get("date_modified_gmt").time_in_utc()?;
    let order = sale.order.clone();
    let mut events =
        vec![state(shop, &format!("order:{id}"), placed, &Payload::SaleCompleted(sale.clone()))?];
    if modified > placed {
        events.push(state(shop, &format!("order:{id}:edited"), modified, &Payload::SaleEdited(sale))?);
    }
    for said in whole.get("refunds").items() {
        events.push(refund::of_order(shop, &order, &said, modified)?);
    }
    Ok(Meaning::Events(events))
}
