//! Row 14: workshops in stores with a fee for the host and a share of what is sold there.

use serde_json::{Value, json};
use tribute_tests::Story;

fn sale(story: &mut Story, at: &str, order: &str, more: Value) {
    let mut data = json!({"account": format!("buyer-{order}"), "channel": "store", "place": "austin",
                          "lines": [{"sku": "CHICK", "category": "poultry", "quantity": 100, "amount": "349.00"}]});
    for (field, value) in more.as_object().unwrap() {
        data[field] = value.clone();
    }
    story.sale_with(at, at, order, data);
}

#[test]
fn row_14_workshop_hosts() {
    let mut story = Story::of_program("workshop-hosts");
    story.enrol(["hal", "ivy"]);
    for (workshop, host, day) in [("w1", "hal", 7), ("w2", "ivy", 8), ("w3", "ivy", 9)] {
        let announced = json!({"workshop": workshop, "ambassador": host, "place": "austin",
            "code": workshop.to_uppercase(), "starts_at": format!("2026-03-{day:02}T16:00:00Z"),
            "ends_at": format!("2026-03-{day:02}T18:00:00Z")});
        story.on("2026-02-01T12:00:00Z", "workshop.announced", announced);
    }
    // The first packs the house, the second does not, the third was counted wrong at first, and did not take place.
    for (at, workshop, attendees) in [
        ("2026-03-07T18:30:00Z", "w1", 64),
        ("2026-03-08T18:30:00Z", "w2", 19),
        ("2026-03-09T18:30:00Z", "w3", 30),
        ("2026-03-10T12:00:00Z", "w3", 0),
    ] {
        story.on(at, "workshop.held", json!({"workshop": workshop, "attendees": attendees}));
    }
    // Inside the hours at the store; at another store; an hour later; by scan and online.
    sale(&mut story, "2026-03-07T17:00:00Z", "1", json!({}));
    sale(&mut story, "2026-03-07T17:10:00Z", "2", json!({"place": "dallas"}));
    sale(&mut story, "2026-03-07T19:00:00Z", "3", json!({}));
    let scan = json!({"click": "q1", "kind": "qr", "ambassador": "hal", "account": "buyer-4"});
    story.on("2026-03-07T17:20:00Z", "click.recorded", scan);
    sale(&mut story, "2026-03-12T12:00:00Z", "4", json!({"channel": "online", "place": null}));
    // Scanned at the workshop, and bought in a store a day later; a link alone brings nothing in a store.
    for (order, kind) in [("6", "qr"), ("7", "click")] {
        let touch = json!({"click": format!("t{order}"), "kind": kind, "ambassador": "hal", "account": format!("buyer-{order}")});
        story.on("2026-03-07T17:30:00Z", "click.recorded", touch);
        sale(&mut story, "2026-03-08T20:00:00Z", order, json!({"place": "dallas"}));
    }
    // With the workshop's code at another store, inside its hours.
    sale(&mut story, "2026-03-08T16:30:00Z", "5", json!({"place": "dallas", "codes": ["w2"]}));
    // Forty of the hundred come back.
    let back = json!({"order": "1", "refund": "r1", "lines": [{"sku": "CHICK", "quantity": 40, "amount": "139.60"}]});
    story.on("2026-03-11T12:00:00Z", "sale.refunded", back);
    story.tick("2026-04-02T00:00:00Z");

    // The auditor has no word for workshops that were held.
    let books = story.unaudited().books();
    assert_eq!(books.earned_for("workshop:w1"), "hal 150.00 USD");
    assert_eq!(books.earned_for("workshop:w2"), "nothing");
    assert_eq!(books.earned_for("workshop:w3"), "nothing");
    let earned = ["1", "2", "3", "4", "5", "6", "7"].map(|order| books.earned(order));
    assert_eq!(
        earned,
        ["hal 10.47 USD", "nothing", "nothing", "hal 10.47 USD", "ivy 17.45 USD", "hal 17.45 USD", "nothing"]
    );
    assert_eq!(books.movements("1"), ["2026-03-07 hal 17.45 USD", "2026-03-11 hal -6.98 USD"]);
    assert_eq!(books.held("expense:fees", "USD"), 15_000);
    assert_eq!(
        books.payouts(),
        ["2026-04-01 hal 188.39 USD proposed 188.39 USD", "2026-04-01 ivy 17.45 USD carried"]
    );
}
