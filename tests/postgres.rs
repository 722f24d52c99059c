//! The same events on PostgreSQL and on SQLite: the same results, and the same ledger to the last hash. Needs a server
//! in `TRIBUTE_TEST_DATABASE_URL`; `tests/run` provides one.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::json;
use tribute_services::Receipt;
use tribute_tests::{Books, Pipeline, Story, event, invariants, postgres_url};
use tribute_tools::{
    demo,
    workload::{Options, Workload},
};

fn tick(at: &str) -> String {
    event("*", &format!("tick-{at}"), "clock.ticked", at, at, &json!({"at": at}))
}

/// Month ends among the facts and after them.
fn with_ticks(mut lines: Vec<String>) -> Vec<String> {
    let middle = lines.len() / 2;
    lines.splice(middle..middle, [tick("2026-02-20T00:00:00Z")]);
    lines.extend((4..=9).map(|month| tick(&format!("2026-{month:02}-02T00:00:00Z"))));
    lines
}

fn run(mut pipeline: Pipeline, lines: &[String]) -> (Receipt, Books) {
    let half = lines.len() / 2;
    let mut receipt = pipeline.feed_by(300, &lines[..half]);
    pipeline.restart();
    receipt.add(&pipeline.feed_by(1_000, &lines[half..]));
    (receipt, pipeline.books())
}

fn compare(lines: &[String]) {
    let Some(server) = postgres_url() else { return };
    let (receipt, books) = run(Pipeline::on_sqlite(), lines);
    let (on_postgres, other) = run(Pipeline::on_postgres(&server), lines);
    assert_eq!(receipt, on_postgres);
    assert_eq!(books.differences(&other), Vec::<String>::new());
    assert_eq!(books.digest(), other.digest());
    assert_eq!(books.transactions.len(), other.transactions.len());
    for (one, another) in books.transactions.iter().zip(&other.transactions) {
        assert_eq!(one, another);
    }
    assert_eq!(books.entries, other.entries);
    assert_eq!(books.movements, other.movements);
    assert_eq!(books.balances, other.balances);
    assert_eq!(invariants::broken(&other), Vec::<String>::new());
}

#[test]
fn a_workload_comes_to_the_same_on_both() {
    let small = Options {
        brands: 3,
        ambassadors: 60,
        visitors: 500,
        events: 4_000,
        history: 500,
        seed: 11,
        ..Options::default()
    };
    compare(&with_ticks(Workload::new(small).unwrap().collect()));
}

#[test]
fn the_demo_comes_to_the_same_on_both() {
    compare(&with_ticks(demo::events(3)));
}

const EVERYTHING: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
    [[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\nsegment = 'region'\n\
    [[mission]]\nid = 'sell'\nrequires.conversions = 1\ngives = [{ token = 'COIN', units = 10 }]\n";

/// Events with a text in the place of every free text of the contract.
fn with_text(text: &str) -> Vec<(&'static str, serde_json::Value)> {
    let line = |field: &str| {
        let mut line = json!({"sku": "MUG", "quantity": 1, "amount": "100.00"});
        line[field] = text.into();
        json!({"order": "1", "account": "kim", "currency": "USD", "codes": ["W1"], "place": "shop", "lines": [line]})
    };
    let sale = |field: &str, value: serde_json::Value| {
        let mut sale = line("sku");
        sale["lines"][0]["sku"] = "MUG".into();
        sale[field] = value;
        sale
    };
    let person = |field: &str| {
        let mut person = json!({"program": "p", "ambassador": "A"});
        person[field] = text.into();
        person
    };
    let workshop = |field: &str| {
        let mut workshop = json!({"program": "p", "workshop": "w", "ambassador": "A", "place": "shop",
            "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-03-02T00:00:00Z"});
        workshop[field] = text.into();
        workshop
    };
    let post = |field: &str| {
        let mut post = json!({"program": "p", "post": "p1", "author": "A"});
        post[field] = if field == "hashtags" || field == "products" { json!([text]) } else { text.into() };
        post
    };
    let decided = json!({"program": "p", "order": "1", "shares": [{"ambassador": "A", "weight": 1}], "by": text, "reason": text});
    let held = json!({"program": "p", "ambassador": "A", "by": text, "reason": text});
    let spent = json!({"program": "p", "ambassador": "A", "token": "COIN", "amount": "1", "reason": text});
    let mut all = vec![
        ("sale.completed", sale("subscription", json!({"id": text, "renewal": 0}))),
        ("sale.cancelled", json!({"order": "2", "reason": text})),
        ("conversion.overridden", decided),
        ("token.spent", spent),
        ("hold.placed", held),
        ("fx.published", json!({"base": "EUR", "date": text, "rates": {"USD": "1.1"}})),
        ("fx.published", json!({"base": "EUR", "date": "2026-03-31", "rates": {text: "1.1"}})),
        (
            "click.recorded",
            json!({"click": "c", "program": "p", "ambassador": "A", "device": "d", "channel": text}),
        ),
        ("click.judged", json!({"click": "c", "valid": false, "reason": text})),
        ("ambassador.judged", json!({"program": "p", "ambassador": "A", "valid": false, "reason": text})),
        ("post.reviewed", json!({"post": "p1", "verdict": "approved", "reason": text})),
        (
            "settlement.reported",
            json!({"payout": "po", "outcome": "failed", "reference": text, "reason": text}),
        ),
        ("payout_approval.given", json!({"payout": "po", "by": text})),
        ("payout_file.exported", json!({"payouts": ["po"], "file": text, "sha256": text})),
        (
            "campaign.announced",
            json!({"program": "p", "campaign": "c", "hashtags": [text],
            "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-03-02T00:00:00Z"}),
        ),
    ];
    all.extend(["line", "sku", "category"].map(|field| ("sale.completed", line(field))));
    all.extend(["channel", "region", "place"].map(|field| ("sale.completed", sale(field, text.into()))));
    all.extend(["region", "campus", "platform", "reason"].map(|field| ("ambassador.updated", person(field))));
    all.extend(["workshop", "place"].map(|field| ("workshop.announced", workshop(field))));
    all.extend(["kind", "platform", "hashtags", "products"].map(|field| ("post.published", post(field))));
    all
}

/// One text at one place, in a brand of its own: before it terms and people, after it an order.
fn story_of(brand: &str, kind: &str, data: &serde_json::Value) -> Vec<String> {
    let mut story = Story::new(EVERYTHING);
    story.on("2026-03-01T12:00:00Z", kind, data.clone());
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T13:00:00Z", "1", "100.00");
    let renamed = |line: &String| {
        line.replace("'acme'", &format!("'{brand}'")).replace("\"acme\"", &format!("\"{brand}\""))
    };
    // Rates are everybody's: the id must not be.
    story
        .lines()
        .iter()
        .map(renamed)
        .map(|line| line.replace("\"id\":\"e004\"", &format!("\"id\":\"{brand}\"")))
        .collect()
}

/// The first line that stops the pipeline, and why.
fn stopped_by(pipeline: &mut Pipeline, lines: &[String]) -> Option<String> {
    for line in lines {
        let incoming = pipeline.incoming(line.as_bytes());
        if let Err(error) = pipeline.process(vec![incoming]) {
            let shown: String = line.chars().take(300).collect();
            return Some(format!("{:?}: {error:?}\n    {shown}", pipeline.database().backend()));
        }
    }
    None
}

/// All texts into one pipeline; where that stops, each into one of its own, to tell which it was.
fn stopped(open: impl Fn() -> Pipeline) -> Vec<String> {
    // Digits that can not be made shorter, in case a database tries.
    let long: String = (0..9_000_u64)
        .map(|n| char::from(b'a' + u8::try_from(n.wrapping_mul(n) % 7_919 % 26).unwrap()))
        .collect();
    let texts = ["a\u{0}b", "a\u{7}\u{1b}b", "", "\u{202e}\u{feff}𝔘 \"'; --", &long];
    let events = texts.iter().flat_map(|text| with_text(text)).enumerate();
    let stories: Vec<_> =
        events.map(|(place, (kind, data))| story_of(&format!("brand-{place}"), kind, &data)).collect();
    let end = [tick("2026-05-02T00:00:00Z")];
    let mut all = stories.concat();
    all.extend(end.clone());
    if stopped_by(&mut open(), &all).is_none() {
        return Vec::new();
    }
    stories.into_iter().filter_map(|story| stopped_by(&mut open(), &[story, end.to_vec()].concat())).collect()
}

/// PostgreSQL keeps no zero character in a text, an identifier has 128 bytes at most, and an index entry can not be
/// arbitrarily long. Whatever stands in a free text, the event goes in or is put aside, and the rest goes on.
#[test]
fn no_text_stops_either() {
    let mut found = stopped(Pipeline::on_sqlite);
    if let Some(server) = postgres_url() {
        found.extend(stopped(|| Pipeline::on_postgres(&server)));
    }
    assert!(found.is_empty(), "{} events stop everything after them:\n{}", found.len(), found.join("\n"));
}
