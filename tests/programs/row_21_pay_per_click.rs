//! Row 21: a fee for each visitor a day, whether they buy or not.

use serde_json::{Value, json};
use tribute_tests::Story;

/// A partner's own people log in as `editor`.
fn partners(changes: &[(&str, &str)]) -> Story {
    let mut story = Story::of_program_with("pay-per-click", changes);
    story.enrol(["gazette", "deals"]);
    let own = json!({"ambassador": "gazette", "accounts": ["editor"]});
    story.on("2026-01-02T00:00:00Z", "ambassador.updated", own);
    story
}

/// A click whose id is its time, whose it is and who clicked: an account where it begins with `@`, else a device.
fn visit(story: &mut Story, time: &str, recorded: &str, who: &str, visitor: &str) {
    let mut data = json!({"click": format!("{time}/{who}/{visitor}"), "ambassador": who});
    match visitor.strip_prefix('@') {
        Some(account) => data["account"] = account.into(),
        None => data["device"] = visitor.into(),
    }
    story.late(time, recorded, "click.recorded", data);
}

fn visits(story: &mut Story, time: &str, who: &str, visitors: &[&str]) {
    visitors.iter().for_each(|visitor| visit(story, time, time, who, visitor));
}

fn judged(story: &mut Story, time: &str, click: &str, valid: bool) {
    story.on(time, "click.judged", json!({"click": click, "valid": valid, "reason": "a robot"}));
}

fn of_day(story: &Story, day: &str) -> String {
    story.books().earned_for(&format!("clicks:{day}"))
}

const WEDNESDAY: &str = "2026-03-04T12:00:00Z";

#[test]
fn row_21_pay_per_click() {
    let mut story = partners(&[("per_day = 2_000 ", "per_day = 4 ")]);
    // Three visitors count: one clicked twice and scanned, one is the magazine's own editor, one only saw it.
    visits(&mut story, WEDNESDAY, "gazette", &["phone", "@kim", "@editor", "tablet"]);
    visits(&mut story, "2026-03-04T13:00:00Z", "gazette", &["phone"]);
    let mut other = |kind: &str, more: Value| {
        let mut data = json!({"click": kind, "kind": kind, "ambassador": "gazette"});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        story.on(WEDNESDAY, "click.recorded", data);
    };
    other("view", json!({"device": "watch"}));
    other("qr", json!({"device": "phone"}));
    visits(&mut story, WEDNESDAY, "deals", &["d1", "d2", "d3", "d4", "d5"]);
    assert_eq!(of_day(&story, "2026-03-04"), "nothing", "the day has not ended");
    story.tick("2026-03-05T00:00:00Z");
    // 3 × 0.025 = 0.075; 4 of 5 × 0.025.
    assert_eq!(of_day(&story, "2026-03-04"), "deals 0.10 GBP, gazette 0.08 GBP");
    // The next day counts by itself, while the partner is approved.
    visits(&mut story, "2026-03-05T11:00:00Z", "gazette", &["phone"]);
    visits(&mut story, "2026-03-05T11:00:00Z", "deals", &["d1"]);
    story.on(
        "2026-03-05T12:00:00Z",
        "ambassador.suspended",
        json!({"ambassador": "deals", "reason": "robots"}),
    );
    visits(&mut story, "2026-03-05T13:00:00Z", "deals", &["d2"]);
    story.tick("2026-03-06T00:00:00Z");
    assert_eq!(of_day(&story, "2026-03-05"), "deals 0.03 GBP, gazette 0.03 GBP");
    // A click that comes after its day was booked, and a verdict on another one.
    visit(&mut story, "2026-03-04T18:00:00Z", "2026-03-06T09:00:00Z", "gazette", "laptop");
    assert_eq!(of_day(&story, "2026-03-04"), "deals 0.10 GBP, gazette 0.10 GBP");
    judged(&mut story, "2026-03-07T09:00:00Z", &format!("{WEDNESDAY}/gazette/tablet"), false);
    judged(&mut story, "2026-03-07T09:00:00Z", &format!("{WEDNESDAY}/deals/d2"), false);
    // The fifth of the deal site's takes the place of the second.
    assert_eq!(of_day(&story, "2026-03-04"), "deals 0.10 GBP, gazette 0.08 GBP");
    // After two weeks the day is closed to clicks, but not to verdicts.
    visit(&mut story, "2026-03-04T19:00:00Z", "2026-03-19T00:00:00Z", "gazette", "console");
    judged(&mut story, "2026-03-21T09:00:00Z", &format!("{WEDNESDAY}/gazette/phone"), false);
    assert_eq!(of_day(&story, "2026-03-04"), "deals 0.10 GBP, gazette 0.08 GBP", "they clicked again");
    judged(&mut story, "2026-03-22T09:00:00Z", "qr", false);
    judged(&mut story, "2026-03-22T09:00:00Z", "2026-03-04T13:00:00Z/gazette/phone", false);
    story.tick("2026-04-01T00:00:00Z");
    let books = story.books();
    assert_eq!(books.earned_for("clicks:2026-03-04"), "deals 0.10 GBP, gazette 0.05 GBP");
    let moved = books.movements.iter().filter(|row| row.source == "clicks:2026-03-04");
    let moved: Vec<i64> = moved.filter(|row| row.ambassador == "gazette").map(|row| row.amount).collect();
    // The day's fee rests on its last click: with another one it is booked anew.
    assert_eq!(moved, [8, -8, 10, -2, -3]);
    assert_eq!(books.held("expense:fees", "GBP"), 21);
    let cleared = |it: &&tribute_store::entity::earning::Model| it.source == "clicks:2026-03-04";
    let clears_at = books.earnings.iter().find(cleared).unwrap().clears_at;
    assert_eq!(tribute_events::Timestamp::from_millis(clears_at).to_string(), "2026-03-19T00:00:00Z");
}

#[test]
fn row_21_who_turns_out_to_be_the_partner_does_not_count() {
    let mut story = partners(&[]);
    visits(&mut story, WEDNESDAY, "gazette", &["desk", "phone"]);
    visits(&mut story, WEDNESDAY, "deals", &["desk"]);
    story.tick("2026-03-05T00:00:00Z");
    assert_eq!(of_day(&story, "2026-03-04"), "deals 0.03 GBP, gazette 0.05 GBP");
    // The magazine's editor logs in there: it was no visitor of the magazine's, but one of the deal site's.
    story.on("2026-03-05T09:00:00Z", "login.recorded", json!({"device": "desk", "account": "editor"}));
    assert_eq!(of_day(&story, "2026-03-04"), "deals 0.03 GBP, gazette 0.03 GBP");
    // And that the partner was suspended becomes known later still.
    let out = json!({"ambassador": "deals", "reason": "robots"});
    story.late("2026-03-04T11:00:00Z", "2026-03-09T11:00:00Z", "ambassador.suspended", out);
    assert_eq!(of_day(&story, "2026-03-04"), "gazette 0.03 GBP");
}

#[test]
fn row_21_all_partners_share_a_budget_and_are_paid_by_the_month() {
    let mut story = partners(&[("\"2500\"", "\"0.30\""), ("80_000", "12"), ("\"10.00\"", "\"0.10\"")]);
    let visitors = ["d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"];
    visits(&mut story, WEDNESDAY, "gazette", &visitors);
    visits(&mut story, "2026-03-06T12:00:00Z", "deals", &visitors);
    visits(&mut story, "2026-03-31T23:30:00Z", "deals", &visitors);
    story.tick("2026-05-01T00:00:00Z");
    let books = story.books();
    assert_eq!(books.earned_for("clicks:2026-03-04"), "gazette 0.20 GBP");
    assert_eq!(books.earned_for("clicks:2026-03-06"), "deals 0.10 GBP", "the budget has no more for March");
    // In London it was April by then.
    assert_eq!(books.earned_for("clicks:2026-04-01"), "deals 0.20 GBP");
    let formula = |source: &str| {
        let row = books.earnings.iter().find(|row| row.source == source).unwrap();
        let earning: Value = serde_json::from_str(&row.earning).unwrap();
        earning["formula"].as_str().unwrap().to_owned()
    };
    assert_eq!(formula("clicks:2026-03-04"), "8 clicks of 8 visitors: 8 × 0.025 = 0.20 GBP");
    let cut = "8 clicks of 8 visitors: 8 × 0.025 = 0.20 GBP; budget visits leaves 0.10 GBP";
    assert_eq!(formula("clicks:2026-03-06"), cut);
}
