//! An order as it stands.

use tribute_events::{Rejection, RejectionCode, SaleDocument, SaleLine};
use tribute_money::Millionths;

use crate::{
    Shop,
    event::{email_hash, region, spread},
    field::{Field, less, sum, times},
};

pub(super) fn read(shop: &Shop<'_>, order: &Field<'_>) -> Result<SaleDocument, Rejection> {
    let included = order.get("taxes_included").is_true();
    let codes = order.get("discount_codes").items();
    let codes: Vec<_> = codes.iter().filter_map(|it| it.get("code").text()).collect();
    let usual = if order.get("source_name").text() == Some("pos") { "store" } else { "online" };
    Ok(SaleDocument {
        order: shop.order(&order.get("id").needed_id()?)?,
        program: shop.settings.program.clone(),
        account: shop.account(order.get("customer").id())?,
        device: device(shop, order),
        email_hash: email_hash(order.get("email").text().or(order.at("customer.email").text())),
        payment_hash: None,
        currency: order.get("currency").currency()?,
        codes: shop.codes(codes)?,
        lines: lines(order, included)?,
        shipping: Some(shipping(order, included)?),
        tax: order.get("total_tax").decimal()?,
        channel: shop.channel(usual),
        region: region(
            &order.at("shipping_address.country_code"),
            &order.at("shipping_address.province_code"),
        )
        .or_else(|| {
            region(&order.at("billing_address.country_code"), &order.at("billing_address.province_code"))
        }),
        place: order.get("location_id").id().filter(|_| usual == "store").map(Into::into),
        subscription: None,
    })
}

/// By a note attribute, else by the landing page.
fn device(shop: &Shop<'_>, order: &Field<'_>) -> Option<tribute_events::DeviceId> {
    let notes = order.get("note_attributes").items();
    let pair = |it: &Field<'_>| Some((it.get("name").text()?.to_owned(), it.get("value").text()?.to_owned()));
    let notes: Vec<_> = notes.iter().filter_map(pair).collect();
    let notes: Vec<_> = notes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    shop.device(&notes).or_else(|| shop.device_of_landing(order.get("landing_site").text()))
}

/// Lines without tax, net of their discounts and of their part of the order's.
fn lines(order: &Field<'_>, included: bool) -> Result<Vec<SaleLine>, Rejection> {
    let items = order.get("line_items").items();
    let mut lines = items.iter().map(|item| line(item, included)).collect::<Result<Vec<_>, _>>()?;
    let rest = unallocated(order, &items)?;
    if rest > Millionths::ZERO {
        let over: Vec<_> =
            lines.iter().map(|it| (it.line.clone().unwrap_or_default().to_string(), it.amount)).collect();
        for (line, share) in lines.iter_mut().zip(spread(rest, &over)?) {
            line.amount = less(line.amount, share)?.max(Millionths::ZERO);
        }
    }
    Ok(lines)
}

/// The order's discounts that no line says its part of, as versions of the interface before 2018 wrote them.
fn unallocated(order: &Field<'_>, items: &[Field<'_>]) -> Result<Millionths, Rejection> {
    if items.iter().any(|item| !item.get("discount_allocations").is_missing()) {
        return Ok(Millionths::ZERO);
    }
    let all = order.get("total_discounts").decimal()?.unwrap_or_default();
    let of_lines = items.iter().map(discount).collect::<Result<Vec<_>, _>>()?;
    less(all, sum(of_lines)?)
}

fn line(item: &Field<'_>, included: bool) -> Result<SaleLine, Rejection> {
    let quantity = item.get("quantity").needed_number()?;
    let mut amount = less(times(item.get("price").needed_decimal()?, quantity)?, discount(item)?)?;
    if included {
        amount = less(amount, taxes(item)?)?;
    }
    if amount < Millionths::ZERO {
        let what = format!("its discounts and taxes are {amount} more than its price");
        return Err(item.refused(RejectionCode::InvalidAmount, &what));
    }
    Ok(SaleLine {
        line: Some(item.get("id").needed_id()?.into()),
        sku: sku(item)?.into(),
        category: None,
        quantity,
        amount,
        discount: None,
    })
}

/// The SKU; the variant, else the product, where it has none.
pub(super) fn sku(item: &Field<'_>) -> Result<String, Rejection> {
    let named = ["sku", "variant_id", "product_id"].iter().find_map(|name| item.get(name).id());
    named.map_or_else(|| item.get("id").needed_id(), Ok)
}

/// What comes off a line, its part of the order's discounts included.
pub(super) fn discount(item: &Field<'_>) -> Result<Millionths, Rejection> {
    let allocations = item.get("discount_allocations");
    if allocations.is_missing() {
        return Ok(item.get("total_discount").decimal()?.unwrap_or_default());
    }
    let amounts = allocations.items();
    sum(amounts.iter().map(|it| it.get("amount").needed_decimal()).collect::<Result<Vec<_>, _>>()?)
}

fn taxes(item: &Field<'_>) -> Result<Millionths, Rejection> {
    let taxes = item.get("tax_lines").items();
    sum(taxes.iter().map(|it| it.get("price").needed_decimal()).collect::<Result<Vec<_>, _>>()?)
}

fn shipping(order: &Field<'_>, included: bool) -> Result<Millionths, Rejection> {
    let one = |it: &Field<'_>| {
        let discounted = it.get("discounted_price").decimal()?;
        let price = match discounted {
            Some(price) => price,
            None => it.get("price").needed_decimal()?,
        };
        if included { less(price, taxes(it)?) } else { Ok(price) }
    };
    let lines = order.get("shipping_lines").items();
    sum(lines.iter().map(one).collect::<Result<Vec<_>, _>>()?)
}
