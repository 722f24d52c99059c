//! A delivery as the events that it is told as, each of which the contract must accept.

// Not every test needs all of it.
#![allow(dead_code)]

use serde_json::Value;
use tribute_events::{Arrival, BrandId, Timestamp, decode};
use tribute_shops::{Kind, Meaning, Settings, Shop, read};

pub(crate) fn meaning(
    kind: Kind,
    settings: &Settings,
    topic: Option<&str>,
    body: &Value,
) -> Result<Meaning, tribute_events::Rejection> {
    let brand: BrandId = "acme".parse().unwrap();
    let shop = Shop { brand: &brand, name: "web", kind, settings };
    let bytes = serde_json::to_vec(body).unwrap();
    let first = read(&shop, topic, &bytes);
    assert_eq!(first, read(&shop, topic, &bytes), "the same delivery is the same events");
    first
}

pub(crate) fn told(kind: Kind, settings: &Settings, topic: Option<&str>, body: &Value) -> Vec<Value> {
    let Meaning::Events(events) = meaning(kind, settings, topic, body).unwrap() else {
        panic!("it is nothing")
    };
    let now: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    let check = |bytes: &Vec<u8>| {
        decode(bytes, Arrival::Live(now)).unwrap();
        serde_json::from_slice(bytes).unwrap()
    };
    events.iter().map(check).collect()
}

pub(crate) fn nothing(kind: Kind, settings: &Settings, topic: Option<&str>, body: &Value) {
    let meaning = meaning(kind, settings, topic, body);
    assert!(matches!(meaning, Ok(Meaning::Nothing(_))), "{meaning:?}");
}

pub(crate) fn refused(kind: Kind, settings: &Settings, topic: Option<&str>, body: &Value) -> String {
    meaning(kind, settings, topic, body).unwrap_err().reason
}

pub(crate) fn sha256(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
