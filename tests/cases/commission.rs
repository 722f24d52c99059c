//! Cases 27 to 33, 36, 39 and 43: what a credited order earns.

use serde_json::{Value, json};
use tribute_tests::{Books, Story};

use crate::NOON;

/// A clicks, Kim buys once.
fn one_order(terms: &str, lines: Value) -> Books {
    let mut story = Story::new(terms);
    story.click("2026-03-01T11:00:00Z", "A").sale_with(NOON, NOON, "1", json!({"lines": lines}));
    story.books()
}

fn one_line(terms: &str, amount: &str) -> String {
    one_order(terms, json!([{"sku": "MUG", "quantity": 1, "amount": amount}])).earned("1")
}

#[test]
fn case_27_five_dollars_at_2_9_percent() {
    assert_eq!(one_line("[[commission]]\nid = 'r'\npays.percent = '2.9%'", "5.00"), "A 0.15 USD");
}

#[test]
fn case_28_cents_at_20_percent() {
    for (amount, earned) in [("0.07", "A 0.01 USD"), ("0.02", "nothing"), ("0.03", "A 0.01 USD")] {
        assert_eq!(one_line("[[commission]]\nid = 'r'\npays.percent = '20%'", amount), earned, "{amount}");
    }
}

#[test]
fn case_29_two_lines_under_two_rules() {
    let terms = "[[commission]]\nid = 'beauty'\npays.percent = '40%'\nwhen.categories = ['beauty']\n\
                 [[commission]]\nid = 'rest'\npays.percent = '10%'\n";
    let lines = json!([
        {"sku": "BALM", "category": "beauty", "quantity": 1, "amount": "100.00"},
        {"sku": "MUG", "category": "home", "quantity": 1, "amount": "50.00"},
    ]);
    let books = one_order(terms, lines);
    assert_eq!(books.earned("1"), "A 45.00 USD");
    let by_rule: Vec<_> = books.earnings.iter().map(|row| (row.rule.as_str(), row.amount)).collect();
    assert_eq!(by_rule, [("beauty", 4_000), ("rest", 500)]);
}

#[test]
fn case_30_a_flat_amount_per_item() {
    let terms = "[[commission]]\nid = 'r'\npays.per_item = '5.00'";
    for (quantity, earned) in [(2, "A 10.00 USD"), (0, "nothing")] {
        let lines = json!([{"sku": "MUG", "quantity": quantity, "amount": "100.00"}]);
        assert_eq!(one_order(terms, lines).earned("1"), earned, "{quantity}");
    }
}

#[test]
fn case_31_a_recruiters_share() {
    let terms = "[[commission]]\nid = 'r'\npays.percent = '20%'\n[recruiter]\nfirst_level = '10%'\n";
    let mut story = Story::new(terms);
    story.on("2026-01-02T00:00:00Z", "ambassador.updated", json!({"ambassador": "A", "recruiter": "B"}));
    let books = story.click("2026-03-01T11:00:00Z", "A").sale(NOON, "1", "100.00").books();
    assert_eq!(books.earned("1"), "A 20.00 USD, B 2.00 USD");
    assert_eq!(
        (books.held("expense:commission", "USD"), books.held("expense:recruiter", "USD")),
        (2_000, 200)
    );
}

#[test]
fn case_32_marginal_tiers_by_revenue() {
    let terms = "[[commission]]\nid = 'r'\n[commission.pays.tiers]\nby = 'revenue'\nperiod = 'month'\n\
        steps = [{from = '0', percent = '4%'}, {from = '200', percent = '6%'}, {from = '400', percent = '8%'}]\n";
    assert_eq!(one_line(terms, "500.00"), "A 28.00 USD");
    let mut story = Story::new(terms);
    story.click("2026-03-01T11:00:00Z", "A");
    for order in 1..=5 {
        story.sale(&format!("2026-03-0{order}T12:00:00Z"), &order.to_string(), "100.00");
    }
    let books = story.books();
    let each: Vec<_> = books.earnings.iter().map(|row| row.amount).collect();
    assert_eq!(
        (each.as_slice(), books.earned_by("A").as_str()),
        ([400, 400, 600, 600, 800].as_slice(), "28.00 USD")
    );
}

#[test]
fn case_33_a_tier_at_the_tenth_sale() {
    for (mode, first, tenth, last, total) in
        [("retroactive", 1_000, 1_000, 1_000, "200.00 USD"), ("marginal", 500, 500, 1_000, "150.00 USD")]
    {
        let mut story = Story::new(&format!(
            "[[commission]]\nid = 'r'\n[commission.pays.tiers]\nby = 'orders'\nmode = '{mode}'\n\
             steps = [{{from = '0', percent = '5%'}}, {{from = '10', percent = '10%'}}]\n"
        ));
        story.click("2026-03-01T11:00:00Z", "A");
        for order in 1..=20 {
            story.sale(&format!("2026-03-{order:02}T12:00:00Z"), &format!("{order:02}"), "100.00");
        }
        let books = story.books();
        let amount = |order: usize| books.earnings[order - 1].amount;
        assert_eq!((amount(1), amount(10), amount(11)), (first, tenth, last), "{mode}");
        assert_eq!(books.earned_by("A"), total, "{mode}");
    }
}

#[test]
fn case_36_a_refund_takes_back_what_was_earned_at_the_old_rate() {
    let percent = |rate: &str| format!("[[commission]]\nid = 'r'\npays.percent = '{rate}'");
    let mut story = Story::new(&percent("7%"));
    story.click("2026-03-01T11:00:00Z", "A").sale(NOON, "1", "100.00");
    story.publish("2", "2026-03-03T00:00:00Z", &percent("3%"));
    let books = story.refund("2026-03-05T12:00:00Z", "1", "r1", "100.00").books();
    assert_eq!(books.movements("1"), ["2026-03-01 A 7.00 USD", "2026-03-05 A -7.00 USD"]);
    assert_eq!(
        (books.earned("1"), books.owed("A", "pending")),
        ("nothing".to_owned(), "0.00 USD".to_owned())
    );
}

#[test]
fn case_39_renewals_for_two_months_from_31_january() {
    let mut story = Story::new(
        "[attribution]\nwindow = '7d'\n[[commission]]\nid = 'r'\npays.percent = '10%'\nrenewals.months = 2\n",
    );
    story.click("2026-01-31T09:00:00Z", "A");
    for (renewal, at) in [
        (0, "2026-01-31T10:00:00Z"),
        (1, "2026-02-28T10:00:00Z"),
        (2, "2026-03-31T09:59:59.999Z"),
        (3, "2026-03-31T10:00:00Z"),
    ] {
        let lines = json!([{"sku": "BOX", "quantity": 1, "amount": "100.00"}]);
        let sale = json!({"subscription": {"id": "s1", "renewal": renewal}, "lines": lines});
        story.sale_with(at, at, &renewal.to_string(), sale);
    }
    let books = story.books();
    let credit: Vec<_> = ["0", "1", "2", "3"].iter().map(|order| books.credit(order)).collect();
    assert_eq!(credit, ["A 1/1: click", "A 1/1: binding", "A 1/1: binding", "none"]);
    let earned: Vec<_> = ["0", "1", "2", "3"].iter().map(|order| books.earned(order)).collect();
    assert_eq!(earned, ["A 10.00 USD", "A 10.00 USD", "A 10.00 USD", "nothing"]);
}

#[test]
fn case_43_tiers_by_followers_are_half_open() {
    let terms = "[[commission]]\nid = 'r'\n[commission.pays.tiers]\nby = 'followers'\n\
        steps = [{from = '0', percent = '1%'}, {from = '10000', percent = '2%'}, {from = '100000', percent = '3%'}]\n";
    let nano_micro_macro = [(9_999, "1.00"), (10_000, "2.00"), (99_999, "2.00"), (100_000, "3.00")];
    for (followers, earned) in nano_micro_macro {
        let mut story = Story::new(terms);
        story.on(
            "2026-01-02T00:00:00Z",
            "ambassador.updated",
            json!({"ambassador": "A", "followers": followers}),
        );
        let books = story.click("2026-03-01T11:00:00Z", "A").sale(NOON, "1", "100.00").books();
        assert_eq!(books.earned("1"), format!("A {earned} USD"), "{followers}");
    }
}
