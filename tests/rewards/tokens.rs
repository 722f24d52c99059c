//! What limits tokens: supply, caps, expiry, the wallet.

use serde_json::json;
use tribute_tests::{Pipeline, Story};

use super::post;

const SHOT: &str = "[[mission]]\nid = 'shot'\nrequires.posts = { count = 1 }\nrounds = 0\n\
    gives = [{ token = 'COIN', units = 100 }]\n[[token]]\nasset = 'COIN'\n";

/// What is won clears with the next tick.
const AT_ONCE: &str = "[attribution]\nhold = '0d'\ngrace = '0s'\n";

fn shots(rest: &str, posts: &[(&str, &str)]) -> Story {
    let mut story = Story::new(&format!("{AT_ONCE}{SHOT}{rest}\n"));
    story.unaudited();
    for (author, day) in posts {
        post(&mut story, &format!("{day}T00:00:00Z"), &format!("{author}-{day}"), author, "photo");
    }
    story
}

fn spend(story: &mut Story, at: &str, who: &str, amount: &str) {
    let data = json!({"ambassador": who, "token": "COIN", "amount": amount, "reason": "hat"});
    story.on(at, "token.spent", data);
}

fn wallet(story: &Story, who: &str) -> i64 {
    -story.books().held(&format!("ambassador:{who}:wallet"), "COIN")
}

#[test]
fn a_supply_goes_to_the_first_come_by_time() {
    let mut story = shots("supply = 250", &[("A", "2026-03-01"), ("B", "2026-03-03"), ("C", "2026-03-05")]);
    let expected = ["A shot 1 COIN 100 granted", "B shot 1 COIN 100 granted", "C shot 1 COIN 100 waiting"];
    assert_eq!(story.books().grants(), expected);
    // Told late, but earlier than B's.
    let early = json!({"post": "c0", "author": "C", "kind": "photo"});
    story.late("2026-03-02T00:00:00Z", "2026-03-06T00:00:00Z", "post.published", early);
    assert_eq!([("A"), ("B"), ("C")].map(|who| wallet(&story, who)), [100, 0, 100]);
    // What comes back goes to who waits longest.
    story.on(
        "2026-03-07T00:00:00Z",
        "post.reviewed",
        json!({"post": "A-2026-03-01", "verdict": "rejected", "reason": "rude"}),
    );
    assert_eq!([("A"), ("B"), ("C")].map(|who| wallet(&story, who)), [0, 100, 100]);
    assert_eq!(story.books().held("token:issued", "COIN"), 200);
}

#[test]
fn a_cap_cuts_the_grant_that_goes_beyond_it() {
    let story = shots(
        "per_ambassador = 150\nperiod = 'month'",
        &[
            ("A", "2026-03-01"),
            ("A", "2026-03-02"),
            ("A", "2026-03-03"),
            ("A", "2026-04-01"),
            ("B", "2026-03-01"),
        ],
    );
    let books = story.books();
    let expected = [
        "A shot 1 COIN 100 granted",
        "A shot 2 COIN 50 granted",
        "A shot 3 COIN 0 capped",
        "A shot 4 COIN 100 granted",
        "B shot 1 COIN 100 granted",
    ];
    assert_eq!(books.grants(), expected);
    let reason = books.rewards.iter().find(|row| row.units == 50).unwrap().reason.clone();
    assert_eq!(reason.as_deref(), Some("cut from 100: one ambassador has at most 150 in a period"));
}

#[test]
fn the_oldest_tokens_are_spent_first_and_expire_first() {
    let mut story = shots("expires_after = '30d'", &[("A", "2026-03-01"), ("A", "2026-03-20")]);
    spend(&mut story, "2026-03-21T00:00:00Z", "A", "30");
    story.tick("2026-03-30T23:59:59Z");
    assert_eq!(wallet(&story, "A"), 170, "a millisecond short of thirty days");
    story.tick("2026-03-31T00:00:00Z");
    assert_eq!(wallet(&story, "A"), 100, "what was spent came out of the oldest");
    spend(&mut story, "2026-04-01T00:00:00Z", "A", "40");
    story.tick("2026-05-01T00:00:00Z");
    let books = story.books();
    assert_eq!(books.held("ambassador:A:wallet", "COIN"), 0);
    let expired: Vec<_> = books.rewards.iter().map(|row| row.expired).collect();
    assert_eq!(expired, [Some(70), Some(60)]);
    // The post of the first hundred falls: seventy were spent out of the second hundred then, and thirty expired.
    story.on(
        "2026-05-02T00:00:00Z",
        "post.reviewed",
        json!({"post": "A-2026-03-01", "verdict": "rejected", "reason": "rude"}),
    );
    post(&mut story, "2026-05-02T00:00:00Z", "fresh", "A", "photo");
    let books = story.books();
    assert_eq!(books.held("ambassador:A:wallet", "COIN"), -100);
    assert_eq!(books.rewards.iter().map(|row| row.expired).collect::<Vec<_>>(), [Some(30), None]);
}

#[test]
fn an_overspend_is_refused_and_a_badge_is_kept() {
    let mut story = shots("", &[("A", "2026-03-01")]);
    spend(&mut story, "2026-03-02T00:00:00Z", "A", "101");
    let badge = json!({"ambassador": "A", "token": "BADGE:FAN", "amount": "1", "reason": "hat"});
    story.on("2026-03-02T00:00:00Z", "token.spent", badge);
    spend(&mut story, "2026-03-03T00:00:00Z", "A", "100");
    story.tick("2026-03-04T00:00:00Z");
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let books = pipeline.books();
    let reasons: Vec<_> = books.quarantine.iter().map(|row| row.reason.as_str()).collect();
    let expected = [
        "BADGE:FAN is no token: only tokens can be spent",
        "A and COIN: 101 tokens are to be spent, but the wallet holds 100",
    ];
    assert_eq!(reasons, expected);
    assert_eq!(books.held("ambassador:A:wallet", "COIN"), 0);
    assert_eq!(books.held("token:spent", "COIN"), -100);
}

#[test]
fn a_spend_waits_for_the_tokens_that_it_spends() {
    let mut story = shots("", &[]);
    spend(&mut story, "2026-03-02T00:00:00Z", "A", "60");
    // Its post comes a moment later.
    post(&mut story, "2026-03-01T00:00:00Z", "p1", "A", "photo");
    assert_eq!(wallet(&story, "A"), 100);
    story.tick("2026-03-02T00:00:00Z");
    assert_eq!(wallet(&story, "A"), 40);
    spend(&mut story, "2026-03-02T12:00:00Z", "A", "40");
    assert_eq!(wallet(&story, "A"), 0, "what has cleared is spent at once");
}

#[test]
fn what_has_not_cleared_cannot_be_spent() {
    let mut story = Story::new(&format!("[attribution]\nhold = '30d'\n{SHOT}"));
    story.unaudited();
    post(&mut story, "2026-03-01T00:00:00Z", "p1", "A", "photo");
    spend(&mut story, "2026-03-02T00:00:00Z", "A", "60");
    story.tick("2026-03-03T00:00:00Z");
    spend(&mut story, "2026-03-31T00:00:00Z", "A", "70");
    story.tick("2026-03-31T00:00:00Z");
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let books = pipeline.books();
    let reasons: Vec<_> = books.quarantine.iter().map(|row| row.reason.as_str()).collect();
    let expected = "A and COIN: 60 tokens are to be spent, but the wallet holds 0; 100 more have not cleared, or are held by a \
                    finding";
    assert_eq!((reasons, books.held("token:spent", "COIN")), (vec![expected], -70));
}

#[test]
fn tokens_expire_by_the_terms_under_which_they_were_won() {
    let mut story = shots("expires_after = '60d'", &[("A", "2026-03-01"), ("A", "2026-03-20")]);
    let shorter = format!("{AT_ONCE}{SHOT}expires_after = '10d'\n");
    story.publish("2", "2026-03-10T00:00:00Z", &shorter).tick("2026-03-31T00:00:00Z");
    assert_eq!(wallet(&story, "A"), 100, "ten days for the second");
    story.tick("2026-05-01T00:00:00Z");
    let books = story.books();
    assert_eq!(books.held("ambassador:A:wallet", "COIN"), 0);
    let expired = books.transactions.iter().filter(|row| row.recipe == "expire_tokens");
    let expired: Vec<_> =
        expired.map(|row| tribute_events::Timestamp::from_millis(row.effective_at).to_string()).collect();
    assert_eq!(expired, ["2026-03-30T00:00:00Z", "2026-04-30T00:00:00Z"]);
}

#[test]
fn what_waited_for_the_supply_expires_so_much_later() {
    let mut story = shots("supply = 100\nexpires_after = '30d'", &[("A", "2026-03-01"), ("B", "2026-03-02")]);
    story.tick("2026-03-31T00:00:00Z");
    assert_eq!([wallet(&story, "A"), wallet(&story, "B")], [0, 100], "A's expired, and B waited until then");
    story.tick("2026-04-29T23:59:59Z");
    assert_eq!(wallet(&story, "B"), 100);
    story.tick("2026-04-30T00:00:00Z");
    assert_eq!(wallet(&story, "B"), 0);
}
