//! Row 8: money and a product for approved clips on one platform, made to a brief.

use serde_json::json;
use tribute_tests::Story;

fn clip(story: &mut Story, day: u32, post: &str, platform: &str, verdict: Option<&str>) {
    let time = format!("2026-03-{day:02}T12:00:00Z");
    let what = json!({"post": post, "author": "ada", "platform": platform, "kind": "video", "due_at": "2026-03-05T12:00:00Z",
        "hashtags": ["#LumeraFirst", "#ad"]});
    story.on(&time, "post.published", what);
    if let Some(verdict) = verdict {
        let reviewed = json!({"post": post, "verdict": verdict, "reason": "by the brief", "by": "max"});
        story.on(&format!("2026-03-{day:02}T13:00:00Z"), "post.reviewed", reviewed);
    }
}

#[test]
fn row_08_student_creators() {
    let mut story = Story::of_program("student-creators");
    for (who, campus, niche) in [("ada", "Arts U", "film"), ("ben", "Arts U", "cooking"), ("cy", "", "film")]
    {
        let mut person = json!({"ambassador": who, "niches": [niche]});
        if !campus.is_empty() {
            person["campus"] = campus.into();
        }
        story.on("2026-02-01T12:00:00Z", "ambassador.applied", person);
    }
    story.on(
        "2026-02-20T00:00:00Z",
        "campaign.announced",
        json!({"campaign": "first-camera", "hashtags": ["lumerafirst"], "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"}),
    );
    story.on("2026-02-20T00:00:00Z", "perk.stocked", json!({"perk": "SKU:CAMERA", "units": 1}));
    clip(&mut story, 2, "p1", "clips", Some("approved"));
    clip(&mut story, 3, "p2", "photos", Some("approved"));
    clip(&mut story, 4, "p3", "clips", Some("rejected"));
    clip(&mut story, 5, "p4", "clips", None);
    clip(&mut story, 6, "p5", "clips", Some("approved"));
    let story = story.unaudited();
    let books = story.books();
    let earned = |post: &str| books.earned_for(&format!("post:{post}"));
    assert_eq!(["p1", "p2", "p3", "p4"].map(earned), ["ada 200.00 USD", "nothing", "nothing", "nothing"]);
    assert_eq!(earned("p5"), "ada 100.00 USD", "a day late: half");
    assert_eq!(books.grants(), Vec::<String>::new(), "two approved clips: what is elsewhere does not count");
    let standings = story.standings();
    assert_eq!(standings["ben"], ["2026-02-01 rejected"]);
    assert_eq!(standings["cy"], ["2026-02-01 rejected"]);
    assert_eq!(story.reviews(), ["p4"], "what waits for a person");
    let mut story = story.clone();
    clip(&mut story, 7, "p6", "clips", Some("approved"));
    assert_eq!(story.books().grants(), ["ada camera 1 SKU:CAMERA 1 reserved"], "the third one");
}
