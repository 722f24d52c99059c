//! Row 17: a fee for each approved post, by kind, size and season.

use serde_json::json;
use tribute_tests::Story;

const SUMMER: &str = "2026-07-01T12:00:00Z";
const SEASON: &str = "2026-11-20T12:00:00Z";

/// A disclosed post on Instagram which a person approves at once.
fn approved(story: &mut Story, at: &str, post: &str, author: &str, kind: &str, followers: Option<u64>) {
    let mut published = json!({"post": post, "author": author, "platform": "Instagram", "kind": kind,
                               "hashtags": ["ad", "fizz"]});
    if let Some(followers) = followers {
        published["followers"] = followers.into();
    }
    story.on(at, "post.published", published);
    story.on(at, "post.reviewed", json!({"post": post, "verdict": "approved"}));
}

#[test]
fn row_17_pay_per_post() {
    let mut story = Story::of_program("pay-per-post");
    story.enrol(["nano", "mia", "max"]);
    for (who, followers, tax_form) in [("nano", 9_999, true), ("mia", 10_000, true), ("max", 100_000, false)]
    {
        let known = json!({"ambassador": who, "followers": followers, "tax_form": tax_form});
        story.on("2026-01-02T00:00:00Z", "ambassador.updated", known);
    }
    approved(&mut story, SUMMER, "p1", "nano", "video", None);
    approved(&mut story, SUMMER, "p2", "mia", "photo", None);
    approved(&mut story, SUMMER, "p3", "max", "video", None);
    approved(&mut story, SEASON, "p4", "mia", "video", None);
    approved(&mut story, SEASON, "p5", "max", "video", None);
    // A story is not in the table. The post's own number of followers is what counts, where it has one.
    approved(&mut story, SEASON, "p6", "max", "story", None);
    approved(&mut story, SEASON, "p7", "nano", "photo", Some(12_000));
    // Late: half. Removed after a week: taken back. Not disclosed, or rejected: nothing.
    story.on(
        "2026-07-05T12:00:00Z",
        "post.published",
        json!({"post": "p8", "author": "mia", "platform": "tiktok", "kind": "video", "hashtags": ["sponsored"],
               "due_at": "2026-07-04T00:00:00Z"}),
    );
    story.on("2026-07-06T12:00:00Z", "post.reviewed", json!({"post": "p8", "verdict": "approved"}));
    approved(&mut story, SUMMER, "p9", "mia", "photo", None);
    story.on("2026-07-08T12:00:00Z", "post.removed", json!({"post": "p9"}));
    let bare = json!({"post": "p10", "author": "mia", "platform": "tiktok", "kind": "video"});
    story.on(SUMMER, "post.published", bare);
    story.on(SUMMER, "post.reviewed", json!({"post": "p10", "verdict": "approved"}));
    approved(&mut story, SUMMER, "p11", "max", "video", None);
    let rejected = json!({"post": "p11", "verdict": "rejected", "reason": "a rival's can is in the picture"});
    story.on("2026-07-03T12:00:00Z", "post.reviewed", rejected);
    // Known by accounts alone: each post is paid by the followers on its own platform.
    let both = json!({"ambassador": "both", "tax_form": true, "handles": [
        {"platform": "instagram", "handle": "b", "followers": 2_000},
        {"platform": "tiktok", "handle": "b", "followers": 200_000}]});
    story.on("2026-01-02T00:00:00Z", "ambassador.approved", both);
    approved(&mut story, SUMMER, "p12", "both", "video", None);
    let tiktok =
        json!({"post": "p13", "author": "both", "platform": "tiktok", "kind": "video", "hashtags": ["ad"]});
    story.on(SUMMER, "post.published", tiktok);
    story.on(SUMMER, "post.reviewed", json!({"post": "p13", "verdict": "approved"}));
    story.tick("2026-08-02T00:00:00Z");

    let books = story.books();
    for (post, fee) in [
        ("p1", "nano 100.00 USD"),
        ("p2", "mia 200.00 USD"),
        ("p3", "max 400.00 USD"),
        ("p4", "mia 350.00 USD"),
        ("p5", "max 500.00 USD"),
        ("p6", "nothing"),
        ("p7", "nano 250.00 USD"),
        ("p8", "mia 137.50 USD"),
        ("p9", "nothing"),
        ("p10", "nothing"),
        ("p11", "nothing"),
        ("p12", "both 100.00 USD"),
        ("p13", "both 400.00 USD"),
    ] {
        assert_eq!(books.earned_for(&format!("post:{post}")), fee, "{post}");
    }
    let payouts = [
        "2026-08-01 both 500.00 USD proposed 500.00 USD",
        "2026-08-01 max 400.00 USD held",
        // The late post has to stay until 4 August: its half is not due yet.
        "2026-08-01 mia 200.00 USD proposed 200.00 USD",
        "2026-08-01 nano 100.00 USD proposed 100.00 USD",
    ];
    assert_eq!(books.payouts(), payouts);
}
