//! What was published stands: whatever would rewrite it without a word is refused, and the money stays.

use serde_json::json;
use tribute_tests::{Pipeline, Story, invariants};

const TEN: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n[payout]\nschedule = 'monthly'\n";
const HALF: &str = "[[commission]]\nid = 'half'\npays.percent = '50%'\n[payout]\nschedule = 'monthly'\n";

/// A sale that earned 10.00 and has cleared.
fn earned() -> Story {
    let mut story = Story::new(TEN);
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.tick("2026-04-01T00:00:00Z");
    story
}

/// Feeds what was told; the last line is refused with this code and reason.
fn refused(story: &Story, code: &str, reason: &str) -> Pipeline {
    let mut pipeline = Pipeline::on_sqlite();
    let (last, before) = story.lines().split_last().unwrap();
    assert_eq!(pipeline.feed(before).quarantined_in_all(), 0);
    let receipt = pipeline.feed(&[last]);
    assert_eq!((receipt.received, receipt.accepted, receipt.quarantined_in_all()), (1, 0, 1), "{receipt:?}");
    let books = pipeline.books();
    assert_eq!(books.quarantine[0].code, code);
    assert!(books.quarantine[0].reason.contains(reason), "{}", books.quarantine[0].reason);
    assert_eq!(invariants::broken(&books), Vec::<String>::new());
    pipeline
}

#[test]
fn terms_do_not_take_effect_before_the_clock() {
    let mut story = earned();
    story.publish("2", "2026-02-01T00:00:00Z", HALF);
    let mut pipeline = refused(&story, "not_possible", "the clock has come to 2026-04-01");
    assert_eq!(pipeline.books().earned("1"), "A 10.00 USD");
    // Refused terms do not come back with the stored configuration either.
    pipeline.restart();
    story.click("2026-03-02T11:00:00Z", "A").sale("2026-03-02T12:00:00Z", "2", "100.00");
    pipeline.feed(&story.lines()[story.lines().len() - 2..]);
    assert_eq!(pipeline.books().earned("2"), "A 10.00 USD");
}

#[test]
fn a_version_of_terms_is_published_once() {
    let mut story = Story::new(TEN);
    story.publish("1", "2026-01-01T00:00:00Z", HALF);
    refused(&story, "conflict", "version 1 of program p was published with other terms");
}

#[test]
fn a_reference_rate_stands() {
    let mut story = Story::new(TEN);
    for rate in ["0.8500", "0.9000"] {
        let rates = json!({"base": "EUR", "date": "2026-03-31", "rates": {"GBP": rate}});
        story.on("2026-03-31T16:00:00Z", "fx.published", rates);
    }
    refused(&story, "conflict", "the rate of GBP on 2026-03-31 was published as 0.85");
}

/// Another process takes terms and people in; this one hears of them with its next batch.
#[test]
fn configuration_of_another_process_is_heard() {
    let mut story = Story::new(TEN);
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    let mut one = Pipeline::on_sqlite();
    one.feed::<&str>(&[]);
    let mut other = one.beside();
    let (configuration, facts) = story.lines().split_at(4);
    other.feed(configuration);
    one.feed(facts);
    assert_eq!(one.books().earned("1"), "A 10.00 USD");
}
