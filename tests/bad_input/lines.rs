//! One bad line of every kind.

use serde_json::{Value, json};
use tribute_tests::event;

use crate::{good_sale, sale};

/// A line, the code that it must get, and words that its reason must hold.
pub(crate) struct Bad {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) code: &'static str,
    pub(crate) reason: &'static str,
}

fn bad(name: &'static str, bytes: impl Into<Vec<u8>>, code: &'static str, reason: &'static str) -> Bad {
    Bad { name, bytes: bytes.into(), code, reason }
}

pub(crate) fn every_kind() -> Vec<Bad> {
    let mut all = bytes();
    all.extend(envelopes());
    all.extend(amounts());
    all.extend(payloads());
    all.extend(terms());
    all
}

/// What is no JSON.
fn bytes() -> Vec<Bad> {
    let sale = good_sale("bad");
    let mut latin = sale.clone();
    let place = latin.windows(3).position(|three| three == b"MUG").unwrap();
    latin[place] = 0xE9;
    let padded = |size: usize| {
        let text = String::from_utf8(sale.clone()).unwrap();
        text.replace("\"MUG\"", &format!("\"{}\"", "M".repeat(size)))
    };
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        bad("cut off", &sale[..sale.len() / 2], "not_json", "EOF"),
        bad("a table", "order;amount\n1;100", "not_json", "line 1"),
        bad("two events", [sale.as_slice(), sale.as_slice()].concat(), "not_json", "trailing"),
        bad("nested deeply", nested, "not_a_cloud_event", ""),
        bad(
            "nested deeply in the data",
            sale_with_data(&format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000))),
            "invalid_data",
            "missing field",
        ),
        bad("not UTF-8", latin, "not_utf8", "is not UTF-8"),
        bad("ten megabytes", padded(10 << 20), "too_large", "at most 1048576"),
        bad("one byte too long", padded((1 << 20) - sale.len() + 4), "too_large", "1048577 bytes"),
    ]
}

fn sale_with_data(data: &str) -> String {
    let empty = sale("bad", &json!({}));
    empty.replace("\"data\":{}", &format!("\"data\":{data}"))
}

/// The good sale with one field of the envelope replaced, or left out.
fn with(field: &str, value: &Value) -> Vec<u8> {
    let mut event: Value = serde_json::from_slice(&good_sale("bad")).unwrap();
    if value.is_null() {
        event.as_object_mut().unwrap().remove(field);
    } else {
        event[field] = value.clone();
    }
    event.to_string().into_bytes()
}

/// What is no event.
fn envelopes() -> Vec<Bad> {
    let (no, long) = ("not_a_cloud_event", "x".repeat(129));
    vec![
        bad("a list", "[]", no, ""),
        bad("a number", "42", no, ""),
        bad("no specversion", with("specversion", &Value::Null), no, "specversion"),
        bad("another specversion", with("specversion", &json!("0.3")), no, "expected `1.0`"),
        bad("no id", with("id", &Value::Null), no, "`id`"),
        bad("an empty id", with("id", &json!("")), no, "`id` must have"),
        bad("a long id", with("id", &json!(long)), no, "`id` must have 1 to 128"),
        bad("a control character", with("source", &json!("a\u{7}b")), no, "`source` must have"),
        bad("a number for an id", with("id", &json!(7)), no, "expected"),
        bad("no source", with("source", &Value::Null), no, "`source`"),
        bad("no brand", with("brand", &Value::Null), no, "no `brand`"),
        bad("every brand", with("brand", &json!("*")), no, "no `brand`"),
        bad("no time", with("time", &Value::Null), no, "no `time`"),
        bad("a time without an offset", with("time", &json!("2026-03-01T12:00:00")), no, "RFC 3339"),
        bad("a day that is none", with("time", &json!("2026-02-30T12:00:00Z")), no, "RFC 3339"),
        bad("no data", with("data", &Value::Null), no, "no `data`"),
        bad(
            "an unknown type",
            with("type", &json!("tribute.basket.abandoned")),
            "unknown_type",
            "see `tribute schema`",
        ),
        bad(
            "an outgoing type",
            with("type", &json!("tribute.payout.settled")),
            "unknown_type",
            "not an event type",
        ),
        bad(
            "time in the future",
            with("recordedtime", &json!("2026-03-01T11:54:59.999Z")),
            "future_time",
            "check the clock",
        ),
        bad("another payload", conflict(), "conflict", "under a new id"),
    ]
}

/// The id of the good sale that came before, with another amount.
fn conflict() -> Vec<u8> {
    String::from_utf8(good_sale("0")).unwrap().replace("100.00", "100.01").into_bytes()
}

fn line(field: &str, value: &Value) -> String {
    let mut line = json!({"sku": "MUG", "quantity": 1, "amount": "100.00"});
    line[field] = value.clone();
    sale("bad", &json!({"order": "bad", "account": "kim", "currency": "USD", "lines": [line]}))
}

fn currency(code: &str) -> String {
    let lines = json!([{"sku": "MUG", "quantity": 1, "amount": "100.00"}]);
    sale("bad", &json!({"order": "bad", "account": "kim", "currency": code, "lines": lines}))
}

fn amounts() -> Vec<Bad> {
    let code = "invalid_amount";
    let half = json!({"sku": "MUG", "quantity": 1, "amount": "600000000000.00"});
    let sum = json!({"order": "bad", "account": "kim", "currency": "USD", "lines": [half, half]});
    vec![
        bad("a number for money", line("amount", &json!(100.5)), code, "a JSON number is not accepted"),
        bad("a whole number for money", line("amount", &json!(100)), code, "decimal string like"),
        bad("too many decimals", line("amount", &json!("1.1234567")), code, "1.1234567"),
        bad("a comma", line("amount", &json!("1,50")), code, "1,50"),
        bad("an exponent", line("amount", &json!("1e3")), code, "1e3"),
        bad("no digits", line("amount", &json!("")), code, "data.lines[0].amount"),
        bad("not a number", line("amount", &json!("NaN")), code, "NaN"),
        bad("a huge amount", line("amount", &json!("99999999999999999999")), code, "data.lines[0].amount"),
        bad("more than any order", line("amount", &json!("1000000000000.01")), code, "at most 10^12"),
        bad("a huge sum", sale("bad", &sum), code, "at most 10^12"),
        bad("a negative amount", line("amount", &json!("-5.00")), code, "send a refund"),
        bad("a negative discount", line("discount", &json!("-5.00")), code, "is negative"),
        bad("an unknown currency", currency("XQZ"), "invalid_currency", "XQZ"),
        bad("a currency in small letters", currency("usd"), "invalid_currency", "usd"),
        bad("a token for money", currency("GAMECOIN"), "invalid_currency", "is not money"),
        bad("a negative quantity", line("quantity", &json!(-1)), "invalid_data", "send a refund"),
        bad(
            "a quantity beyond all counting",
            line("quantity", &json!(9_223_372_036_854_775_808_u64)),
            "invalid_data",
            "quantity",
        ),
        bad("a part of a piece", line("quantity", &json!(1.5)), "invalid_data", "quantity"),
        bad(
            "a text for a quantity",
            line("quantity", &json!("two")),
            "invalid_data",
            "data.lines[0].quantity",
        ),
    ]
}

fn said(kind: &str, data: &Value) -> String {
    event("acme", "bad", kind, "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", data)
}

fn payloads() -> Vec<Bad> {
    let code = "invalid_data";
    let campaign = json!({"program": "p", "campaign": "c", "hashtags": [], "starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-01T00:00:00Z"});
    let twice = r#"{"order":"1","order":"2","account":"kim","currency":"USD","lines":[]}"#;
    vec![
        bad(
            "no program",
            said("code.issued", &json!({"code": "X", "ambassador": "A"})),
            code,
            "missing field `program`",
        ),
        bad("no order", said("sale.cancelled", &json!({})), code, "missing field `order`"),
        bad("an empty order", said("sale.cancelled", &json!({"order": ""})), code, "1 to 128 bytes"),
        bad("data is a text", said("sale.cancelled", &json!("order 1")), code, "data"),
        bad("a field twice", sale_with_data(twice), code, "duplicate field `order`"),
        bad(
            "a word that is none of the list",
            said("sale.disputed", &json!({"order": "1", "outcome": "maybe"})),
            code,
            "`opened`, `won`, `lost`",
        ),
        bad(
            "a click of nobody's",
            said("click.recorded", &json!({"click": "c", "ambassador": "A"})),
            code,
            "needs `device` or `account`",
        ),
        bad(
            "a rate of no day",
            said("fx.published", &json!({"base": "EUR", "date": "2026-02-30", "rates": {"USD": "1.1"}})),
            code,
            "`2026-02-30` is no day",
        ),
        bad(
            "a tick of another time",
            said("clock.ticked", &json!({"at": "2099-01-01T00:00:00Z"})),
            "future_time",
            "cannot say what has arrived by 2099",
        ),
        bad(
            "ends before it starts",
            said("campaign.announced", &campaign),
            code,
            "`ends_at` must be after `starts_at`",
        ),
        bad(
            "a refund without an order",
            said("sale.refunded", &json!({"refund": "r", "amount": "5.00"})),
            "refund_without_order",
            "names no order",
        ),
        bad(
            "a refund of nothing",
            said("sale.refunded", &json!({"order": "1", "refund": "r"})),
            code,
            "needs `amount`, `lines`, `shipping` or `tax`",
        ),
        bad(
            "a refund of no line",
            said("sale.refunded", &json!({"order": "1", "refund": "r", "lines": [{"amount": "5.00"}]})),
            code,
            "name the `line` or the `sku`",
        ),
        bad(
            "a negative refund",
            said("sale.refunded", &json!({"order": "1", "refund": "r", "amount": "-5.00"})),
            "invalid_amount",
            "is negative",
        ),
    ]
}

fn terms() -> Vec<Bad> {
    let published = |text: &str| said("program.published", &json!({"terms": text}));
    let head = "[program]\nbrand = 'acme'\nid = 'p'\nversion = '2'\neffective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n";
    let with = |rest: &str| published(&format!("{head}{rest}"));
    let code = "invalid_terms";
    vec![
        bad("terms that are no TOML", published("[program"), code, "line 1"),
        bad("terms without a head", published(""), code, "program"),
        bad("an unknown rule", with("[[comission]]\nid = 'x'\n"), code, "comission"),
        bad(
            "more than all of it",
            with("[[commission]]\nid = 'x'\npays.percent = '110%'\n"),
            code,
            "between 0% and 100%",
        ),
        bad("a hold that is no span", with("[attribution]\nhold = '30 days'\n"), code, "30 days"),
        bad("terms of another brand", published(&head.replace("acme", "other")), code, "other"),
    ]
}
