//! Stripe: checkouts, paid invoices, refunds, disputes.
//!
//! An order is what one payment intent paid: what Stripe says later of the money names that. So a checkout, the invoice
//! that it paid, its refunds and its disputes meet at one order. A checkout that starts a subscription tells only who
//! bought on which device; its first invoice is the sale.

mod charge;
mod checkout;
mod invoice;
mod minor;

use tribute_events::{Payload, Rejection, RejectionCode, Timestamp};

use crate::{Meaning, Shop, event::event, field::Field};

const TYPES: &str = "checkout.session.completed, checkout.session.async_payment_succeeded, invoice.paid, \
                     charge.refunded, charge.dispute.created and charge.dispute.closed";

/// An event of Stripe: its object, and when it happened.
struct Said<'a> {
    shop: &'a Shop<'a>,
    id: String,
    at: Timestamp,
    object: Field<'a>,
    /// What the fields were before that changed.
    before: Field<'a>,
}

pub(crate) fn read(shop: &Shop<'_>, whole: &Field<'_>) -> Result<Meaning, Rejection> {
    let kind = whole.get("type").needed_text()?;
    let said = Said {
        shop,
        id: whole.get("id").needed_id()?,
        at: whole.get("created").time_in_seconds()?,
        object: whole.at("data.object"),
        before: whole.at("data.previous_attributes"),
    };
    match kind {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => checkout::read(&said),
        "checkout.session.expired" | "checkout.session.async_payment_failed" => {
            Ok(Meaning::Nothing("the checkout was not paid"))
        }
        "invoice.paid" => invoice::read(&said),
        "charge.refunded" => charge::refunded(&said),
        "charge.dispute.created" | "charge.dispute.closed" => charge::disputed(&said),
        "charge.dispute.updated" | "charge.dispute.funds_withdrawn" | "charge.dispute.funds_reinstated" => {
            Ok(Meaning::Nothing("a dispute counts from its creation to its close"))
        }
        "refund.created" | "refund.updated" | "charge.refund.updated" | "refund.failed" => {
            charge::of_refund(&said)
        }
        other => {
            let reason = format!("`{other}` is not taken; let the endpoint send {TYPES}");
            Err(Rejection::new(RejectionCode::UnknownType, reason))
        }
    }
}

impl Said<'_> {
    /// The one event that it comes to.
    fn tell(&self, payload: &Payload) -> Result<Meaning, Rejection> {
        Ok(Meaning::Events(vec![event(self.shop, &self.id, self.at, payload)?]))
    }

    /// Codes and devices that the merchant put into the metadata.
    fn metadata(&self, places: &[&str]) -> Vec<(String, String)> {
        let of = |place: &&str| {
            let fields = self.object.at(place).fields();
            let pair = |(name, value): (&str, Field<'_>)| Some((name.to_owned(), value.text()?.to_owned()));
            fields.into_iter().filter_map(pair).collect::<Vec<_>>()
        };
        places.iter().flat_map(of).collect()
    }

    /// Codes by metadata, then by discounts: the promotion's code where it is told, else its id, else the coupon's.
    fn codes(&self, metadata: &[(String, String)]) -> Result<Vec<tribute_events::Code>, Rejection> {
        let wanted = &self.shop.settings.code_fields;
        let named = wanted.iter().flat_map(|name| metadata.iter().filter(move |(key, _)| key == name));
        let mut codes: Vec<String> = named.map(|(_, value)| value.clone()).collect();
        let one = self.object.get("discount");
        let discounts = self.object.get("discounts").items();
        for discount in discounts.iter().chain([&one]) {
            let promotion = discount.get("promotion_code");
            let code = promotion.get("code").text().map(str::to_owned);
            let coupon = || discount.get("coupon").id().or_else(|| discount.at("source.coupon").id());
            codes.extend(code.or_else(|| promotion.id()).or_else(coupon));
        }
        self.shop.codes(codes.iter().map(String::as_str))
    }

    fn device(&self, metadata: &[(String, String)]) -> Option<tribute_events::DeviceId> {
        let pairs: Vec<_> = metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.shop.device(&pairs)
    }
}
