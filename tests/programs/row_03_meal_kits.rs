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

    // A campaign in March for fifteen creators, Lena among them and Omar not. Each owes two posts.
    let others: Vec<String> = (2..=15).map(|number| format!("cook-{number:02}")).collect();
    story.enrol(&others);
    let mut fifteen = vec!["lena".to_owned()];
    fifteen.extend(others.iter().cloned());
    let campaign = json!({"campaign": "fifteen-kitchens", "hashtags": ["panfresh15"], "ambassadors": fifteen,
                          "posts_each": 2,
                          "starts_at": "2026-02-28T23:00:00Z", "ends_at": "2026-03-31T22:00:00Z"});
    story.on("2026-02-20T12:00:00Z", "campaign.announced", campaign);
    for (number, who) in others.iter().enumerate() {
        let count = if number == 0 { 1 } else { 2 };
        for part in 1..=count {
            post(&mut story, &format!("2026-03-{:02}T12:00:00Z", 7 + part), &format!("{who}-{part}"), who);
        }
    }
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
    for who in &others[1..] {
        let earned: Vec<_> = (1..=2).map(|part| books.earned_for(&format!("post:{who}-{part}"))).collect();
        assert_eq!(earned, [format!("{who} 150.00 EUR"), format!("{who} 150.00 EUR")]);
    }
    let deliverables = story.deliverables();
    assert_eq!(deliverables.len(), 15);
    let missed: Vec<_> = deliverables.iter().filter(|row| row.contains("missed")).collect();
    assert_eq!(missed, ["cook-02 1 of 2 missed", "lena 1 of 2 missed"]);
    let payouts = [
        "2026-02-28 lena 10.00 EUR carried",
        "2026-02-28 omar 1.00 EUR carried",
        "2026-03-31 lena 160.00 EUR proposed 160.00 EUR",
        "2026-03-31 omar 1.00 EUR carried",
    ];
    let (cooks, rest): (Vec<_>, Vec<_>) = books.payouts().into_iter().partition(|row| row.contains("cook-"));
    assert_eq!(rest, payouts);
    assert_eq!(cooks.len(), 14);
    assert!(cooks[1].ends_with("300.00 EUR proposed 300.00 EUR"), "{cooks:?}");
    let best: Vec<_> = books.standings().into_iter().filter(|row| row.contains("2026-02")).collect();
    assert_eq!(best, ["new-customers 2026-02 1 lena 2"]);
}
