//! An order as it stands.

use tribute_events::{DeviceId, Rejection, SaleDocument, SaleLine};
use tribute_money::Millionths;

use crate::{
    Shop,
    event::{email_hash, region, spread},
    field::{Field, less, sum},
};

/// The order's own field of the page that the shopper came in by.
const LANDING: &str = "_wc_order_attribution_session_entry";

pub(super) fn read(shop: &Shop<'_>, order: &Field<'_>) -> Result<SaleDocument, Rejection> {
    let coupons = order.get("coupon_lines").items();
    let coupons: Vec<_> = coupons.iter().filter_map(|it| it.get("code").text()).collect();
    Ok(SaleDocument {
        order: shop.order(&order.get("id").needed_id()?)?,
        program: shop.settings.program.clone(),
        account: shop.account(order.get("customer_id").id())?,
        device: device(shop, order),
        email_hash: email_hash(order.at("billing.email").text()),
        payment_hash: None,
        currency: order.get("currency").currency()?,
        codes: shop.codes(coupons)?,
        lines: lines(order)?,
        shipping: order.get("shipping_total").decimal()?,
        tax: order.get("total_tax").decimal()?,
        channel: shop.channel("online"),
        region: region(&order.at("shipping.country"), &order.at("shipping.state"))
            .or_else(|| region(&order.at("billing.country"), &order.at("billing.state"))),
        place: None,
        subscription: None,
    })
}

fn device(shop: &Shop<'_>, order: &Field<'_>) -> Option<DeviceId> {
    let fields = order.get("meta_data").items();
    let pairs: Vec<_> =
        fields.iter().filter_map(|it| Some((it.get("key").text()?, it.get("value").text()?))).collect();
    let landing = pairs.iter().find(|(key, _)| *key == LANDING).map(|(_, address)| *address);
    shop.device(&pairs).or_else(|| shop.device_of_landing(landing))
}

/// Lines after discounts, without tax; a fee below nothing is a discount of the order, others are no part of its lines.
fn lines(order: &Field<'_>) -> Result<Vec<SaleLine>, Rejection> {
    let items = order.get("line_items").items();
    let mut lines = items.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let fees = order.get("fee_lines").items();
    let fees = fees.iter().map(|it| it.get("total").needed_decimal()).collect::<Result<Vec<_>, _>>()?;
    let off = sum(fees.into_iter().filter(|fee| *fee < Millionths::ZERO))?;
    if off < Millionths::ZERO {
        let over: Vec<_> =
            lines.iter().map(|it| (it.line.clone().unwrap_or_default().to_string(), it.amount)).collect();
        for (line, share) in lines.iter_mut().zip(spread(less(Millionths::ZERO, off)?, &over)?) {
            line.amount = less(line.amount, share)?.max(Millionths::ZERO);
        }
    }
    Ok(lines)
}

fn line(item: &Field<'_>) -> Result<SaleLine, Rejection> {
    let id = item.get("id").needed_id()?;
    let named = ["sku", "variation_id", "product_id"].iter().find_map(|name| item.get(name).id());
    Ok(SaleLine {
        sku: named.unwrap_or_else(|| id.clone()).into(),
        line: Some(id.into()),
        category: None,
        quantity: item.get("quantity").needed_number()?,
        amount: item.get("total").needed_decimal()?,
        discount: None,
    })
}
