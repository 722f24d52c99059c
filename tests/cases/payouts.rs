//! Cases 34, 35, 37 and 38: clearing, payouts, prizes.

use serde_json::json;
use tribute_tests::Story;

use crate::{NOON, TEN, ten, ten_monthly};

fn thirty_percent() -> Story {
    let mut story =
        Story::new("[[commission]]\nid = 'r'\npays.percent = '30%'\n[payout]\nschedule = 'monthly'\n");
    story.click("2026-03-01T11:00:00Z", "A").sale(NOON, "1", "49.00");
    story
}

#[test]
fn case_34_refunded_before_the_payout() {
    let mut story = thirty_percent();
    let books = story.refund("2026-03-05T12:00:00Z", "1", "r1", "49.00").tick("2026-05-02T00:00:00Z").books();
    assert_eq!(books.movements("1"), ["2026-03-01 A 14.70 USD", "2026-03-05 A -14.70 USD"]);
    assert_eq!(
        (books.earned("1"), books.owed("A", "available")),
        ("nothing".to_owned(), "0.00 USD".to_owned())
    );
    assert_eq!(books.payouts(), Vec::<String>::new());
}

#[test]
fn case_34_refunded_after_the_payout_and_again() {
    let mut story = thirty_percent();
    story.tick("2026-04-02T00:00:00Z").settle("2026-04-03T00:00:00Z");
    let paid = story.books();
    assert_eq!(paid.payouts(), ["2026-04-01 A 14.70 USD settled 14.70 USD"]);
    assert_eq!((paid.owed("A", "paid"), paid.held("cash", "USD")), ("14.70 USD".to_owned(), -1_470));
    let once = story.refund("2026-04-05T12:00:00Z", "1", "r1", "49.00").books();
    assert_eq!(once.movements("1"), ["2026-03-01 A 14.70 USD", "2026-04-05 A -14.70 USD"]);
    let twice = story.refund("2026-04-06T12:00:00Z", "1", "r2", "49.00").books();
    assert_eq!(twice.movements("1"), once.movements("1"));
    let books = story.tick("2026-05-02T00:00:00Z").books();
    assert_eq!(books.owed("A", "available"), "-14.70 USD");
    assert_eq!(
        books.payouts(),
        ["2026-04-01 A 14.70 USD settled 14.70 USD", "2026-05-01 A -14.70 USD carried"]
    );
}

#[test]
fn case_35_a_clawback_after_the_payout() {
    let mut story = ten_monthly();
    story.click("2026-03-01T11:00:00Z", "A").sale(NOON, "1", "1000.00").tick("2026-04-02T00:00:00Z");
    story.settle("2026-04-03T00:00:00Z");
    story.click("2026-04-09T12:00:00Z", "A").sale("2026-04-10T12:00:00Z", "2", "200.00");
    let books =
        story.refund("2026-04-12T12:00:00Z", "1", "r1", "1000.00").tick("2026-06-02T00:00:00Z").books();
    assert_eq!(books.owed("A", "available"), "-80.00 USD");
    assert_eq!(books.payouts()[1..], ["2026-05-01 A -100.00 USD carried", "2026-06-01 A -80.00 USD carried"]);
    story.click("2026-06-09T12:00:00Z", "A").sale("2026-06-10T12:00:00Z", "3", "900.00");
    let books = story.tick("2026-08-02T00:00:00Z").books();
    assert_eq!(
        books.payouts()[3..],
        ["2026-07-01 A -80.00 USD carried", "2026-08-01 A 10.00 USD proposed 10.00 USD"]
    );
}

#[test]
fn case_37_a_hold_of_thirty_days() {
    let sold = || {
        let mut story = ten();
        story.click("2026-03-01T09:00:00Z", "A").sale("2026-03-01T10:00:00Z", "1", "100.00");
        story
    };
    let before = sold().tick("2026-03-31T09:59:59.999Z").books();
    assert_eq!(before.clears_at("1"), "2026-03-31T10:00:00Z");
    assert_eq!(
        (before.owed("A", "pending"), before.owed("A", "available")),
        ("10.00 USD".into(), "0.00 USD".into())
    );
    let after = sold().tick("2026-03-31T10:00:00Z").books();
    assert_eq!(
        (after.owed("A", "pending"), after.owed("A", "available")),
        ("0.00 USD".into(), "10.00 USD".into())
    );
}

#[test]
fn case_38_two_tie_for_first_place() {
    let mut story = Story::new(&format!(
        "{TEN}[[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\n\
         prizes = ['100.00', '50.00', '20.00']\n"
    ));
    for (who, amount) in [("A", "300.00"), ("B", "300.00"), ("C", "40.00")] {
        let (buyer, order) = (format!("buyer-{who}"), format!("order-{who}"));
        let click = json!({"click": who, "ambassador": who, "account": buyer});
        story.on("2026-03-01T11:00:00Z", "click.recorded", click);
        let lines = json!([{"sku": "MUG", "quantity": 1, "amount": amount}]);
        story.sale_with(NOON, NOON, &order, json!({"account": buyer, "lines": lines}));
    }
    let books = story.tick("2026-04-01T00:00:00Z").books();
    let standings =
        ["top 2026-03 1 A 300.00 75.00", "top 2026-03 1 B 300.00 75.00", "top 2026-03 3 C 40.00 20.00"];
    assert_eq!(books.standings(), standings);
    assert_eq!(books.earned_for("period:top/2026-03"), "A 75.00 USD, B 75.00 USD, C 20.00 USD");
    assert_eq!(books.held("expense:prizes", "USD"), 17_000);
}
