//! Products that are sent to people who owe nothing for them.

use serde_json::json;

use super::{post, story};

#[test]
fn a_post_after_a_shipment_counts_and_others_do_not() {
    let mut story = story(
        "[[mission]]\nid = 'read'\nrequires.posts = { count = 1, after_shipment = '60d' }\nrounds = 0\n\
         gives = [{ token = 'COIN', units = 5 }]\n",
    );
    let novel = |shipment: &str, to: &str| json!({"shipment": shipment, "to": to, "perk": "SKU:NOVEL", "units": 1, "fair_value": "18.00"});
    story.on("2026-03-01T00:00:00Z", "shipment.sent", novel("s1", "A"));
    story.on("2026-03-02T00:00:00Z", "shipment.sent", novel("s1", "B"));
    story.on("2026-03-01T00:00:00Z", "shipment.sent", novel("s2", "outsider"));
    post(&mut story, "2026-02-28T00:00:00Z", "before", "A", "photo");
    post(&mut story, "2026-04-29T23:59:59Z", "in-time", "A", "photo");
    post(&mut story, "2026-04-30T00:00:00Z", "too-late", "A", "photo");
    post(&mut story, "2026-03-05T00:00:00Z", "not-sent", "B", "photo");
    let books = story.books();
    let expected = [
        "A read 1 COIN 5 granted",
        "A shipment 1 SKU:NOVEL 1 delivered",
        "outsider shipment 1 SKU:NOVEL 1 delivered",
    ];
    assert_eq!(books.grants(), expected, "one shipment is one, whatever is told of it later");
    assert_eq!(books.held("perk:delivered", "SKU:NOVEL"), 2);
    assert_eq!(books.held("perk:stock", "SKU:NOVEL"), 0, "seeding takes nothing from the stock of missions");
}

#[test]
fn a_slash_in_the_id_of_a_shipment_is_of_the_id() {
    let mut story = story("");
    for shipment in ["x/y", "y"] {
        let sent =
            json!({"shipment": shipment, "to": "A", "perk": "SKU:NOVEL", "units": 1, "fair_value": "18.00"});
        story.on("2026-03-01T00:00:00Z", "shipment.sent", sent);
    }
    assert_eq!(story.shipments(), ["x/y A 18.00 USD 0 nothing", "y A 18.00 USD 0 nothing"]);
}
