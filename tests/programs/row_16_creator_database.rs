//! Row 16: tiers by followers, engagement rates with a stated denominator, sentiment.

use serde_json::json;
use tribute_tests::Story;

#[test]
fn row_16_creator_database() {
    let mut story = Story::of_program("creator-database");
    let people = [
        ("tiny", "clips", 999, 85, 1_000),
        ("nano", "clips", 9_999, 85, 1_000),
        ("micro", "clips", 10_000, 8_500, 100_000),
        ("macro", "photos", 100_000, 36, 1_000),
        ("mega", "photos", 1_000_000, 360, 10_000),
        ("dull", "clips", 50_000, 84, 1_000),
        ("split", "photos", 50_000, 35, 1_000),
    ];
    for (who, platform, followers, interactions, views) in people {
        let handle = json!({"platform": platform, "handle": who, "followers": followers,
            "engagement": {"interactions": interactions, "views": views}});
        let person =
            json!({"ambassador": who, "platform": platform, "followers": followers, "handles": [handle]});
        story.on("2026-02-01T12:00:00Z", "ambassador.applied", person);
    }
    // Small on clips, large on photos, and known by these accounts alone: ranked by the larger one.
    let both = json!({"ambassador": "both", "handles": [
        {"platform": "clips", "handle": "both", "followers": 2_000, "engagement": {"interactions": 85, "views": 1_000}},
        {"platform": "photos", "handle": "both", "followers": 200_000}]});
    story.on("2026-02-01T12:00:00Z", "ambassador.applied", both);
    for (who, likes) in [
        ("both", 4_000),
        ("nano", 999),
        ("micro", 1_000),
        ("macro", 5_000),
        ("mega", 90_000),
        ("dull", 2_000),
    ] {
        let what = json!({"post": who, "author": who, "hashtags": ["#ad"]});
        story.on("2026-03-02T12:00:00Z", "post.published", what);
        let metrics = json!({"likes": likes, "views": 20_000, "sentiment": "-12.5%"});
        story.on("2026-03-03T12:00:00Z", "post.measured", json!({"post": who, "metrics": metrics}));
    }
    story.tick("2026-04-01T00:00:00Z");
    let story = story.unaudited();
    let books = story.books();
    let standing = |who: &str| story.standings()[who].join(", ");
    assert_eq!(standing("tiny"), "2026-02-01 rejected");
    for who in ["nano", "micro", "macro", "mega"] {
        assert_eq!(standing(who), "2026-02-01 approved", "{who}");
    }
    assert_eq!(
        (standing("dull"), standing("split")),
        ("2026-02-01 waitlisted".into(), "2026-02-01 waitlisted".into())
    );
    let earned = |who: &str| books.earned_for(&format!("post:{who}"));
    assert_eq!(["nano", "micro", "dull"].map(earned), ["nothing", "micro 120.00 USD", "nothing"]);
    assert_eq!(
        books.standings(),
        [
            "by-tier 2026-03 macro 1 macro 5000",
            "by-tier 2026-03 macro 2 both 4000",
            "by-tier 2026-03 mega 1 mega 90000",
            "by-tier 2026-03 micro 1 micro 1000",
            "by-tier 2026-03 nano 1 nano 999",
        ]
    );
    assert_eq!(story.posts()[4], "micro 5.00% -12.5%", "interactions over views, and how the comments sound");
}
