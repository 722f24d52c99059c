//! What should not have been sent.

use serde_json::{Value, json};
use tribute_events::{DAY, HOUR};

use super::story::{Story, day};

/// The bad events: rejection code and how many. The conflict decodes; it contradicts an earlier event.
pub const BAD_EVENTS: [(&str, usize); 8] = [
    ("not_json", 1),
    ("not_a_cloud_event", 1),
    ("unknown_type", 1),
    ("invalid_amount", 2),
    ("invalid_currency", 1),
    ("future_time", 1),
    ("refund_without_order", 1),
    ("conflict", 1),
];

fn sale(order: &str, currency: &str, amount: Value) -> Value {
    let lines = json!([{ "sku": "MIST", "category": "fragrance", "quantity": 1, "amount": amount }]);
    json!({ "order": order, "device": "dev-glow-0007", "currency": currency, "lines": lines })
}

pub(super) fn tell(story: &mut Story) {
    story.of("glow", "glow-circle");
    let at = |number: i64| day(number) + 11 * HOUR;
    let mut bad = |id: &str, kind: &str, time: i64, recorded: i64, data: Value| {
        let line = story.written(id, kind, time, recorded, data);
        story.raw(recorded, line);
    };
    bad("bad-1", "sale.completed", at(12), at(12), sale("G-bad-1", "USD", json!(58.0)));
    bad("bad-2", "sale.completed", at(33), at(33), sale("G-bad-2", "USD", json!("-58.00")));
    bad("bad-3", "sale.completed", at(41), at(41), sale("G-bad-3", "UDS", json!("58.00")));
    bad("bad-4", "sale.completed", at(52) + DAY, at(52), sale("G-bad-4", "USD", json!("58.00")));
    bad("bad-5", "basket.abandoned", at(64), at(64), json!({ "device": "dev-glow-0007" }));
    bad("bad-6", "sale.refunded", at(71), at(71), json!({ "refund": "ref-bad-6", "amount": "10.00" }));
    // The same event id twice, the second time with another amount: the first stands.
    bad("sale-7", "sale.completed", at(83), at(83), sale("G-907", "USD", json!("58.00")));
    bad("sale-7", "sale.completed", at(83), at(83) + HOUR, sale("G-907", "USD", json!("5800.00")));
    story.raw(
        at(95),
        r#"{"specversion":"1.0","id":"bad-8","source":"/demo","type":"tribute.sale.comp"#.to_owned(),
    );
    let no_time = r#"{"specversion":"1.0","id":"bad-9","source":"/demo","type":"tribute.sale.cancelled","brand":"glow","recordedtime":"2026-04-16T11:00:00Z","data":{"order":"G-1002"}}"#;
    story.raw(at(105), no_time.to_owned());
}
