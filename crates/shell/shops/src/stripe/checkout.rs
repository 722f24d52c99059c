//! A checkout that was paid.

use tribute_events::{LoginRecorded, Payload, Rejection, RejectionCode, SaleDocument, SaleLine};
use tribute_money::Millionths;

use super::{
    Said,
    minor::{amount, exponent, needed},
};
use crate::{
    Meaning,
    click::device_of,
    event::{email_hash, region},
    field::{Field, less},
};

pub(super) fn read(said: &Said<'_>) -> Result<Meaning, Rejection> {
    let session = &said.object;
    let metadata = said.metadata(&["metadata"]);
    let device =
        said.device(&metadata).or_else(|| session.get("client_reference_id").text().and_then(device_of));
    let account = said.shop.account(session.get("customer").id())?;
    match session.get("mode").needed_text()? {
        "setup" => return Ok(Meaning::Nothing("nothing was bought")),
        "subscription" => {
            return match (device, account) {
                (Some(device), Some(account)) => {
                    said.tell(&Payload::Login(LoginRecorded { device, account }))
                }
                _ => Ok(Meaning::Nothing("the first invoice of the subscription is the sale")),
            };
        }
        _ => {}
    }
    if !matches!(session.get("payment_status").text(), Some("paid" | "no_payment_required")) {
        return Ok(Meaning::Nothing("the checkout is not paid yet"));
    }
    let currency = session.get("currency").currency()?;
    let exponent = exponent(said.shop, &currency)?;
    let order = session.get("payment_intent").id().map_or_else(|| session.get("id").needed_id(), Ok)?;
    let address = |part: &str| session.at(&format!("customer_details.address.{part}"));
    said.tell(&Payload::SaleCompleted(SaleDocument {
        order: said.shop.order(&order)?,
        program: said.shop.settings.program.clone(),
        account,
        device,
        email_hash: email_hash(
            session.at("customer_details.email").text().or(session.get("customer_email").text()),
        ),
        payment_hash: None,
        currency,
        codes: said.codes(&metadata)?,
        lines: lines(said, exponent)?,
        shipping: Some(amount(&session.at("total_details.amount_shipping"), exponent)?),
        tax: Some(amount(&session.at("total_details.amount_tax"), exponent)?),
        channel: said.shop.channel("online"),
        region: region(&address("country"), &address("state")),
        place: None,
        subscription: None,
    }))
}

/// Its lines, where all of them came; otherwise one of everything. Either way net of discounts, without tax.
fn lines(said: &Said<'_>, exponent: u32) -> Result<Vec<SaleLine>, Rejection> {
    let session = &said.object;
    let items = session.at("line_items.data").items();
    if !items.is_empty() && !session.at("line_items.has_more").is_true() {
        return items.iter().map(|item| line(said, item, exponent)).collect();
    }
    let total = needed(&session.get("amount_total"), exponent)?;
    let shipping = amount(&session.at("total_details.amount_shipping"), exponent)?;
    let tax = amount(&session.at("total_details.amount_tax"), exponent)?;
    let net = less(less(total, shipping)?, tax)?;
    if net < Millionths::ZERO {
        let what = "shipping and tax are more than it";
        return Err(session.get("amount_total").refused(RejectionCode::InvalidAmount, what));
    }
    let sku = said.shop.settings.product.clone();
    Ok(vec![SaleLine { line: None, sku, category: None, quantity: 1, amount: net, discount: None }])
}

fn line(said: &Said<'_>, item: &Field<'_>, exponent: u32) -> Result<SaleLine, Rejection> {
    let (total, tax) =
        (needed(&item.get("amount_total"), exponent)?, amount(&item.get("amount_tax"), exponent)?);
    let product = item.at("price.product").id().or_else(|| item.get("price").id());
    Ok(SaleLine {
        line: item.get("id").id().map(Into::into),
        sku: product.map_or_else(|| said.shop.settings.product.clone(), Into::into),
        category: None,
        quantity: item.get("quantity").whole_number()?.unwrap_or(1),
        amount: less(total, tax)?,
        discount: None,
    })
}
