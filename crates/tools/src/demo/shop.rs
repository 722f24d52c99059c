//! What happens in a shop: somebody clicks, perhaps logs in, perhaps buys, perhaps sends something back.

use serde_json::{Value, json};
use tribute_events::{DAY, HOUR, MINUTE};

use super::story::{Story, decimal};

/// A product: SKU, category, price in hundredths.
pub(super) type Product = (&'static str, &'static str, i64);

/// A shopper, by number.
#[derive(Clone, Copy)]
pub(super) struct Shopper {
    /// Whether they have an account and use it.
    pub(super) account: bool,
    /// Their number.
    pub(super) number: u64,
    /// The prefix of their ids.
    pub(super) shop: &'static str,
}

impl Shopper {
    pub(super) fn device(self) -> String {
        format!("dev-{}-{:04}", self.shop, self.number)
    }

    pub(super) fn account(self) -> String {
        format!("cust-{}-{:04}", self.shop, self.number)
    }
}

/// An order as it was told.
pub(super) struct Order {
    pub(super) id: String,
    pub(super) time: i64,
    /// SKU and net hundredths of each line.
    pub(super) lines: Vec<(&'static str, i64)>,
}

/// A click on a link, a scan of its QR code, or a view of what holds it.
pub(super) fn touch(story: &mut Story, kind: &str, time: i64, link: &str, shopper: Shopper) {
    let id = format!("t-{}-{time}-{}", shopper.shop, shopper.number);
    let channel = *story.random.pick(&["social", "video", "newsletter", "messenger"]);
    let data = json!({
        "click": id, "kind": kind, "program": null, "link": link, "device": shopper.device(), "channel": channel,
    });
    story.event("click.recorded", time, data);
}

/// An order of one to three products. Shoppers with an account log in a few minutes before.
pub(super) fn order(
    story: &mut Story,
    shop: &Shop<'_>,
    id: String,
    time: i64,
    shopper: Shopper,
    codes: &[&str],
) -> Order {
    if shopper.account {
        let data = json!({ "device": shopper.device(), "account": shopper.account() });
        story.event("login.recorded", time - 4 * MINUTE, data);
    }
    let (mut told, mut lines) = (Vec::new(), Vec::new());
    let first = story.random.index(shop.products.len());
    for offset in 0..=story.random.index(3) {
        let (sku, category, price) = shop.products[(first + offset) % shop.products.len()];
        let quantity = story.random.between(1, 2);
        let amount = price * quantity;
        let discount = if codes.is_empty() { 0 } else { amount / 10 };
        told.push(json!({
            "sku": sku, "category": category, "quantity": quantity,
            "amount": decimal(amount), "discount": decimal(discount),
        }));
        lines.push((sku, amount - discount));
    }
    let data = document(shop, &id, shopper, codes, told);
    story.event("sale.completed", time, data);
    Order { id, time, lines }
}

/// A shop: its currency, its region, what it sells.
pub(super) struct Shop<'a> {
    pub(super) currency: &'a str,
    pub(super) region: &'a str,
    pub(super) products: &'a [Product],
}

/// The payload of a sale.
pub(super) fn document(
    shop: &Shop<'_>,
    id: &str,
    shopper: Shopper,
    codes: &[&str],
    lines: Vec<Value>,
) -> Value {
    let mut data = json!({
        "order": id, "device": shopper.device(), "currency": shop.currency, "codes": codes, "lines": lines,
        "shipping": "4.90", "channel": "online", "region": shop.region,
    });
    if shopper.account {
        data["account"] = shopper.account().into();
    }
    data
}

/// One order in ten comes back within weeks: one line of it, half of it, or all.
pub(super) fn perhaps_refund(story: &mut Story, order: &Order) {
    if !story.random.chance(10) {
        return;
    }
    let time = order.time + story.random.between(2 * DAY, 24 * DAY);
    let back = |(sku, amount): &(&str, i64)| json!({ "sku": sku, "amount": decimal(*amount) });
    let refund = format!("ref-{}", order.id);
    let data = match story.random.below(10) {
        0..5 => {
            json!({ "order": order.id, "refund": refund, "lines": order.lines.iter().map(back).collect::<Vec<_>>() })
        }
        5..8 => {
            json!({ "order": order.id, "refund": refund, "lines": order.lines.iter().take(1).map(back).collect::<Vec<_>>() })
        }
        _ => {
            let total: i64 = order.lines.iter().map(|(_, amount)| amount).sum();
            json!({ "order": order.id, "refund": refund, "amount": decimal(total / 2) })
        }
    };
    story.event("sale.refunded", time + HOUR, data);
}
