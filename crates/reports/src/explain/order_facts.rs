//! What was said of an order, in words.

use serde::Serialize;
use serde_json::Value;
use tribute_events::Timestamp;

use crate::error;

/// One thing that was said of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactView {
    /// When it happened.
    pub time: Timestamp,
    /// When the log accepted it.
    pub recorded: Timestamp,
    /// The event.
    pub event: String,
    /// What it says, in words.
    pub says: String,
}

/// The facts as they are stored, in words, by time.
pub(super) fn facts_of(stored: &Value) -> Vec<FactView> {
    let mut told = Vec::new();
    let lists = ["documents", "refunds", "disputes", "overrides"];
    for list in lists {
        let facts = stored.get(list).and_then(Value::as_array).into_iter().flatten();
        told.extend(facts.enumerate().filter_map(|(index, fact)| fact_of(list, index, fact)));
    }
    told.extend(
        stored.get("cancelled").filter(|it| it.is_object()).and_then(|it| fact_of("cancelled", 0, it)),
    );
    told.sort_by(|a, b| (a.time, &a.event).cmp(&(b.time, &b.event)));
    told
}

fn fact_of(list: &str, index: usize, fact: &Value) -> Option<FactView> {
    let instant = |field: &str| fact.get(field).and_then(Value::as_i64).map(error::at);
    let what = fact.get("what").unwrap_or(&Value::Null);
    Some(FactView {
        time: instant("at")?,
        recorded: instant("recorded")?,
        event: fact.get("id")?.as_str()?.to_owned(),
        says: says(list, index, what),
    })
}

fn says(list: &str, index: usize, what: &Value) -> String {
    let text = |field: &str| what.get(field).and_then(Value::as_str).unwrap_or("?");
    let lines = what.get("lines").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let amounts = lines.iter().map(|line| {
        let field = |name: &str| line.get(name).and_then(Value::as_str);
        let thing = field("sku").or_else(|| field("line")).unwrap_or("?");
        let discount = field("discount").map_or_else(String::new, |discount| format!(" less {discount}"));
        format!("{thing} {}{discount}", field("amount").unwrap_or("?"))
    });
    let amounts = amounts.collect::<Vec<_>>().join(", ");
    match list {
        "documents" => {
            let verb = if index == 0 { "ordered" } else { "the order now is" };
            format!("{verb}: {amounts} ({})", text("currency"))
        }
        "refunds" => {
            let whole =
                what.get("amount").and_then(Value::as_str).map(|amount| format!("{amount} of the order"));
            let parts: Vec<String> =
                whole.into_iter().chain(Some(amounts).filter(|it| !it.is_empty())).collect();
            format!("refund {}: {}", text("refund"), parts.join(", "))
        }
        "disputes" => format!("dispute {}", what.as_str().unwrap_or("?")),
        "overrides" => format!("{} decided for program {}: {}", text("by"), text("program"), text("reason")),
        _ => "cancelled".to_owned(),
    }
}
