//! Missions that are shared on social media; free products, swag and experiences, at fair value.

use serde_json::json;
use tribute_reports::{
    Books, Filter,
    report::{Amount, Tax, TaxRow, TaxRules, collect},
};
use tribute_tests::{Pipeline, Story, wait};

fn share(story: &mut Story, day: &str, post: &str, author: &str, kind: &str) {
    let hashtags = ["#NorthpeakQuest", "#ad"];
    let data = json!({"post": post, "author": author, "kind": kind, "hashtags": hashtags});
    story.on(&format!("{day}T18:00:00Z"), "post.published", data);
    let verdict = json!({"post": post, "verdict": "approved"});
    story.on(&format!("{day}T19:00:00Z"), "post.reviewed", verdict);
}

/// What counts for the tax forms of 2026.
fn tax_totals(story: &Story) -> Vec<String> {
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let books = Books { database: pipeline.database(), registry: pipeline.registry() };
    let rules = TaxRules::shipped().unwrap();
    let rows = wait(collect(&Tax { year: 2026, rules: &rules }, &books, &Filter::default())).unwrap();
    let show = |amount: &Amount| format!("{} {}", amount.amount, amount.currency);
    let line = |row: &TaxRow| {
        let (cash, perks) = (show(&row.cash_paid), show(&row.perks));
        format!("{} {} {cash} in cash, {perks} in perks", row.brand, row.ambassador)
    };
    rows.iter().map(line).collect()
}

#[test]
fn row_07_super_fan_squad() {
    let mut story = Story::of_program("super-fans");
    // The auditor does not know missions with several needs.
    story.unaudited();
    story.enrol(["ada", "ben", "cem"]);
    for (perk, units) in [("SKU:SAMPLE-BOX", 2), ("SKU:JACKET", 5), ("SKU:SUMMIT-TRIP", 1)] {
        story.on("2026-01-03T00:00:00Z", "perk.stocked", json!({"perk": perk, "units": units}));
    }
    for (day, post, author) in [
        ("2026-03-01", "a1", "ada"),
        ("2026-03-11", "a2", "ada"),
        ("2026-03-21", "a3", "ada"),
        ("2026-03-02", "b1", "ben"),
        ("2026-04-01", "b2", "ben"),
        ("2026-04-05", "b3", "ben"),
        ("2026-03-03", "c1", "cem"),
    ] {
        share(&mut story, day, post, author, "video");
    }
    story.on("2026-03-06T00:00:00Z", "post.removed", json!({"post": "c1"}));
    for (post, views) in [("a1", 30_000), ("a2", 25_000)] {
        story.on("2026-03-25T00:00:00Z", "post.measured", json!({"post": post, "metrics": {"views": views}}));
    }
    for friend in ["dan", "eve"] {
        let joined = json!({"ambassador": friend, "recruiter": "ada"});
        story.on("2026-04-10T00:00:00Z", "ambassador.approved", joined);
    }
    let grant = "northpeak-squad/first-share/ada/1";
    story.on("2026-03-15T00:00:00Z", "perk.fulfilled", json!({"grant": grant, "outcome": "delivered"}));
    story.tick("2026-05-01T00:00:00Z");
    let books = story.books();
    let standing: Vec<_> = books.grants().into_iter().filter(|it| !it.ends_with("revoked")).collect();
    let expected = [
        "ada first-share 1 SKU:SAMPLE-BOX 1 delivered",
        "ada first-share 1 BADGE:QUESTER 1 granted",
        "ben first-share 1 SKU:SAMPLE-BOX 1 reserved",
        "ben first-share 1 BADGE:QUESTER 1 granted",
        "ada summit 1 SKU:SUMMIT-TRIP 1 reserved",
        "ada video-month 1 SKU:JACKET 1 reserved",
    ];
    assert_eq!(
        standing, expected,
        "ben's three videos lie more than thirty days apart, cem's post did not stay up"
    );
    let value = |status: &str| -> i64 {
        let of = books.rewards.iter().filter(|row| row.status == status);
        of.map(|row| row.units * row.fair_value.unwrap_or_default()).sum()
    };
    assert_eq!(
        (value("delivered"), value("reserved")),
        (12_000_000, 502_000_000),
        "12.00 and 502.00 at fair value"
    );
    assert_eq!(
        tax_totals(&story),
        ["northpeak ada 0.00 USD in cash, 12.00 USD in perks"],
        "what is delivered"
    );
    assert_eq!(books.held("perk:stock", "SKU:SAMPLE-BOX"), 0);
    assert!(books.earnings.is_empty(), "no money");
    // Dan waits for a box; ben wants none, and his goes back to the stock and on to dan.
    share(&mut story, "2026-05-02", "d1", "dan", "photo");
    let box_of = |story: &Story, who: &str| {
        let all = story.books().grants();
        all.into_iter().find(|it| it.starts_with(&format!("{who} first-share 1 SKU"))).unwrap()
    };
    assert_eq!(box_of(&story, "dan"), "dan first-share 1 SKU:SAMPLE-BOX 1 waiting");
    let declined = json!({"grant": "northpeak-squad/first-share/ben/1", "outcome": "cancelled"});
    story.on("2026-05-03T00:00:00Z", "perk.fulfilled", declined);
    assert_eq!(box_of(&story, "ben"), "ben first-share 1 SKU:SAMPLE-BOX 1 cancelled");
    assert_eq!(box_of(&story, "dan"), "dan first-share 1 SKU:SAMPLE-BOX 1 reserved");
}
