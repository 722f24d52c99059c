//! An invoice that was paid: of a subscription as a rule.

use tribute_events::{Payload, Rejection, RejectionCode, SaleDocument, SaleLine, Subscription};
use tribute_money::Millionths;

use super::{
    Said,
    minor::{amount, exponent, needed},
};
use crate::{
    Meaning,
    event::{email_hash, region},
    field::{Field, less, sum},
};

pub(super) fn read(said: &Said<'_>) -> Result<Meaning, Rejection> {
    let invoice = &said.object;
    let currency = invoice.get("currency").currency()?;
    let exponent = exponent(said.shop, &currency)?;
    let metadata =
        said.metadata(&["metadata", "subscription_details.metadata", "parent.subscription_details.metadata"]);
    let shipping = amount(&invoice.at("shipping_cost.amount_subtotal"), exponent)?;
    let whole = without_tax(invoice, exponent)?;
    let address = |part: &str| invoice.at(&format!("customer_address.{part}"));
    said.tell(&Payload::SaleCompleted(SaleDocument {
        order: said.shop.order(&order_of(invoice)?)?,
        program: said.shop.settings.program.clone(),
        account: said.shop.account(invoice.get("customer").id())?,
        device: said.device(&metadata),
        email_hash: email_hash(invoice.get("customer_email").text()),
        payment_hash: None,
        currency,
        codes: said.codes(&metadata)?,
        lines: lines(said, exponent, less(whole, shipping)?)?,
        shipping: Some(shipping),
        tax: Some(less(needed(&invoice.get("total"), exponent)?, whole)?),
        channel: said.shop.channel("online"),
        region: region(&address("country"), &address("state")),
        place: None,
        subscription: subscription(invoice),
    }))
}

/// The payment that paid it. Versions of the interface from 2025-03-31 on name it only where they are asked to; an invoice
/// that cost nothing has none.
fn order_of(invoice: &Field<'_>) -> Result<String, Rejection> {
    let payments = invoice.at("payments.data").items();
    let paid = |it: &&Field<'_>| it.get("status").text() == Some("paid");
    let intents: Vec<_> =
        payments.iter().filter(paid).filter_map(|it| it.at("payment.payment_intent").id()).collect();
    let known = invoice.get("payment_intent").id().or_else(|| invoice.get("charge").id());
    match (known, intents.as_slice()) {
        (Some(id), _) => Ok(id),
        (None, [one]) => Ok(one.clone()),
        (None, []) if invoice.get("amount_paid").whole_number()? == Some(0) => invoice.get("id").needed_id(),
        (None, _) => {
            let what = "it names no payment, so that refunds would not find the order; make the endpoint with version \
                        2025-02-24.acacia of the interface";
            Err(invoice.get("payment_intent").refused(RejectionCode::InvalidData, what))
        }
    }
}

/// 0 for the invoice that starts it. Stripe does not count those that renew it: each is told as the first renewal.
fn subscription(invoice: &Field<'_>) -> Option<Subscription> {
    let old = invoice.get("subscription").id();
    let id = old.or_else(|| invoice.at("parent.subscription_details.subscription").id())?;
    let starts = invoice.get("billing_reason").text() == Some("subscription_create");
    Some(Subscription { id: id.into(), renewal: u32::from(!starts) })
}

/// The invoice after discounts, without tax, shipping included.
fn without_tax(invoice: &Field<'_>, exponent: u32) -> Result<Millionths, Rejection> {
    let said = invoice.get("total_excluding_tax");
    if !said.is_missing() {
        return amount(&said, exponent);
    }
    let total = needed(&invoice.get("total"), exponent)?;
    less(total, amount(&invoice.get("tax"), exponent)?)
}

/// Its lines, where all of them came, none is below nothing, and they add up; otherwise one of everything.
fn lines(said: &Said<'_>, exponent: u32, net: Millionths) -> Result<Vec<SaleLine>, Rejection> {
    let list = said.object.get("lines");
    let items = list.get("data").items();
    let lines = items.iter().map(|item| line(said, item, exponent)).collect::<Result<Vec<_>, _>>()?;
    let whole = !list.get("has_more").is_true() && lines.iter().all(|line| line.amount >= Millionths::ZERO);
    if whole && !lines.is_empty() && sum(lines.iter().map(|line| line.amount))? == net {
        return Ok(lines);
    }
    if net < Millionths::ZERO {
        return Err(said.object.get("total").refused(RejectionCode::InvalidAmount, "it is below nothing"));
    }
    let sku = said.shop.settings.product.clone();
    Ok(vec![SaleLine { line: None, sku, category: None, quantity: 1, amount: net, discount: None }])
}

fn line(said: &Said<'_>, item: &Field<'_>, exponent: u32) -> Result<SaleLine, Rejection> {
    let all = |list: &str, taken: fn(&Field<'_>) -> bool| -> Result<Millionths, Rejection> {
        let items = item.get(list).items();
        sum(items
            .iter()
            .filter(|it| taken(it))
            .map(|it| amount(&it.get("amount"), exponent))
            .collect::<Result<Vec<_>, _>>()?)
    };
    let discounts = all("discount_amounts", |_| true)?;
    let old = all("tax_amounts", |it| it.get("inclusive").is_true())?;
    let new = all("taxes", |it| it.get("tax_behavior").text() == Some("inclusive"))?;
    let products = ["price.product", "pricing.price_details.product", "plan.product"];
    let product = products.iter().find_map(|place| item.at(place).id());
    let gross = needed(&item.get("amount"), exponent)?;
    Ok(SaleLine {
        line: item.get("id").id().map(Into::into),
        sku: product.map_or_else(|| said.shop.settings.product.clone(), Into::into),
        category: None,
        quantity: item.get("quantity").whole_number()?.unwrap_or(1),
        amount: less(less(gross, discounts)?, old.max(new))?,
        discount: None,
    })
}
