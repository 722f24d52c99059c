//! Tiers of ambassadors: reached by what was sold in the month before, or decided by a person, and what they bring.

use serde_json::json;
use tribute_tests::Story;

const TERMS: &str = "[[tier]]\nid = 'silver'\nby = 'orders'\nfrom = '2'\n\
    [[tier]]\nid = 'gold'\nby = 'revenue'\nfrom = '500'\n\
    [[commission]]\nid = 'five'\npays.percent = '5%'\n\
    [[commission]]\nid = 'seven'\npays.percent = '7%'\nwhen.tiers = ['silver']\n\
    [[commission]]\nid = 'ten'\npays.percent = '10%'\nwhen.tiers = ['gold']\n\
    [[post_fee]]\nid = 'post'\ntable = [{ tiers = ['gold'], amount = '90.00' }, { amount = '30.00' }]\n\
    [[mission]]\nid = 'look'\nrequires.conversions = 1\ntiers = ['gold']\ngives = [{ badge = 'FIRST-LOOK' }]\n";

fn sale(story: &mut Story, day: &str, order: &str, amount: &str) {
    story.click(&format!("{day}T11:00:00Z"), "A").sale(&format!("{day}T12:00:00Z"), order, amount);
}

/// What the order and the post of March bring, and the badges.
fn march(story: &Story) -> (String, String, Vec<String>) {
    let books = story.books();
    (books.earned("march"), books.earned_for("post:p"), books.grants())
}

#[test]
fn what_was_sold_in_a_month_decides_the_tier_of_the_next() {
    let mut story = Story::new(TERMS);
    sale(&mut story, "2026-02-03", "1", "100.00");
    sale(&mut story, "2026-03-10", "march", "100.00");
    story.on("2026-03-11T12:00:00Z", "post.published", json!({"post": "p", "author": "A"}));
    assert_eq!(march(&story), ("A 5.00 USD".into(), "A 30.00 USD".into(), vec![]));
    sale(&mut story, "2026-02-04", "2", "100.00");
    assert_eq!(march(&story), ("A 7.00 USD".into(), "A 30.00 USD".into(), vec![]));
    // A third order of February is told in the middle of March.
    let click = json!({"click": "late", "ambassador": "A", "account": "kim"});
    story.late("2026-02-05T11:00:00Z", "2026-03-15T11:00:00Z", "click.recorded", click);
    let lines = json!({"lines": [{"sku": "MUG", "quantity": 1, "amount": "300.00"}]});
    story.sale_with("2026-02-05T12:00:00Z", "2026-03-15T12:00:00Z", "3", lines);
    let gold = (
        "A 10.00 USD".to_owned(),
        "A 90.00 USD".to_owned(),
        vec!["A look 1 BADGE:FIRST-LOOK 1 granted".to_owned()],
    );
    assert_eq!(march(&story), gold);
    assert_eq!(story.books().earned("3"), "A 15.00 USD", "nothing was sold in January");
    // What comes back after February takes no tier away; what came back in it does, whenever it is told.
    story.refund("2026-03-01T00:00:00Z", "3", "r1", "100.00");
    assert_eq!(march(&story), gold);
    let back = json!({"order": "2", "refund": "r2", "amount": "50.00"});
    story.late("2026-02-27T12:00:00Z", "2026-03-16T12:00:00Z", "sale.refunded", back);
    let (order, post, badges) = march(&story);
    assert_eq!((order.as_str(), post.as_str()), ("A 7.00 USD", "A 30.00 USD"));
    assert_eq!(badges, Vec::<String>::new());
    // April knows March alone.
    sale(&mut story, "2026-04-10", "april", "100.00");
    assert_eq!(story.books().earned("april"), "A 5.00 USD");
}

#[test]
fn a_person_puts_somebody_into_a_tier_from_then_on() {
    let mut story = Story::new(TERMS);
    for (day, order) in [("2026-03-10", "before"), ("2026-03-20", "then"), ("2026-03-30", "after")] {
        sale(&mut story, day, order, "100.00");
    }
    story.on("2026-03-15T00:00:00Z", "ambassador.updated", json!({"ambassador": "A", "tier": "gold"}));
    story.on("2026-03-25T00:00:00Z", "ambassador.updated", json!({"ambassador": "A", "tier": ""}));
    let books = story.books();
    let earned = ["before", "then", "after"].map(|order| books.earned(order));
    assert_eq!(earned, ["A 5.00 USD", "A 10.00 USD", "A 5.00 USD"]);
}

#[test]
fn terms_that_bring_tiers_look_back_at_the_month_before_them() {
    let mut story = Story::new("[[commission]]\nid = 'five'\npays.percent = '5%'\n");
    sale(&mut story, "2026-02-03", "1", "600.00");
    sale(&mut story, "2026-03-10", "march", "100.00");
    story.publish("2", "2026-03-01T00:00:00Z", TERMS);
    let books = story.books();
    assert_eq!((books.earned("1"), books.earned("march")), ("A 30.00 USD".into(), "A 10.00 USD".into()));
}
