//! Caps that several share, and what is owed without a share of an order: the least that a period brings.

use serde_json::json;
use tribute_tests::Story;

#[test]
fn a_guarantee_adds_what_is_missing_at_the_end_of_the_month() {
    let terms = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
                 [[guarantee]]\nid = 'least'\namount = '50.00'\nperiod = 'month'\nambassadors = ['A', 'B', 'D']\n\
                 [payout]\nschedule = 'monthly'\n";
    let mut story = Story::new(terms);
    // D comes in the middle of the month; C is not promised anything; B leaves before the month is over.
    story.on("2026-03-10T00:00:00Z", "ambassador.approved", json!({"ambassador": "D"}));
    story.on("2026-04-20T00:00:00Z", "ambassador.left", json!({"ambassador": "B"}));
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "300.00");
    story.refund("2026-03-02T12:00:00Z", "1", "r1", "100.00");
    story.click("2026-03-05T11:00:00Z", "B").sale("2026-03-05T12:00:00Z", "2", "700.00");
    // What comes back after the month does not change what was added for it.
    story.tick("2026-04-02T00:00:00Z");
    story.refund("2026-04-03T12:00:00Z", "1", "r2", "200.00");
    story.tick("2026-05-01T00:00:00Z");
    let books = story.unaudited().books();
    assert_eq!(books.earned_for("period:least/2026-02"), "A 50.00 USD, B 50.00 USD");
    assert_eq!(books.earned_for("period:least/2026-03"), "A 30.00 USD");
    assert_eq!(books.earned_for("period:least/2026-04"), "A 50.00 USD, D 50.00 USD");
    // 30.00 to the least for March, and the order's 20.00, which cleared on the last of March.
    let march: Vec<_> = books.payouts().into_iter().filter(|row| row.starts_with("2026-04-01")).collect();
    assert_eq!(march, ["2026-04-01 A 50.00 USD proposed 50.00 USD"]);
}

#[test]
fn a_budget_goes_to_the_orders_that_came_first_by_their_own_time() {
    let terms =
        "[[commission]]\nid = 'ten'\npays.percent = '10%'\ncaps.budget = '25.00'\ncaps.period = 'month'\n";
    let mut story = Story::new(terms);
    for (day, order, who) in [(3, "2", "B"), (5, "3", "C"), (1, "1", "A")] {
        let (clicked, bought) =
            (format!("2026-03-{day:02}T11:00:00Z"), format!("2026-03-{day:02}T12:00:00Z"));
        story.click(&clicked, who).sale(&bought, order, "100.00");
    }
    let books = story.books();
    let earned = ["1", "2", "3"].map(|order| books.earned(order));
    assert_eq!(earned, ["A 10.00 USD", "B 10.00 USD", "C 5.00 USD"]);
    assert!(books.earnings.iter().any(|row| row.earning.contains("no more than 25.00 for everybody")));
    // An older order comes late and takes its place; what the first one gives back makes room; April is new.
    story.late(
        "2026-03-02T11:00:00Z",
        "2026-03-06T11:00:00Z",
        "click.recorded",
        json!({"click": "late", "ambassador": "A", "account": "kim"}),
    );
    let lines = json!({"lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
    story.sale_with("2026-03-02T12:00:00Z", "2026-03-06T12:00:00Z", "late", lines);
    story.refund("2026-03-10T12:00:00Z", "1", "r1", "20.00");
    story.click("2026-04-01T11:00:00Z", "A").sale("2026-04-01T12:00:00Z", "4", "100.00");
    let books = story.books();
    let earned = ["1", "late", "2", "3", "4"].map(|order| books.earned(order));
    assert_eq!(earned, ["A 8.00 USD", "A 10.00 USD", "B 7.00 USD", "nothing", "A 10.00 USD"]);
}

#[test]
fn a_cap_per_customer_counts_whoever_is_credited() {
    let terms = "[[commission]]\nid = 'ten'\npays.percent = '10%'\ncaps.per_customer = '15.00'\n";
    let mut story = Story::new(terms);
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.click("2026-03-02T11:00:00Z", "B").sale("2026-03-02T12:00:00Z", "2", "100.00");
    let lee = json!({"account": "lee", "lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
    story.code("BEE", "B", "always");
    let mut lee_by_code = lee;
    lee_by_code["codes"] = json!(["BEE"]);
    story.sale_with("2026-03-03T12:00:00Z", "2026-03-03T12:00:00Z", "3", lee_by_code);
    let books = story.books();
    assert_eq!(
        ["1", "2", "3"].map(|order| books.earned(order)),
        ["A 10.00 USD", "B 5.00 USD", "B 10.00 USD"]
    );
}

#[test]
fn a_bonus_is_owed_as_long_as_its_threshold_is_reached() {
    let terms = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
                 [[bonus]]\nid = 'three'\nby = 'orders'\nfrom = '3'\namount = '25.00'\nperiod = 'month'\n";
    let mut story = Story::new(terms);
    for day in 1..=3 {
        let (clicked, bought) =
            (format!("2026-03-{day:02}T11:00:00Z"), format!("2026-03-{day:02}T12:00:00Z"));
        story.click(&clicked, "A").sale(&bought, &format!("{day}"), "100.00");
    }
    let books = story.books();
    assert_eq!(books.earned_for("period:2026-03"), "A 25.00 USD");
    assert_eq!(books.earned_by("A"), "55.00 USD");
    // One comes back in full: two are left, and the bonus is taken back with it.
    story.refund("2026-03-20T12:00:00Z", "2", "r1", "100.00");
    assert_eq!(story.books().earned_by("A"), "20.00 USD");
    // A fourth one reaches it again; what clears is what stands.
    story.click("2026-03-25T11:00:00Z", "A").sale("2026-03-25T12:00:00Z", "4", "100.00");
    story.tick("2026-05-01T00:00:00Z");
    let books = story.books();
    assert_eq!(
        (books.earned_by("A"), books.owed("A", "available")),
        ("55.00 USD".into(), "55.00 USD".into())
    );
    assert_eq!(books.held("expense:bonus", "USD"), 2_500);
}

#[test]
fn a_budget_is_shared_by_orders_and_posts_in_the_order_of_their_times() {
    let terms = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
                 [[post_fee]]\nid = 'post'\namount = '12.00'\n[recruiter]\nfirst_level = '10%'\n\
                 [[budget]]\nid = 'spring'\nrules = ['*']\namount = '30.00'\nperiod = 'month'\n";
    let mut story = Story::new(terms);
    story.on("2026-01-01T00:00:01Z", "ambassador.updated", json!({"ambassador": "B", "recruiter": "C"}));
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.on("2026-03-02T12:00:00Z", "post.published", json!({"post": "p", "author": "A"}));
    story.click("2026-03-03T11:00:00Z", "B").sale("2026-03-03T12:00:00Z", "2", "200.00");
    story.on("2026-03-04T12:00:00Z", "post.published", json!({"post": "q", "author": "B"}));
    story.click("2026-04-01T11:00:00Z", "B").sale("2026-04-01T12:00:00Z", "3", "200.00");
    let all = |story: &Story| {
        let books = story.books();
        ["order:1", "post:p", "order:2", "post:q", "order:3"].map(|source| books.earned_for(source))
    };
    // 8.00 are left for the second order; the recruiter's share is of these, and on top.
    assert_eq!(
        all(&story),
        ["A 10.00 USD", "A 12.00 USD", "B 8.00 USD, C 0.80 USD", "nothing", "B 20.00 USD, C 2.00 USD"]
    );
    assert!(story.books().earnings.iter().any(|row| row.earning.contains("; budget spring leaves 8.00 USD")));
    // What comes back, and a post that is rejected, make room for who stands behind; an older order takes it.
    story.refund("2026-03-10T12:00:00Z", "1", "r1", "50.00");
    story.on(
        "2026-03-11T12:00:00Z",
        "post.reviewed",
        json!({"post": "p", "verdict": "rejected", "reason": "another product"}),
    );
    assert_eq!(
        all(&story),
        ["A 5.00 USD", "nothing", "B 20.00 USD, C 2.00 USD", "B 5.00 USD", "B 20.00 USD, C 2.00 USD"]
    );
    let click = json!({"click": "late", "ambassador": "A", "account": "kim"});
    story.late("2026-02-28T23:00:00Z", "2026-03-12T11:00:00Z", "click.recorded", click);
    let lines = json!({"lines": [{"sku": "MUG", "quantity": 1, "amount": "150.00"}]});
    story.sale_with("2026-03-01T00:00:00Z", "2026-03-12T12:00:00Z", "late", lines);
    assert_eq!(
        all(&story),
        ["A 5.00 USD", "nothing", "B 10.00 USD, C 1.00 USD", "nothing", "B 20.00 USD, C 2.00 USD"]
    );
}
