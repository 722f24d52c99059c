//! Row 3: people apply; 10.00 flat for a customer's first order; renewals earn nothing; a campaign of chosen creators.

use serde_json::{Value, json};
use tribute_tests::Story;

fn order(story: &mut Story, at: &str, order: &str, customer: &str, more: Value) {
    let mut data = json!({"account": customer, "codes": ["LENA10"],
                          "lines": [{"sku": "BOX", "quantity": 1, "amount": "59.90"}]});
    for (field, value) in more.as_object().unwrap() {
        data[field] = value.clone();
    }
    story.sale_with(at, at, order, data);
}

/// A disclosed post with the campaign's hashtag, approved an hour later.
fn post(story: &mut Story, at: &str, post: &str, author: &str) {
    let published =
        json!({"post": post, "author": author, "platform": "instagram", "hashtags": ["panfresh15", "ad"]});
    story.on(at, "post.published", published);
    story.on(at, "post.reviewed", json!({"post": post, "verdict": "approved"}));
}

#[test]
fn row_03_meal_kits() {
    let mut story = Story::of_program("meal-kit-friends");
    story.enrol(["omar"]);
    story.on(
        "2026-01-05T12:00:00Z",
        "ambassador.applied",
        json!({"ambassador": "lena", "recruiter": "omar"}),
    );
    story.on("2026-01-10T12:00:00Z", "ambassador.approved", json!({"ambassador": "lena"}));
    story.on("2026-01-06T12:00:00Z", "ambassador.applied", json!({"ambassador": "nina"}));
    let refused = json!({"ambassador": "nina", "reason": "no posts about food"});
    story.on("2026-01-10T12:00:00Z", "ambassador.rejected", refused);
    story.code("LENA10", "lena", "always").code("NINA10", "nina", "always");

    let first = json!({"subscription": {"id": "s1", "renewal": 0}});
    order(&mut story, "2026-02-01T12:00:00Z", "1001", "kim", first);
    let renewed = json!({"codes": [], "subscription": {"id": "s1", "renewal": 1}});
    order(&mut story, "2026-02-08T12:00:00Z", "1002", "kim", renewed);
    // Before she was approved; too little; sent back; by a code of somebody who was not taken.
    order(&mut story, "2026-01-08T12:00:00Z", "1003", "ned", json!({}));
    let small = json!({"lines": [{"sku": "SPICE", "quantity": 1, "amount": "19.99"}]});
    order(&mut story, "2026-02-02T12:00:00Z", "1004", "lee", small);
    order(&mut story, "2026-02-03T12:00:00Z", "1005", "mia", json!({}));
    story.refund("2026-02-05T12:00:00Z", "1005", "r1", "59.90");
    order(&mut story, "2026-02-04T12:00:00Z", "1006", "ole", json!({"codes": ["NINA10"]}));

    // A campaign in March for Lena, not for Omar.
    let campaign = json!({"campaign": "fifteen-kitchens", "hashtags": ["panfresh15"], "ambassadors": ["lena"],
                          "starts_at": "2026-02-28T23:00:00Z", "ends_at": "2026-03-31T22:00:00Z"});
    story.on("2026-02-20T12:00:00Z", "campaign.announced", campaign);
    post(&mut story, "2026-03-05T12:00:00Z", "p1", "lena");
    post(&mut story, "2026-03-06T12:00:00Z", "p2", "omar");
    post(&mut story, "2026-04-02T12:00:00Z", "p3", "lena");
    story.tick("2026-04-01T12:00:00Z");

    let books = story.books();
    assert_eq!(books.earned_for("order:1001"), "lena 10.00 EUR, omar 1.00 EUR");
    for order in ["1002", "1003", "1004", "1005", "1006"] {
        assert_eq!(books.earned_for(&format!("order:{order}")), "nothing", "{order}");
    }
    assert_eq!(books.conversion("1003").reason.losers[0].why, "inactive");
    assert_eq!(books.earned_for("post:p1"), "lena 150.00 EUR");
    assert_eq!(books.earned_for("post:p2"), "nothing");
    assert_eq!(books.earned_for("post:p3"), "nothing");
    let payouts = [
        "2026-02-28 lena 10.00 EUR carried",
        "2026-02-28 omar 1.00 EUR carried",
        "2026-03-31 lena 160.00 EUR proposed 160.00 EUR",
        "2026-03-31 omar 1.00 EUR carried",
    ];
    assert_eq!(books.payouts(), payouts);
    let best: Vec<_> = books.standings().into_iter().filter(|row| row.contains("2026-02")).collect();
    assert_eq!(best, ["new-customers 2026-02 1 lena 2"]);
}
