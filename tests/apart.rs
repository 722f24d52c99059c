//! The services apart: what attribution hands over is booked as if all were one, whatever fails on the way; and two
//! workers that meet at one shopper see each other.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "apart/meeting.rs"]
mod meeting;

use serde_json::json;
use tribute_tests::{Pipeline, Story, invariants, postgres_url};
use tribute_tools::{
    demo,
    workload::{Options, Workload},
};

/// On every database that is there: everything in one transaction, and every service by itself.
fn compare(lines: &[String], batch: usize) {
    let mut whole = Pipeline::on_sqlite();
    whole.feed_by(batch, lines);
    let whole = whole.books();
    assert_eq!(invariants::broken(&whole), Vec::<String>::new());
    let places = [Some(Pipeline::on_sqlite()), postgres_url().map(|server| Pipeline::on_postgres(&server))];
    for pipeline in places.into_iter().flatten() {
        let mut apart = pipeline.apart();
        apart.feed_by(batch, lines);
        let books = apart.books();
        assert_eq!(whole.differences(&books), Vec::<String>::new());
        assert_eq!(invariants::broken(&books), Vec::<String>::new());
    }
}

#[test]
fn the_demo_comes_to_the_same_apart() {
    compare(&demo::events(3), 200);
}

#[test]
fn a_workload_comes_to_the_same_apart() {
    let small = Options {
        brands: 3,
        ambassadors: 60,
        visitors: 500,
        events: 3_000,
        history: 400,
        seed: 5,
        ..Options::default()
    };
    compare(&Workload::new(small).unwrap().collect::<Vec<_>>(), 150);
}

const EVERYTHING: &str = "[[commission]]\nid = 'huge'\npays.percent = '100%'\n[payout]\nschedule = 'monthly'\n\
    [[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\nprizes = ['10', '5']\n\
    [[mission]]\nid = 'sell'\nrequires.conversions = 1\ngives = [{ token = 'COIN', units = 10 }]\n";

/// A tick that comes to boards and payouts at several instants goes to and fro between their services.
#[test]
fn a_tick_over_many_months_is_taken_in_turns() {
    let mut story = Story::new(EVERYTHING);
    for month in 1..=6 {
        let at = |day: u32| format!("2026-{month:02}-{day:02}T12:00:00Z");
        story.click(&at(2), "A").sale(&at(3), &format!("a{month}"), "100.00");
        story.click(&at(4), "B").sale(&at(5), &format!("b{month}"), "50.00");
    }
    story.tick("2026-12-01T00:00:00Z");
    let mut apart = Pipeline::on_sqlite().apart();
    apart.feed_by(3, story.lines());
    let books = apart.books();
    assert_eq!(books.standings().len(), 12, "{:?}", books.standings());
    assert!(books.payouts().len() >= 12, "{:?}", books.payouts());
    compare(story.lines(), 3);
}

/// What a service after attribution refuses is put aside as where all is one, and the rest goes on.
#[test]
fn what_is_not_possible_is_put_aside_apart() {
    let mut story = Story::new(EVERYTHING);
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.on(
        "2026-03-02T00:00:00Z",
        "token.spent",
        json!({"ambassador": "A", "token": "COIN", "amount": "11", "reason": "hat"}),
    );
    story.on(
        "2026-03-02T00:00:00Z",
        "settlement.reported",
        json!({"payout": "po_unknown", "outcome": "settled"}),
    );
    story.sale("2026-03-03T12:00:00Z", "2", "100.00");
    compare(story.lines(), 100);
}

/// An amount that no account can hold is put aside by itself: the batch that it came in does not wait for ever.
#[test]
fn what_overflows_is_put_aside_and_the_rest_is_booked() {
    let mut story = Story::new("[[commission]]\nid = 'each'\npays.per_item = '1.25'\n");
    story.click("2026-03-01T11:00:00Z", "A");
    for order in 1..=20 {
        let quantity = if order == 13 || order == 17 { i64::MAX } else { 4 };
        let line = json!({"sku": "MUG", "quantity": quantity, "amount": "100.00"});
        let at = format!("2026-03-01T12:00:{order:02}Z");
        story.sale_with(&at, &at, &order.to_string(), json!({"lines": [line]}));
    }
    let mut apart = Pipeline::on_sqlite().apart();
    apart.feed_by(100, story.lines());
    let books = apart.books();
    for order in (1..=20).filter(|order| ![13, 17].contains(order)) {
        assert_eq!(books.earned(&order.to_string()), "A 5.00 USD", "order {order}");
    }
    let refused: Vec<_> = books.quarantine.iter().map(|row| String::from_utf8_lossy(&row.body)).collect();
    assert_eq!(refused, ["order 13", "order 17"]);
    assert_eq!(invariants::broken(&books), Vec::<String>::new());
}
