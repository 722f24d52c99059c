//! Sales whose earnings are looked for: a brand of its own with one ambassador and one code.

use anyhow::Result;
use serde_json::{Value, json};
use tribute_events::Timestamp;

pub(super) const BRAND: &str = "bench-probe";
const START: &str = "2026-01-01T00:00:00Z";

/// The brand, its terms, its ambassador and the code.
pub(super) fn setup() -> Result<Vec<String>> {
    let terms = format!(
        "[program]\nbrand = '{BRAND}'\nid = 'probe'\nversion = '1'\ncurrency = 'USD'\neffective_from = '{START}'\n\
         [[commission]]\nid = 'ten'\npays.percent = '10%'\n"
    );
    let start: Timestamp = START.parse()?;
    Ok(vec![
        event("terms", "program.published", start, &json!({"terms": terms})),
        event("ambassador", "ambassador.approved", start, &json!({"program": "probe", "ambassador": "A"})),
        event("code", "code.issued", start, &json!({"program": "probe", "ambassador": "A", "code": "PROBE"})),
    ])
}

/// A sale by the code.
pub(super) fn sale(number: usize, at: Timestamp) -> String {
    let line = json!({"sku": "MUG", "quantity": 1, "amount": "10.00"});
    let order = order(number);
    let data =
        json!({"order": order, "account": order, "currency": "USD", "codes": ["PROBE"], "lines": [line]});
    event(&order, "sale.completed", at, &data)
}

/// The order of a sale: in the order of the numbers.
pub(super) fn order(number: usize) -> String {
    format!("probe-{number:06}")
}

fn event(id: &str, kind: &str, at: Timestamp, data: &Value) -> String {
    json!({
        "specversion": "1.0", "id": id, "source": "/bench", "type": format!("tribute.{kind}"), "brand": BRAND,
        "time": at, "recordedtime": at, "data": data,
    })
    .to_string()
}
