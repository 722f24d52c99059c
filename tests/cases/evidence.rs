//! Cases 15 to 26: what counts as evidence, and what changes afterwards.

use serde_json::json;
use tribute_money::{Part, allocate};
use tribute_tests::Story;

use crate::{NOON, ten, ten_with};

#[test]
fn case_15_an_anonymous_click_and_a_later_login() {
    let mut story = ten();
    story.on(
        "2026-03-01T10:00:00Z",
        "click.recorded",
        json!({"click": "c1", "ambassador": "A", "device": "phone"}),
    );
    story.on("2026-03-01T11:00:00Z", "login.recorded", json!({"device": "phone", "account": "kim"}));
    let books = story.sale(NOON, "1", "100.00").books();
    assert_eq!(books.credit("1"), "A 1/1: click");
    assert_eq!(books.earned("1"), "A 10.00 USD");
}

#[test]
fn case_16_a_late_click_before_the_lock_and_at_it() {
    for (recorded, who) in [("2026-03-31T11:59:59.999Z", "B"), ("2026-03-31T12:00:00Z", "A")] {
        let mut story = ten();
        story.click("2026-03-01T10:00:00Z", "A").sale(NOON, "1", "100.00");
        story.touch("2026-03-01T11:00:00Z", recorded, "click", "B");
        let books = story.books();
        assert_eq!(books.credit("1"), format!("{who} 1/1: click"), "{recorded}");
        assert_eq!(books.earned("1"), format!("{who} 10.00 USD"), "{recorded}");
    }
}

#[test]
fn case_17_a_refund_of_a_part_of_a_line() {
    let mut story = ten_with("model = 'linear'");
    story.click("2026-03-01T10:00:00Z", "A").click("2026-03-01T11:00:00Z", "B");
    let lines = json!([{"sku": "TOTE", "quantity": 1, "amount": "60.00"}, {"sku": "MUG", "quantity": 1, "amount": "40.00"}]);
    story.sale_with(NOON, NOON, "1", json!({"lines": lines}));
    let refund = json!({"order": "1", "refund": "r1", "lines": [{"sku": "TOTE", "amount": "30.00"}]});
    let books = story.on("2026-03-05T12:00:00Z", "sale.refunded", refund).books();
    assert_eq!(books.credit("1"), "A 1/2, B 1/2: click");
    assert_eq!(books.earned("1"), "A 3.50 USD, B 3.50 USD");
    assert_eq!(books.owed("A", "pending"), "3.50 USD");
}

#[test]
fn case_18_left_over_units_go_to_the_largest_remainders() {
    let parts: Vec<_> = (0..).zip([3, 3, 1]).map(|(tie, weight)| Part { weight, tie: [tie; 32] }).collect();
    assert_eq!(allocate(11, &parts).unwrap(), [5, 5, 1]);
    assert_eq!(allocate(10, &parts).unwrap(), [4, 4, 2]);
}

#[test]
fn case_19_a_full_refund_after_the_lock() {
    let mut story = ten();
    story.click("2026-03-01T11:00:00Z", "A").sale(NOON, "1", "100.00").tick("2026-04-02T00:00:00Z");
    let books = story.refund("2026-04-05T12:00:00Z", "1", "r1", "100.00").books();
    assert_eq!(books.credit("1"), "A 1/1: click");
    assert_eq!(books.movements("1"), ["2026-03-01 A 10.00 USD", "2026-04-05 A -10.00 USD"]);
    assert_eq!(books.earned("1"), "nothing");
}

#[test]
fn case_20_an_edit_keeps_the_winner() {
    let mut story = ten();
    story.click("2026-03-01T11:00:00Z", "A").sale(NOON, "1", "100.00").click("2026-03-02T12:00:00Z", "B");
    let lines = json!([{"sku": "MUG", "quantity": 1, "amount": "100.00"}, {"sku": "CUP", "quantity": 1, "amount": "50.00"}]);
    let edited = json!({"order": "1", "account": "kim", "currency": "USD", "lines": lines});
    let books = story.on("2026-03-03T12:00:00Z", "sale.edited", edited).books();
    assert_eq!(books.credit("1"), "A 1/1: click");
    assert_eq!(books.earned("1"), "A 15.00 USD");
    assert_eq!(books.movements("1"), ["2026-03-01 A 10.00 USD", "2026-03-03 A 5.00 USD"]);
}

#[test]
fn case_21_a_late_older_order_makes_the_buyer_returning() {
    let mut story = Story::new(
        "[[commission]]\nid = 'new'\npays.percent = '10%'\nwhen.customer = 'new'\n\
         [[commission]]\nid = 'again'\npays.percent = '5%'\nwhen.customer = 'returning'\n",
    );
    story.click("2026-03-01T11:00:00Z", "A").sale(NOON, "2", "100.00");
    assert_eq!(story.books().earned("2"), "A 10.00 USD");
    let older = json!({"lines": [{"sku": "MUG", "quantity": 1, "amount": "20.00"}]});
    let books = story.sale_with("2026-02-01T12:00:00Z", "2026-03-10T12:00:00Z", "1", older).books();
    assert!(books.conversion("2").returning);
    assert_eq!(books.earned("2"), "A 5.00 USD");
}

#[test]
fn case_22_an_ambassador_who_left_before_the_order() {
    let mut story = ten();
    story.click("2026-02-27T12:00:00Z", "B").click("2026-02-28T12:00:00Z", "A");
    story.on("2026-03-01T10:00:00Z", "ambassador.left", json!({"ambassador": "A"}));
    let books = story.sale(NOON, "1", "100.00").books();
    assert_eq!(books.credit("1"), "B 1/1: click");
    assert_eq!(books.losers("1"), ["A click inactive"]);
    assert_eq!(books.earned("1"), "B 10.00 USD");
}

#[test]
fn case_23_a_fraud_verdict_before_the_lock_and_after_it() {
    let verdicts = [
        ("click.judged", json!({"click": "2026-03-01T11:00:00Z/A", "valid": false, "reason": "bot"})),
        ("ambassador.judged", json!({"ambassador": "A", "valid": false, "reason": "stuffing"})),
    ];
    for (kind, verdict) in verdicts {
        for (at, credit, earned) in [
            ("2026-03-31T11:59:59.999Z", "B 1/1: click", "B 10.00 USD"),
            ("2026-03-31T12:00:00Z", "house 1/1: click", "nothing"),
        ] {
            let mut story = ten();
            story
                .click("2026-03-01T10:00:00Z", "B")
                .click("2026-03-01T11:00:00Z", "A")
                .sale(NOON, "1", "100.00");
            let books = story.on(at, kind, verdict.clone()).tick("2026-05-01T00:00:00Z").books();
            assert_eq!(
                (books.credit("1").as_str(), books.earned("1").as_str()),
                (credit, earned),
                "{kind} {at}"
            );
            assert_eq!(books.owed("A", "available"), "0.00 USD");
        }
    }
}

#[test]
fn case_24_an_override_of_two_to_one() {
    let mut story = ten();
    story.click("2026-03-01T11:00:00Z", "C").sale(NOON, "1", "100.00");
    let shares = json!([{"ambassador": "A", "weight": 2}, {"ambassador": "B", "weight": 1}]);
    let decided = json!({"order": "1", "shares": shares, "by": "max", "reason": "agreed"});
    let books = story.on("2026-03-02T12:00:00Z", "conversion.overridden", decided).books();
    assert_eq!(books.credit("1"), "A 2/3, B 1/3: override");
    assert_eq!(books.earned("1"), "A 6.67 USD, B 3.33 USD");
    assert_eq!(books.owed("C", "pending"), "0.00 USD");
}

#[test]
fn case_25_a_refund_of_the_order_as_a_whole() {
    let mut story = ten();
    story.click("2026-03-01T11:00:00Z", "A");
    let lines = json!([{"sku": "TOTE", "quantity": 1, "amount": "60.00"}, {"sku": "MUG", "quantity": 1, "amount": "40.00"}]);
    story.sale_with(NOON, NOON, "1", json!({"lines": lines}));
    let books = story.refund("2026-03-05T12:00:00Z", "1", "r1", "10.01").books();
    let net: i64 =
        books.conversion("1").moments.last().unwrap().lines.iter().map(|line| line.net.get()).sum();
    assert_eq!(net, 89_990_000);
    assert_eq!(books.earned("1"), "A 9.00 USD");
}

/// A click that is recorded 30 days after a sale of 1 March, which was itself recorded on `recorded`.
fn recorded_at(recorded: &str) -> (String, String, String) {
    let mut story = ten();
    story.click("2026-03-01T10:00:00Z", "A");
    let sale = json!({"lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
    story.sale_with(NOON, recorded, "1", sale);
    story.touch("2026-03-01T11:00:00Z", "2026-05-15T11:59:59.999Z", "click", "B");
    let books = story.books();
    (books.credit("1"), books.earned("1"), books.clears_at("1"))
}

#[test]
fn case_26_a_sale_recorded_45_days_late() {
    let (credit, earned, clears_at) = recorded_at("2026-04-15T12:00:00Z");
    assert_eq!((credit.as_str(), earned.as_str()), ("B 1/1: click", "B 10.00 USD"));
    assert_eq!(clears_at, "2026-05-15T12:00:00Z");
    let (credit, earned, clears_at) = recorded_at(NOON);
    assert_eq!((credit.as_str(), earned.as_str()), ("A 1/1: click", "A 10.00 USD"));
    assert_eq!(clears_at, "2026-03-31T12:00:00Z");
}
