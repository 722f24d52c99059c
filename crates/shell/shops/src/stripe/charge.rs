//! Refunds and disputes of a charge.

use tribute_events::{
    DisputeOutcome, OrderId, Payload, Rejection, RejectionCode, SaleDisputed, SaleRefunded,
};
use tribute_money::Millionths;

use super::{
    Said,
    minor::{exponent, needed},
};
use crate::{Meaning, field::less};

/// A charge says what was refunded of it in all, and what it was before: the refund is the difference, and is known by
/// what the charge came to. So every refund counts once, in whatever order they come.
pub(super) fn refunded(said: &Said<'_>) -> Result<Meaning, Rejection> {
    let charge = &said.object;
    let exponent = exponent(said.shop, &charge.get("currency").currency()?)?;
    let all = charge.get("amount_refunded");
    let (now, before) = (needed(&all, exponent)?, needed(&said.before.get("amount_refunded"), exponent)?);
    let amount = less(now, before)?;
    if amount <= Millionths::ZERO {
        return Err(all.refused(RejectionCode::InvalidAmount, "it is no more than it was before"));
    }
    let id = format!("{}:{}", charge.get("id").needed_id()?, all.needed_number()?);
    said.tell(&Payload::SaleRefunded(SaleRefunded {
        order: Some(order_of(said, "id")?),
        refund: said.shop.refund(&id)?,
        amount: Some(amount),
        lines: Vec::new(),
        shipping: None,
        tax: None,
    }))
}

/// A refund by itself is known by its charge; one that failed gave the money back to the shop.
pub(super) fn of_refund(said: &Said<'_>) -> Result<Meaning, Rejection> {
    match said.object.get("status").text() {
        Some("failed" | "canceled") => {
            let id = said.object.get("id").needed_id()?;
            let reason = format!(
                "refund {id} failed after it was counted; where the money stays with the shop, send \
                 tribute.sale.edited with what the order is worth now"
            );
            Err(Rejection::new(RejectionCode::NotPossible, reason))
        }
        _ => Ok(Meaning::Nothing("the refund counts by charge.refunded")),
    }
}

pub(super) fn disputed(said: &Said<'_>) -> Result<Meaning, Rejection> {
    let status = said.object.get("status");
    let outcome = match status.needed_text()? {
        "won" => DisputeOutcome::Won,
        "lost" => DisputeOutcome::Lost,
        "needs_response" | "under_review" => DisputeOutcome::Opened,
        inquiry if inquiry.starts_with("warning") => {
            return Ok(Meaning::Nothing("an inquiry takes no money"));
        }
        other => return Err(status.refused(RejectionCode::InvalidData, &format!("`{other}` is not known"))),
    };
    said.tell(&Payload::SaleDisputed(SaleDisputed { order: order_of(said, "charge")?, outcome }))
}

/// By the payment; by the charge where it had none.
fn order_of(said: &Said<'_>, charge: &str) -> Result<OrderId, Rejection> {
    let intent = said.object.get("payment_intent").id();
    said.shop.order(&intent.map_or_else(|| said.object.get(charge).needed_id(), Ok)?)
}
