//! Row 20: disclosure by the rule of the country, a review queue with reasons, and the proof kept.

use serde_json::json;
use tribute_tests::Story;

fn post(story: &mut Story, day: u32, post: &str, region: &str, tag: &str) {
    let mut what = json!({"post": post, "author": "ana", "hashtags": ["#northbank", tag]});
    if !region.is_empty() {
        what["region"] = region.into();
    }
    story.on(&format!("2026-03-{day:02}T12:00:00Z"), "post.published", what);
}

fn review(story: &mut Story, day: u32, post: &str, verdict: &str, reason: &str) {
    let what = json!({"post": post, "verdict": verdict, "reason": reason, "by": "max"});
    story.on(&format!("2026-03-{day:02}T15:00:00Z"), "post.reviewed", what);
}

#[test]
fn row_20_compliance() {
    let mut story = Story::of_program("sponsored-posts");
    story.on("2026-01-02T00:00:00Z", "ambassador.approved", json!({"ambassador": "ana", "region": "DE-BY"}));
    story.on(
        "2026-02-01T00:00:00Z",
        "campaign.announced",
        json!({"campaign": "spring", "hashtags": ["northbank"], "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"}),
    );
    let posts = [
        ("us", "US-CA", "#ad", "ana 300.00 EUR", Some("#ad (US, rules 2026-1)")),
        ("de-wrong", "", "#ad", "nothing", None),
        ("de", "", "#Werbung", "ana 300.00 EUR", Some("#Werbung (DE, rules 2026-1)")),
        ("fr", "FR", "#publicité", "ana 300.00 EUR", Some("#publicité (FR, rules 2026-1)")),
        ("it-wrong", "IT", "#adv", "nothing", None),
        ("elsewhere", "AQ", "#sponsored", "ana 300.00 EUR", Some("#sponsored (default, rules 2026-1)")),
        ("sp", "AQ", "#sp", "nothing", None),
    ];
    for (name, region, tag, ..) in posts {
        post(&mut story, 2, name, region, tag);
        review(&mut story, 3, name, "approved", "by the guidelines");
    }
    post(&mut story, 4, "rude", "US", "#ad");
    review(&mut story, 5, "rude", "rejected", "names a competitor");
    post(&mut story, 6, "new", "US", "#ad");
    // The disclosure is edited away after the approval: the fee is taken back, and both versions are on record.
    post(&mut story, 7, "hidden", "US", "#ad");
    review(&mut story, 8, "hidden", "approved", "by the guidelines");
    post(&mut story, 9, "hidden", "US", "#lovely");
    story.tick("2026-03-12T00:00:00Z");
    let story = story.unaudited();
    let books = story.books();
    for (name, _, _, earned, proof) in posts {
        assert_eq!(books.earned_for(&format!("post:{name}")), earned, "{name}");
        assert_eq!(story.proof(name).as_deref(), proof, "{name}");
    }
    for name in ["rude", "new", "hidden"] {
        assert_eq!(books.earned_for(&format!("post:{name}")), "nothing", "{name}");
    }
    assert_eq!(story.reviews(), ["new", "hidden"], "five days old, and edited after it was approved");
    assert_eq!(story.explained("rude"), "rule sponsored-post: no review approved it");
    assert!(
        story
            .explained("de-wrong")
            .contains("no hashtag discloses it: the rule of its country in rules 2026-1")
    );
    assert_eq!(story.verdict("rude"), "rejected by max: names a competitor");
}
