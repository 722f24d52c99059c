//! Refunds: as an order lists them, by their total alone; and by themselves, with their lines.

use tribute_events::{OrderId, Payload, RefundLine, Rejection, RejectionCode, SaleRefunded, Timestamp};
use tribute_money::Millionths;

use crate::{
    Shop,
    event::{event, state},
    field::{Field, less, sum},
};

/// As an order lists it. It has no time of its own there: it is told at the order's last change, and of several tellings
/// the earliest stands.
pub(super) fn of_order(
    shop: &Shop<'_>,
    order: &OrderId,
    said: &Field<'_>,
    at: Timestamp,
) -> Result<Vec<u8>, Rejection> {
    let id = said.get("id").needed_id()?;
    let refunded = SaleRefunded {
        order: Some(order.clone()),
        refund: shop.refund(&id)?,
        amount: Some(size(&said.get("total"))?),
        lines: Vec::new(),
        shipping: None,
        tax: None,
    };
    state(shop, &format!("refund:{id}"), at, &Payload::SaleRefunded(refunded))
}

/// By itself. It was made when it says so, which is before the order lists it, so that its lines are what stands.
pub(super) fn read(shop: &Shop<'_>, refund: &Field<'_>) -> Result<Vec<u8>, Rejection> {
    let id = refund.get("id").needed_id()?;
    let order = order_of(refund).ok_or_else(|| {
        let reason = format!("refund {id} names no order; send it with its `parent_id`");
        Rejection::new(RejectionCode::RefundWithoutOrder, reason)
    })?;
    let items = refund.get("line_items").items();
    let lines = items.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let of = |list: &str, field: &str| -> Result<Millionths, Rejection> {
        let items = refund.get(list).items();
        let one = |it: &Field<'_>| {
            if it.get(field).is_missing() { Ok(Millionths::ZERO) } else { size(&it.get(field)) }
        };
        sum(items.iter().map(one).collect::<Result<Vec<_>, _>>()?)
    };
    let shipping = of("shipping_lines", "total")?;
    let tax = sum([of("line_items", "total_tax")?, of("shipping_lines", "total_tax")?])?;
    let parts = sum(lines.iter().map(|line| line.amount).chain([shipping, tax]))?;
    let rest = less(size(&refund.get("amount"))?, parts)?;
    if rest < Millionths::ZERO {
        let what = format!("it is less than its lines, shipping and tax, which are {parts}");
        return Err(refund.get("amount").refused(RejectionCode::InvalidAmount, &what));
    }
    let some = |amount: Millionths| (amount > Millionths::ZERO).then_some(amount);
    let refunded = SaleRefunded {
        order: Some(shop.order(&order)?),
        refund: shop.refund(&id)?,
        amount: some(rest).or_else(|| lines.is_empty().then_some(rest)),
        lines,
        shipping: some(shipping),
        tax: some(tax),
    };
    let at = refund.get("date_created_gmt").time_in_utc()?;
    event(shop, &format!("refund:{id}"), at, &Payload::SaleRefunded(refunded))
}

/// The order that it names, or that its own address lies under.
fn order_of(refund: &Field<'_>) -> Option<String> {
    let up = refund.at("_links.up").items();
    let address = up.first().and_then(|it| it.get("href").text());
    let number = address.and_then(|it| it.trim_end_matches('/').rsplit('/').next());
    let number = number.filter(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()));
    refund.get("parent_id").id().or_else(|| number.map(str::to_owned))
}

/// Quantities and totals of a refund stand below nothing.
fn line(item: &Field<'_>) -> Result<RefundLine, Rejection> {
    let fields = item.get("meta_data").items();
    let of_order = fields.iter().find(|it| it.get("key").text() == Some("_refunded_item_id"));
    let line = of_order.and_then(|it| it.get("value").id());
    let named = ["sku", "variation_id", "product_id"].iter().find_map(|name| item.get(name).id());
    if line.is_none() && named.is_none() {
        return Err(
            item.refused(RejectionCode::InvalidData, "it names neither a line of the order nor a product")
        );
    }
    Ok(RefundLine {
        line: line.map(Into::into),
        sku: named.map(Into::into),
        quantity: item.get("quantity").whole_number()?.map(i64::saturating_abs),
        amount: size(&item.get("total"))?,
    })
}

/// An amount without its sign.
fn size(field: &Field<'_>) -> Result<Millionths, Rejection> {
    let amount = field.needed_decimal()?;
    if amount < Millionths::ZERO { less(Millionths::ZERO, amount) } else { Ok(amount) }
}
