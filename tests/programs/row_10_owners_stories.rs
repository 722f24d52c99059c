//! Row 10: twenty creators owe four posts each; a fee per piece, and one for all of them.

use serde_json::json;
use tribute_tests::Story;

fn tell(story: &mut Story, day: u32, post: &str, who: &str) {
    let time = format!("2026-03-{day:02}T12:00:00Z");
    story.on(
        &time,
        "post.published",
        json!({"post": post, "author": who, "mentions": ["@alpenrad"], "hashtags": ["#ad"]}),
    );
    story.on(&time, "post.reviewed", json!({"post": post, "verdict": "approved"}));
}

#[test]
fn row_10_owners_stories() {
    let mut story = Story::of_program("owners-stories");
    let people: Vec<String> = (0..20).map(|number| format!("owner-{number:02}")).collect();
    for who in &people {
        story.on("2026-01-10T12:00:00Z", "ambassador.approved", json!({"ambassador": who}));
    }
    story.enrol(["stand-in"]);
    story.on(
        "2026-02-20T00:00:00Z",
        "campaign.announced",
        json!({"campaign": "owners", "mentions": ["alpenrad"], "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-05-01T00:00:00Z",
               "posts_each": 4, "due_at": "2026-04-01T00:00:00Z", "ambassadors": people, "reserves": ["stand-in"]}),
    );
    for (number, day) in [(1, 2), (2, 5), (3, 9), (4, 12), (5, 20)] {
        tell(&mut story, day, &format!("a{number}"), "owner-00");
    }
    for (number, day) in [(1, 3), (2, 6), (3, 10)] {
        tell(&mut story, day, &format!("b{number}"), "owner-01");
    }
    tell(&mut story, 3, "stranger", "stand-in");
    // The second story comes down after five days: the fifth takes its place as the fourth that stands.
    story.on("2026-03-10T12:00:00Z", "post.removed", json!({"post": "a2"}));
    // A day after the date of the campaign: half of the fee.
    let after = "2026-04-02T12:00:00Z";
    let what = json!({"post": "c1", "author": "owner-05", "mentions": ["@alpenrad"], "hashtags": ["#ad"]});
    story.on(after, "post.published", what);
    story.on(after, "post.reviewed", json!({"post": "c1", "verdict": "approved"}));
    let story = story.unaudited();
    let books = story.books();
    let earned = |post: &str| books.earned_for(&format!("post:{post}"));
    assert_eq!(
        ["a1", "a2", "a3", "a4"].map(earned),
        ["owner-00 250.00 USD", "nothing", "owner-00 250.00 USD", "owner-00 250.00 USD"]
    );
    assert_eq!(earned("a5"), "owner-00 1250.00 USD", "its own fee, and the one for all four");
    assert_eq!(books.earned_by("owner-01"), "750.00 USD", "three of four");
    assert_eq!(earned("c1"), "owner-05 125.00 USD");
    assert_eq!(earned("stranger"), "nothing", "the campaign is not open to them");

    let progress = |story: &mut Story, at: &str| {
        story.tick(at);
        story.deliverables()
    };
    let before = progress(&mut story.clone(), "2026-03-31T00:00:00Z");
    assert_eq!(before.len(), 20);
    assert_eq!(before[..3], ["owner-00 4 of 4 done", "owner-01 3 of 4 open", "owner-02 0 of 4 open"]);
    let after = progress(&mut story.clone(), "2026-04-01T00:00:00Z");
    assert_eq!(after[1..3], ["owner-01 3 of 4 missed, instead stand-in", "owner-02 0 of 4 missed"]);
}
