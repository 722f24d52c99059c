//! Cases 1 to 14: who is credited.

use serde_json::json;

use crate::{NOON, ten, ten_with};

#[test]
fn case_01_linear_over_a_a_b() {
    let mut story = ten_with("model = 'linear'");
    story
        .click("2026-02-27T12:00:00Z", "A")
        .click("2026-02-28T12:00:00Z", "A")
        .click("2026-03-01T11:00:00Z", "B");
    let books = story.sale(NOON, "1", "100.00").books();
    assert_eq!(books.credit("1"), "A 1/2, B 1/2: click");
    assert_eq!(books.earned("1"), "A 5.00 USD, B 5.00 USD");
}

#[test]
fn case_02_position_based_over_a_b_c_b() {
    let mut story = ten_with("model = 'position_based'");
    for (hour, who) in [("08", "A"), ("09", "B"), ("10", "C"), ("11", "B")] {
        story.click(&format!("2026-03-01T{hour}:00:00Z"), who);
    }
    let books = story.sale(NOON, "1", "100.00").books();
    assert_eq!(books.credit("1"), "A 4/10, B 5/10, C 1/10: click");
    assert_eq!(books.earned("1"), "A 4.00 USD, B 5.00 USD, C 1.00 USD");
}

#[test]
fn case_03_position_based_with_two_touches() {
    let mut story = ten_with("model = 'position_based'");
    story.click("2026-03-01T10:00:00Z", "A").click("2026-03-01T11:00:00Z", "B");
    let books = story.sale(NOON, "1", "99.99").books();
    assert_eq!(books.credit("1"), "A 1/2, B 1/2: click");
    assert_eq!(books.earned("1"), "A 5.00 USD, B 5.00 USD");
}

#[test]
fn case_04_decay_of_seven_days_against_now() {
    let mut story = ten_with("model = 'time_decay'");
    story.click("2026-02-22T12:00:00Z", "A").click(NOON, "B");
    let books = story.sale(NOON, "1", "100.00").books();
    assert_eq!(books.credit("1"), "A 1/3, B 2/3: click");
    assert_eq!(books.earned("1"), "A 3.33 USD, B 6.67 USD");
}

#[test]
fn case_05_the_window_ends_before_thirty_days() {
    let outside = ten().click("2026-01-30T12:00:00Z", "A").sale(NOON, "1", "100.00").books();
    assert_eq!((outside.credit("1"), outside.earned("1")), ("none".to_owned(), "nothing".to_owned()));
    assert_eq!(outside.losers("1"), ["A click outside_window"]);
    let inside = ten().click("2026-01-30T12:00:00.001Z", "A").sale(NOON, "1", "100.00").books();
    assert_eq!(
        (inside.credit("1"), inside.earned("1")),
        ("A 1/1: click".to_owned(), "A 10.00 USD".to_owned())
    );
}

#[test]
fn case_06_a_later_view_does_not_beat_a_click() {
    let mut story = ten();
    story.click("2026-03-01T10:00:00Z", "A").touch(
        "2026-03-01T11:00:00Z",
        "2026-03-01T11:00:00Z",
        "view",
        "B",
    );
    let books = story.sale(NOON, "1", "100.00").books();
    assert_eq!(books.credit("1"), "A 1/1: click");
    assert_eq!(books.losers("1"), ["B view lower_tier"]);
    assert_eq!(books.earned("1"), "A 10.00 USD");
}

fn with_code(mode: &str, clicks: &[&str]) -> (String, String) {
    let mut story = ten();
    story.code("ANA10", "A", mode);
    for (minute, who) in (50..).zip(clicks) {
        story.click(&format!("2026-03-01T11:{minute}:00Z"), who);
    }
    let sale = json!({"codes": ["ana10"], "lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
    let books = story.sale_with(NOON, NOON, "1", sale).books();
    (books.credit("1"), books.earned("1"))
}

fn all_to(who: &str, tier: &str) -> (String, String) {
    (format!("{who} 1/1: {tier}"), format!("{who} 10.00 USD"))
}

#[test]
fn case_07_a_code_that_always_counts_beats_a_click() {
    assert_eq!(with_code("always", &["B"]), all_to("A", "code"));
}

#[test]
fn case_08_a_code_that_counts_if_involved() {
    assert_eq!(with_code("if_involved", &["A", "B"]), all_to("A", "click"));
    assert_eq!(with_code("if_involved", &["B"]), all_to("B", "click"));
}

#[test]
fn case_09_a_code_that_counts_if_it_would_win_anyway() {
    assert_eq!(with_code("if_winner", &["B"]), all_to("B", "click"));
    assert_eq!(with_code("if_winner", &["B", "A"]), all_to("A", "click"));
    assert_eq!(with_code("if_winner", &[]), ("none".to_owned(), "nothing".to_owned()));
}

#[test]
fn case_10_a_code_that_expires_at_the_instant_of_the_order() {
    for (until, credit) in [(NOON, "none"), ("2026-03-01T12:00:00.001Z", "A 1/1: code")] {
        let mut story = ten();
        let code = json!({"code": "ANA10", "ambassador": "A", "mode": "always", "valid_until": until});
        story.on("2026-01-01T00:00:00Z", "code.issued", code);
        let sale = json!({"codes": ["ANA10"], "lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
        let books = story.sale_with(NOON, NOON, "1", sale).books();
        assert_eq!(books.credit("1"), credit);
        assert_eq!(books.earned("1"), if credit == "none" { "nothing" } else { "A 10.00 USD" });
    }
}

#[test]
fn case_11_a_scan_beats_a_click_of_the_same_millisecond() {
    let mut story = ten();
    let at = "2026-03-01T11:00:00Z";
    story.touch(at, at, "qr", "B").click(at, "A");
    let books = story.sale(NOON, "1", "100.00").books();
    assert_eq!((books.credit("1"), books.earned("1")), all_to("B", "click"));
}

#[test]
fn case_12_a_click_at_the_order_and_one_millisecond_after_it() {
    let at = ten().click(NOON, "A").sale(NOON, "1", "100.00").books();
    assert_eq!((at.credit("1"), at.earned("1")), all_to("A", "click"));
    let after = ten().sale(NOON, "1", "100.00").click("2026-03-01T12:00:00.001Z", "A").books();
    assert_eq!((after.credit("1"), after.earned("1")), ("none".to_owned(), "nothing".to_owned()));
}

#[test]
fn case_13_a_click_after_the_purchase_counts_for_the_next_order_only() {
    let mut story = ten();
    story.sale(NOON, "1", "100.00").click("2026-03-02T12:00:00Z", "A").sale(
        "2026-03-03T12:00:00Z",
        "2",
        "100.00",
    );
    let books = story.books();
    assert_eq!((books.credit("1"), books.earned("1")), ("none".to_owned(), "nothing".to_owned()));
    assert_eq!((books.credit("2"), books.earned("2")), all_to("A", "click"));
}

#[test]
fn case_14_nobody_is_credited_with_their_own_order() {
    let mut story = ten();
    story.on("2026-01-02T00:00:00Z", "ambassador.updated", json!({"ambassador": "A", "accounts": ["kim"]}));
    story.code("ANA10", "A", "always");
    story.click("2026-03-01T10:00:00Z", "B").click("2026-03-01T11:00:00Z", "A");
    let sale = json!({"codes": ["ANA10"], "lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
    let books = story.sale(NOON, "1", "100.00").sale_with(NOON, NOON, "2", sale).books();
    for order in ["1", "2"] {
        assert_eq!((books.credit(order), books.earned(order)), all_to("B", "click"));
    }
    assert_eq!(books.losers("2"), ["A click self", "A code self"]);
}
