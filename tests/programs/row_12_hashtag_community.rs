//! Row 12: posts of fans who are not enrolled are collected and ranked, never paid; the best are invited.

use serde_json::json;
use tribute_tests::Story;

fn post(story: &mut Story, day: u32, post: &str, author: &str, likes: u32) {
    tagged(story, day, post, author, likes, "#LiveFizz");
}

fn tagged(story: &mut Story, day: u32, post: &str, author: &str, likes: u32, hashtag: &str) {
    let time = format!("2026-03-{day:02}T12:00:00Z");
    story.on(&time, "post.published", json!({"post": post, "author": author, "hashtags": [hashtag]}));
    story.on(
        &time,
        "post.measured",
        json!({"post": post, "metrics": {"likes": likes, "views": 10 * likes, "sentiment": "62%"}}),
    );
}

#[test]
fn row_12_hashtag_community() {
    let mut story = Story::of_program("hashtag-community");
    for (day, name, author, likes) in [
        (1, "p1", "fan-1", 40),
        (2, "p2", "fan-2", 90),
        (3, "p3", "fan-1", 60),
        (4, "p4", "fan-3", 100),
        (5, "p5", "fan-4", 7),
    ] {
        post(&mut story, day, name, author, likes);
    }
    // Not about the brand: it counts nowhere.
    tagged(&mut story, 5, "p6", "fan-2", 900, "#dinner");
    assert_eq!(
        story.outsiders(),
        ["1 fan-1 100 outsider", "1 fan-3 100 outsider", "3 fan-2 90 outsider", "4 fan-4 7 outsider"]
    );
    // The best two are asked; one accepts. Somebody who was not asked applies.
    for who in ["fan-1", "fan-3"] {
        story.on(
            "2026-03-06T12:00:00Z",
            "ambassador.invited",
            json!({"ambassador": who, "reason": "top of the fans"}),
        );
    }
    story.on("2026-03-07T12:00:00Z", "ambassador.applied", json!({"ambassador": "fan-1"}));
    story.on("2026-03-07T12:00:00Z", "ambassador.applied", json!({"ambassador": "fan-4"}));
    story.on("2026-03-06T13:00:00Z", "perk.stocked", json!({"perk": "SKU:SHIRT", "units": 5}));
    for (day, name, author) in
        [(10, "q1", "fan-1"), (11, "q2", "fan-1"), (12, "q3", "fan-1"), (13, "q4", "fan-3")]
    {
        post(&mut story, day, name, author, 5);
    }
    // What a member posts without the brand's hashtag does not count on the board either.
    tagged(&mut story, 14, "q5", "fan-1", 500, "#dinner");
    // Who writes an office's name into the application is not invited by it.
    let pretender = json!({"ambassador": "fan-2", "campus": "fizzwell-office"});
    story.on("2026-03-09T12:00:00Z", "ambassador.applied", pretender);
    let until = json!({"post": "p2", "verdict": "approved", "by": "max", "reason": "for the spring page", "usage_rights_until": "2026-04-20T00:00:00Z"});
    story.on("2026-03-08T12:00:00Z", "post.reviewed", until);
    story.tick("2026-04-10T00:00:00Z");
    let story = story.unaudited();
    let books = story.books();
    assert!(books.earnings.is_empty(), "nobody is paid: {:?}", books.earnings);
    // What was posted before joining does not count for the shirt; who only was invited stays an outsider.
    assert_eq!(books.grants(), ["fan-1 shirt 1 SKU:SHIRT 1 reserved"]);
    let standings = story.standings();
    assert_eq!(standings["fan-1"], ["2026-03-06 invited", "2026-03-07 approved"]);
    assert_eq!(standings["fan-4"], ["2026-03-07 rejected"]);
    assert_eq!(
        story.outsiders(),
        ["1 fan-3 105 invited", "2 fan-1 100 approved", "3 fan-2 90 rejected", "4 fan-4 7 rejected"]
    );
    assert_eq!(books.standings(), ["fans-of-the-month 2026-03 1 fan-1 115"]);
    assert_eq!(story.rights(), ["p2 2026-04-20 10"], "the right to repost it, and the days that are left");
}
