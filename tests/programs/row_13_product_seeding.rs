//! Books are sent; a post is welcome, not owed; those who love the book meet the author; reading groups.

use serde_json::json;
use tribute_tests::Story;

fn post(story: &mut Story, at: &str, post: &str, author: &str, kind: &str, tags: &[&str]) {
    story.on(at, "post.published", json!({"post": post, "author": author, "kind": kind, "hashtags": tags}));
}

#[test]
fn row_13_product_seeding() {
    let mut story = Story::of_program("book-seeding");
    // The auditor does not know missions with several needs.
    story.unaudited();
    story.enrol(["ann", "bob", "cat"]);
    story.on("2026-01-03T00:00:00Z", "perk.stocked", json!({"perk": "SKU:AUTHOR-EVENING", "units": 1}));
    for (shipment, to) in
        [("s-1", "ann"), ("s-2", "bob"), ("s-3", "cat"), ("s-4", "a-reader-nobody-enrolled")]
    {
        let novel =
            json!({"shipment": shipment, "to": to, "perk": "SKU:NOVEL", "units": 1, "fair_value": "18.00"});
        story.on("2026-03-01T00:00:00Z", "shipment.sent", novel);
    }
    let tags = ["#InkwellReads", "#ad"];
    for (author, offset) in [("ann", 10), ("bob", 12)] {
        for (kind, day) in [("photo", offset), ("review", offset + 5)] {
            let name = format!("{author}-{kind}");
            post(&mut story, &format!("2026-03-{day}T12:00:00Z"), &name, author, kind, &tags);
        }
        let verdict = json!({"post": format!("{author}-review"), "verdict": "approved"});
        story.on(&format!("2026-03-{}T12:00:00Z", offset + 8), "post.reviewed", verdict);
    }
    // After the follow-up time, and by somebody who owes nothing and gets nothing.
    post(&mut story, "2026-04-27T00:00:00Z", "cat-late", "cat", "photo", &tags);
    post(&mut story, "2026-03-05T00:00:00Z", "outside", "a-reader-nobody-enrolled", "photo", &tags);
    for number in 1..=4 {
        let member = json!({"ambassador": format!("member-{number}"), "recruiter": "cat"});
        story.on("2026-04-01T00:00:00Z", "ambassador.approved", member);
    }
    story.tick("2026-05-21T00:00:00Z");
    let books = story.books();
    let expected = [
        "cat reading-group 1 SKU:GROUP-BOX 1 waiting",
        "ann meet-the-author 1 SKU:AUTHOR-EVENING 1 reserved",
        "bob meet-the-author 1 SKU:AUTHOR-EVENING 1 missed",
        "ann reader-post 1 BADGE:EARLY-READER 1 granted",
        "bob reader-post 1 BADGE:EARLY-READER 1 granted",
        "ann shipment 1 SKU:NOVEL 1 delivered",
        "bob shipment 1 SKU:NOVEL 1 delivered",
        "cat shipment 1 SKU:NOVEL 1 delivered",
        "a-reader-nobody-enrolled shipment 1 SKU:NOVEL 1 delivered",
    ];
    let mut found = books.grants();
    found.sort();
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(books.held("perk:delivered", "SKU:NOVEL"), 4);
    // Four were sent: two people posted in the follow-up time, twice each; one later, one without owing anything.
    let expected = [
        "s-1 ann 18.00 USD 2 ann-photo",
        "s-2 bob 18.00 USD 2 bob-photo",
        "s-3 cat 18.00 USD 0 nothing",
        "s-4 a-reader-nobody-enrolled 18.00 USD 1 outside",
    ];
    assert_eq!(story.shipments(), expected);
    assert!(books.earnings.is_empty(), "no money");
}
