//! Row 18: word of mouth among businesses: both sides get something, two levels of recruiters, subscriptions.

use serde_json::{Value, json};
use tribute_tests::Story;

fn order(story: &mut Story, at: &str, order: &str, account: &str, amount: &str, more: Value) {
    let mut data = json!({"account": account, "lines": [{"sku": "SEATS", "quantity": 10, "amount": amount}]});
    for (field, value) in more.as_object().unwrap() {
        data[field] = value.clone();
    }
    story.sale_with(at, at, order, data);
}

#[test]
fn row_18_business_referrals() {
    let mut story = Story::of_program("business-referrals");
    story.enrol(["alex"]);
    let people = [("2026-01-02T00:00:00Z", "cory", "alex"), ("2026-01-03T00:00:00Z", "dana", "cory")];
    for (at, who, recruiter) in people {
        story.on(at, "ambassador.approved", json!({"ambassador": who, "recruiter": recruiter}));
    }
    // Gus was brought by Dana, but was thrown out before it cleared: nobody keeps anything for him.
    story.on(
        "2026-01-04T00:00:00Z",
        "ambassador.approved",
        json!({"ambassador": "gus", "recruiter": "dana"}),
    );
    story.on(
        "2026-01-20T00:00:00Z",
        "ambassador.banned",
        json!({"ambassador": "gus", "reason": "made-up company"}),
    );
    story.on(
        "2026-01-05T00:00:00Z",
        "ambassador.approved",
        json!({"ambassador": "eve", "accounts": ["eve-inc"]}),
    );
    story.code("DANA", "dana", "always");

    // Beta is new, buys by Dana's word, and renews in spring and in the next year.
    let by_dana = |renewal: u32| {
        json!({"codes": if renewal == 0 { vec!["DANA"] } else { vec![] },
                                        "subscription": {"id": "beta-plan", "renewal": renewal}})
    };
    order(&mut story, "2026-02-01T10:00:00Z", "1", "beta", "5000.00", by_dana(0));
    order(&mut story, "2026-05-01T10:00:00Z", "2", "beta", "5000.00", by_dana(1));
    order(&mut story, "2027-02-01T09:59:59.999Z", "3", "beta", "5000.00", by_dana(2));
    order(&mut story, "2027-02-01T10:00:00Z", "4", "beta", "5000.00", by_dana(3));
    // Eve is an ambassador herself and buys by Dana's word; Iota orders too little; Kappa sends everything back.
    order(&mut story, "2026-02-02T10:00:00Z", "5", "eve-inc", "800.00", json!({"codes": ["DANA"]}));
    order(&mut story, "2026-02-03T10:00:00Z", "6", "iota", "499.99", json!({"codes": ["DANA"]}));
    order(&mut story, "2026-02-04T10:00:00Z", "7", "kappa", "900.00", json!({"codes": ["DANA"]}));
    story.refund("2026-02-20T10:00:00Z", "7", "r1", "900.00");
    story.tick("2026-04-02T00:00:00Z");

    // The auditor has no word for the other side of a referral.
    let books = story.unaudited().books();
    assert_eq!(
        books.earned("1"),
        "alex 50.00 USD, cory 100.00 USD, customer:beta 100.00 USD, dana 1000.00 USD"
    );
    assert_eq!(books.earned("2"), "alex 25.00 USD, cory 50.00 USD, dana 500.00 USD");
    assert_eq!(books.earned("3"), "alex 25.00 USD, cory 50.00 USD, dana 500.00 USD");
    assert_eq!(books.earned("4"), "alex 5.00 USD, cory 10.00 USD, dana 100.00 USD");
    assert_eq!(books.earned("5"), "alex 8.00 USD, cory 16.00 USD, dana 160.00 USD, eve 100.00 USD");
    assert_eq!(books.earned("6"), "nothing");
    assert_eq!(books.earned("7"), "nothing");
    assert_eq!(books.earned_for("recruit:cory"), "alex 50.00 USD, cory 25.00 USD");
    assert_eq!(books.earned_for("recruit:dana"), "cory 50.00 USD, dana 25.00 USD");
    assert_eq!(books.earned_for("recruit:gus"), "nothing");
    assert_eq!(books.held("expense:referral", "USD"), 15_000 + 20_000);
    // What came of the applications was paid before.
    let april: Vec<_> = books.payouts().into_iter().filter(|row| row.starts_with("2026-04")).collect();
    assert_eq!(
        april,
        [
            "2026-04-01 alex 58.00 USD proposed 58.00 USD",
            "2026-04-01 cory 116.00 USD proposed 116.00 USD",
            "2026-04-01 customer:beta 100.00 USD held",
            "2026-04-01 dana 1185.00 USD proposed 1185.00 USD",
            "2026-04-01 eve 100.00 USD proposed 100.00 USD",
        ]
    );
}
