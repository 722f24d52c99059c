//! Row 1: a percentage by link, categories that earn nothing, the brand's hashtags watched.

use serde_json::json;
use tribute_tests::Story;

#[test]
fn row_01_retail_partners() {
    let mut story = Story::of_program("retail-partners");
    story.enrol(["ann", "bob"]);
    story.on("2026-01-01T06:00:00Z", "link.issued", json!({"link": "ann-lamps", "ambassador": "ann"}));
    story.on(
        "2026-02-01T00:00:00Z",
        "campaign.announced",
        json!({"campaign": "corner-style", "hashtags": ["cornerstyle"], "starts_at": "2026-02-01T06:00:00Z",
               "ends_at": "2026-05-01T05:00:00Z"}),
    );

    // Kim follows Ann's link and buys a lamp and a gift card: the lamp earns 8 %, the card nothing.
    story.on(
        "2026-03-02T15:00:00Z",
        "click.recorded",
        json!({"click": "c1", "link": "ann-lamps", "account": "kim"}),
    );
    let lines = json!([
        {"sku": "LAMP", "category": "home", "quantity": 1, "amount": "129.90"},
        {"sku": "CARD", "category": "gift-card", "quantity": 1, "amount": "50.00"},
    ]);
    let noon = "2026-03-02T18:00:00Z";
    story.sale_with(noon, noon, "1001", json!({"lines": lines}));

    // Lee bought fifteen days after the click, Mia with a code alone, Ann for herself: nobody earns.
    story.on(
        "2026-03-03T12:00:00Z",
        "click.recorded",
        json!({"click": "c2", "ambassador": "ann", "account": "lee"}),
    );
    story.sale_with(
        "2026-03-18T12:00:00Z",
        "2026-03-18T12:00:00Z",
        "1002",
        json!({"account": "lee", "lines": lines}),
    );
    story.code("BOB8", "bob", "always");
    story.sale_with(noon, noon, "1003", json!({"account": "mia", "codes": ["BOB8"], "lines": lines}));
    story.on(
        "2026-01-02T06:00:00Z",
        "ambassador.updated",
        json!({"ambassador": "ann", "accounts": ["ann-shops"]}),
    );
    story.on(
        "2026-03-04T12:00:00Z",
        "click.recorded",
        json!({"click": "c3", "ambassador": "ann", "account": "ann-shops"}),
    );
    story.sale_with(
        "2026-03-04T13:00:00Z",
        "2026-03-04T13:00:00Z",
        "1004",
        json!({"account": "ann-shops", "lines": lines}),
    );

    // Two posts carry the brand's hashtag; they are watched and ranked, and earn nothing.
    for (post, author, likes) in [("p1", "ann", 40), ("p2", "bob", 90)] {
        let published =
            json!({"post": post, "author": author, "platform": "instagram", "hashtags": ["#CornerStyle"]});
        story.on("2026-03-05T12:00:00Z", "post.published", published);
        let measured = json!({"post": post, "metrics": {"views": 1000, "likes": likes, "comments": 5}});
        story.on("2026-03-06T12:00:00Z", "post.measured", measured);
    }
    // One without it is not watched, however many like it.
    let other = json!({"post": "p3", "author": "ann", "platform": "instagram", "hashtags": ["#cornershop"]});
    story.on("2026-03-05T12:00:00Z", "post.published", other);
    let measured = json!({"post": "p3", "metrics": {"views": 9000, "likes": 800}});
    story.on("2026-03-06T12:00:00Z", "post.measured", measured);
    // A gift is sent back within the return window: 30.00 of the lamp.
    story.on(
        "2026-03-20T12:00:00Z",
        "sale.refunded",
        json!({"order": "1001", "refund": "r1", "lines": [{"sku": "LAMP", "amount": "29.90"}]}),
    );
    story.tick("2026-05-02T12:00:00Z");

    let books = story.books();
    assert_eq!(books.earned("1001"), "ann 8.00 USD");
    for order in ["1002", "1003", "1004"] {
        assert_eq!(books.earned(order), "nothing", "{order}");
    }
    let lost = |order: &str| -> Vec<_> {
        books.conversion(order).reason.losers.iter().map(|loss| loss.why.to_string()).collect()
    };
    assert_eq!(lost("1002"), ["outside_window"]);
    assert_eq!(lost("1004"), ["self"]);
    assert_eq!(books.movements("1001"), ["2026-03-02 ann 10.39 USD", "2026-03-20 ann -2.39 USD"]);
    assert_eq!(books.earned_for("post:p1"), "nothing");
    let march: Vec<_> = books.standings().into_iter().filter(|row| row.contains("2026-03")).collect();
    assert_eq!(march, ["engagement 2026-03 1 bob 95", "engagement 2026-03 2 ann 45"]);
    // 8.00 is below the minimum of 25.00: it is carried, not lost.
    assert_eq!(books.payouts(), ["2026-05-01 ann 8.00 USD carried"]);
    assert_eq!(books.owed("ann", "available"), "8.00 USD");
}
