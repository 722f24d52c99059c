//! What our relay wrote, as others understand it.

use std::collections::BTreeMap;

use serde_json::Value;
use tribute_events::{Timestamp, catalogue};

use crate::{programs::Understood, shop::Shop};

/// The topics that tell of a shop's story.
pub(crate) const TOPICS: [&str; 3] = ["tribute.conversions", "tribute.earnings", "tribute.quarantine"];

/// Events by topic and number. One that was published twice is there once.
pub(crate) type Results = BTreeMap<(String, u64), Value>;

/// The events of these shops, with what programs may write in several ways written in one.
pub(crate) fn of(read: Vec<Understood>, shops: &[(&Shop, usize)]) -> Results {
    let ours = |it: &Understood| shops.iter().any(|(shop, _)| it.event["brand"] == shop.brand);
    let one = |Understood { topic, number, mut event }: Understood| {
        let time: Timestamp = event["time"].as_str().unwrap().parse().unwrap();
        event["time"] = time.to_string().into();
        // Absent it is JSON; some programs say so.
        let content_type = event.as_object_mut().unwrap().remove("datacontenttype");
        assert!(content_type.is_none_or(|it| it == "application/json" || it.is_null()), "{event}");
        ((topic, number.parse().unwrap()), event)
    };
    read.into_iter().filter(ours).map(one).collect()
}

/// Whether a shop's events are CloudEvents with the attributes that we promise, and say what came of its story.
pub(crate) fn check(results: &Results, shop: &Shop, contradictions: usize) {
    let ours: Vec<_> = results.iter().filter(|(_, event)| event["brand"] == shop.brand).collect();
    for ((topic, number), event) in &ours {
        check_attributes(topic, *number, event, shop);
    }
    let data = |topic: &'static str| {
        ours.iter().filter(move |((of, _), _)| of == topic).map(|(_, event)| &event["data"])
    };
    // The topic tells of standings as well.
    let earnings = data("tribute.earnings").filter(|data| data["earning"].is_string());
    assert_eq!(
        last(earnings, &["earning"], &["ambassador", "amount", "asset"]),
        ["friends/order:1/ada/ten: ada 6.00 USD", "friends/order:2/bob/ten: bob 2.50 USD",]
    );
    assert_eq!(
        last(data("tribute.conversions"), &["order"], &["currency", "program"]),
        ["1: USD friends", "2: USD friends",]
    );
    let rejected: Vec<_> = data("tribute.quarantine").map(|data| data["code"].as_str().unwrap()).collect();
    assert_eq!(rejected, vec!["conflict"; contradictions], "{}", shop.brand);
}

fn check_attributes(topic: &str, number: u64, event: &Value, shop: &Shop) {
    let text = |name: &str| event[name].as_str().unwrap_or_else(|| panic!("no `{name}`: {event}"));
    assert_eq!(text("specversion"), "1.0");
    assert_eq!(text("source"), "/tribute");
    assert_eq!(text("id"), format!("{topic}/{number}"));
    assert_eq!(catalogue::place(text("type")).0, topic);
    assert!(text("partitionkey").starts_with(&format!("{}/", shop.brand)), "{event}");
    assert!(event["data"].is_object(), "{event}");
}

/// What the last event about each thing says: each has the full state.
fn last<'v>(data: impl Iterator<Item = &'v Value>, of: &[&str], fields: &[&str]) -> Vec<String> {
    let texts = |data: &Value, names: &[&str]| -> Vec<String> {
        names.iter().map(|name| data[name].as_str().unwrap_or("?").to_owned()).collect()
    };
    let known: BTreeMap<_, _> =
        data.map(|it| (texts(it, of).join("/"), texts(it, fields).join(" "))).collect();
    known.into_iter().map(|(thing, state)| format!("{thing}: {state}")).collect()
}
