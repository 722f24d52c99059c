//! Payouts from what people ask for to what becomes of the money: runs by hand, second people, cancellations, ways of
//! paying, what is kept back.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "payouts/people.rs"]
mod people;
#[path = "payouts/runs.rs"]
mod runs;
#[path = "payouts/ways.rs"]
mod ways;

use serde_json::json;
use tribute_tests::{Books, Pipeline, Story, invariants, postgres_url};

/// Ten percent, cleared at once.
const TEN: &str =
    "[attribution]\nhold = '0d'\ngrace = '0h'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

/// A has earned 10.00 USD and B 20.00 USD by 2 March.
fn earned(payout: &str) -> Story {
    let mut story = Story::new(&format!("{TEN}{payout}"));
    story.unaudited();
    for (who, amount) in [("A", "100.00"), ("B", "200.00")] {
        let (buyer, order) = (format!("buyer-{who}"), format!("order-{who}"));
        let click = json!({"click": who, "ambassador": who, "account": buyer});
        story.on("2026-03-01T11:00:00Z", "click.recorded", click);
        let lines = json!([{"sku": "MUG", "quantity": 1, "amount": amount}]);
        let at = "2026-03-01T12:00:00Z";
        story.sale_with(at, at, &order, json!({"account": buyer, "lines": lines}));
    }
    story.tick("2026-03-02T00:00:00Z");
    story
}

fn ask(story: &mut Story, cut_off: &str, by: &str) {
    story.on("2026-03-02T01:00:00Z", "payout_run.requested", json!({"cut_off": cut_off, "by": by}));
}

/// What comes out: on SQLite, with every service by itself, and on PostgreSQL where there is one; all of it twice, and each
/// time the same.
fn told(story: &Story) -> Books {
    let mut one = Pipeline::on_sqlite();
    one.feed(story.lines());
    let books = one.books();
    assert_eq!(invariants::broken(&books), Vec::<String>::new());
    let mut others = vec![one, Pipeline::on_sqlite().apart()];
    others.extend(postgres_url().map(|server| Pipeline::on_postgres(&server)));
    for mut other in others {
        other.feed_by(1, story.lines());
        other.feed_by(3, story.lines());
        let again = other.books();
        assert_eq!(books.payouts, again.payouts);
        assert_eq!(books.balances, again.balances);
    }
    books
}

/// The payout of somebody that is under way.
fn payout_of(story: &Story, who: &str) -> String {
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let books = pipeline.books();
    let open = |row: &&tribute_store::entity::payout::Model| row.ambassador == who && row.amount.is_some();
    books.payouts.iter().filter(open).max_by_key(|row| row.run_at).unwrap().payout.clone()
}

/// Why events were put aside.
fn refusals(books: &Books) -> Vec<String> {
    books.quarantine.iter().map(|row| row.reason.clone()).collect()
}
