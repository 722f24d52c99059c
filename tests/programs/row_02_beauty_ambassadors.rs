//! Row 2: a share of sales by an ambassador's own link or code, and both together; a perk for the tier of those who sell most.

use serde_json::json;
use tribute_tests::Story;

/// A customer follows Nora's page and buys two days later.
fn by_link(story: &mut Story, day: u8, order: &str, customer: &str) {
    let (clicked, bought) =
        (format!("2026-03-{day:02}T15:00:00Z"), format!("2026-03-{:02}T15:00:00Z", day + 2));
    let click = json!({"click": format!("c-{order}"), "link": "nora-page", "account": customer});
    story.on(&clicked, "click.recorded", click);
    let lines = json!([{"sku": "BALM", "category": "skin", "quantity": 1, "amount": "40.00"},
                       {"sku": "CARD", "category": "gift-card", "quantity": 1, "amount": "25.00"}]);
    story.sale_with(&bought, &bought, order, json!({"account": customer, "lines": lines}));
}

#[test]
fn row_02_beauty_ambassadors() {
    let mut story = Story::of_program("beauty-ambassadors");
    story.enrol(["nora", "bea"]);
    story.on("2026-01-02T00:00:00Z", "link.issued", json!({"link": "nora-page", "ambassador": "nora"}));
    story.code("GLOWBEA", "bea", "always").code("GLOWNORA", "nora", "always");
    let verified = json!({"ambassador": "nora", "payment_details_verified": true});
    story.on("2026-01-02T00:00:00Z", "ambassador.updated", verified);
    story.on("2026-02-01T00:00:00Z", "perk.stocked", json!({"perk": "SKU:GLOW-BOX", "units": 5}));

    // Nine customers by her page, the tenth by her page and her code: 10 % once.
    for number in 1..=9 {
        by_link(&mut story, number, &format!("10{number}"), &format!("customer-{number}"));
    }
    let touched = json!({"click": "c-110", "link": "nora-page", "account": "lee"});
    story.on("2026-03-14T10:00:00Z", "click.recorded", touched);
    let lines = json!([{"sku": "OIL", "category": "skin", "quantity": 1, "amount": "60.00"}]);
    let noon = "2026-03-14T12:00:00Z";
    story.sale_with(noon, noon, "110", json!({"account": "lee", "codes": ["GLOWNORA"], "lines": lines}));
    // Her page, but Bea's code: the code wins, and the click is shown why it lost.
    story.on(noon, "click.recorded", json!({"click": "c-111", "link": "nora-page", "account": "mia"}));
    let late = "2026-03-15T12:00:00Z";
    story.sale_with(late, late, "111", json!({"account": "mia", "codes": ["glowbea"], "lines": lines}));
    // In April Nora is gold by her ten orders of March, and Bea is not by her one.
    for (who, order) in [("nora", "112"), ("bea", "113")] {
        let (april, code) = ("2026-04-20T12:00:00Z", format!("GLOW{}", who.to_uppercase()));
        story.sale_with(april, april, order, json!({"account": who, "codes": [code], "lines": lines}));
    }
    story.tick("2026-05-02T12:00:00Z");

    // The auditor knows no prizes: the best two of March get 100.00 and 50.00 with what they earned.
    let books = story.unaudited().books();
    assert_eq!(books.earned("101"), "nora 4.00 USD");
    assert_eq!(books.earned("110"), "nora 6.00 USD");
    assert_eq!(books.earned("111"), "bea 6.00 USD");
    let reason = books.conversion("111").reason;
    let lost: Vec<_> =
        reason.losers.iter().map(|loss| (loss.claim.touch.as_str(), loss.why.as_str())).collect();
    assert_eq!(lost, [("c-111", "lower_tier")]);
    assert_eq!(books.earned_by("nora"), "148.00 USD");
    assert_eq!(books.grants(), ["nora early-access 1 SKU:GLOW-BOX 1 reserved"]);
    let payouts = ["2026-05-01 bea 56.00 USD held", "2026-05-01 nora 142.00 USD proposed 142.00 USD"];
    assert_eq!(books.payouts(), payouts);
}
