//! Every program is looked at, by the default thresholds where its terms have none.

use serde_json::json;
use tribute_tests::Story;

use super::{amounts, findings, owed, story};

#[test]
fn terms_without_thresholds_take_the_default_ones() {
    let told = |terms: &str| {
        let mut story = story(terms);
        story.click("2026-03-01T12:00:00Z", "A").sale("2026-03-01T12:00:02Z", "1", "100.00");
        story.tick("2026-04-01T00:00:00Z");
        story
    };
    let held = told("");
    assert_eq!(owed(&held.books(), "A"), amounts("10.00", "0.00", "0.00"));
    let expected =
        "quick_order/1/A open: the order came 2s after the click; less than 3s is no person's doing";
    assert_eq!(findings(&held), [expected]);
    let off = told("[fraud]\noff = true\n");
    assert_eq!(owed(&off.books(), "A"), amounts("0.00", "0.00", "10.00"));
    assert!(findings(&off).is_empty());
}

#[test]
fn a_shipped_program_is_looked_at() {
    let mut story = Story::of_program("retail-partners");
    story.unaudited().enrol(["A"]);
    story.click("2026-03-01T12:00:00Z", "A").sale("2026-03-01T12:00:01Z", "1", "100.00");
    story.tick("2026-05-01T12:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("8.00", "0.00", "0.00"));
    assert!(findings(&story)[0].starts_with("quick_order/1/A open"));
}

#[test]
fn an_own_account_that_is_named_after_the_order_is_found() {
    let mut story = story("");
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.on("2026-03-02T00:00:00Z", "ambassador.updated", json!({"ambassador": "A", "accounts": ["kim"]}));
    story.tick("2026-04-01T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("10.00", "0.00", "0.00"));
    assert_eq!(findings(&story), ["self_referral/1/A open: the buyer's account kim is A's own"]);
}
