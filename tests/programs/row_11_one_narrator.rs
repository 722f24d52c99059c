//! Row 11: one creator, one personal post, a fixed fee, approval, live days.

use serde_json::json;
use tribute_tests::{Books, Story};

fn told(removed: &str) -> Books {
    let mut story = story();
    story.on(removed, "post.removed", json!({"post": "story"}));
    story.unaudited().books()
}

fn story() -> Story {
    let mut story = Story::of_program("one-narrator");
    story.enrol(["nora"]);
    story.on(
        "2026-02-01T00:00:00Z",
        "campaign.announced",
        json!({"campaign": "my-story", "hashtags": ["hearken"], "ambassadors": ["nora"],
               "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"}),
    );
    for (post, day) in [("story", 2), ("second", 9)] {
        let time = format!("2026-03-{day:02}T12:00:00Z");
        let what =
            json!({"post": post, "author": "nora", "kind": "video", "hashtags": ["#hearken", "#sponsored"]});
        story.on(&time, "post.published", what);
        story.on(&time, "post.reviewed", json!({"post": post, "verdict": "approved", "by": "max"}));
    }
    story
}

#[test]
fn row_11_nothing_is_due_before_the_post_has_stayed() {
    let available = |at: &str| story().tick(at).unaudited().books().owed("nora", "available");
    assert_eq!(available("2026-05-01T11:59:59Z"), "0.00 USD");
    assert_eq!(available("2026-05-01T12:00:00Z"), "5000.00 USD");
}

#[test]
fn row_11_one_narrator() {
    let kept = told("2026-05-01T12:00:00Z");
    assert_eq!(
        (kept.earned_for("post:story"), kept.earned_for("post:second")),
        ("nora 5000.00 USD".into(), "nothing".into())
    );
    // Down a day too soon: the fee is for the one that stands.
    let early = told("2026-04-30T12:00:00Z");
    assert_eq!(
        (early.earned_for("post:story"), early.earned_for("post:second")),
        ("nothing".into(), "nora 5000.00 USD".into())
    );
    assert_eq!(early.earned_by("nora"), "5000.00 USD");
}
