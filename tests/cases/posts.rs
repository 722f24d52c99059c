//! Cases 40 to 42: posts.

use serde_json::json;
use tribute_events::Metrics;
use tribute_rewards::{MediaValues, earned_media_value};
use tribute_terms::{DISCLOSURE_HASHTAGS, carries_hashtag};
use tribute_tests::Story;

#[test]
fn case_40_a_post_published_late() {
    let mut story = Story::new("[[post_fee]]\nid = 'fee'\namount = '50.00'\nlate = '50%'\n");
    for (post, at) in [("late", "2026-03-02T00:00:00.001Z"), ("timely", "2026-03-02T00:00:00Z")] {
        story.on(
            at,
            "post.published",
            json!({"post": post, "author": "A", "due_at": "2026-03-02T00:00:00Z"}),
        );
    }
    let books = story.books();
    assert_eq!(
        (books.earned_for("post:late"), books.earned_for("post:timely")),
        ("A 25.00 USD".into(), "A 50.00 USD".into())
    );
    assert_eq!(books.held("expense:fees", "USD"), 7_500);
}

#[test]
fn case_41_earned_media_value() {
    let metrics = Metrics { likes: Some(5_000), comments: Some(500), shares: Some(50), ..Metrics::default() };
    let values = MediaValues::first("USD".parse().unwrap());
    assert_eq!(earned_media_value(&metrics, &values).unwrap().to_string(), "1752.50");
}

#[test]
fn case_42_hashtags_that_disclose_and_that_do_not() {
    for (tag, disclosed) in
        [("#ad", true), ("#sponsored", true), ("#sp", false), ("#spon", false), ("#collab", false)]
    {
        assert_eq!(carries_hashtag(&[tag.into()], &DISCLOSURE_HASHTAGS), disclosed, "{tag}");
        let mut story = Story::new("[[post_fee]]\nid = 'fee'\namount = '50.00'\ndisclosed = true\n");
        let post = json!({"post": "p1", "author": "A", "hashtags": ["#spring", tag]});
        let books = story.on("2026-03-01T12:00:00Z", "post.published", post).books();
        assert_eq!(books.earned_for("post:p1"), if disclosed { "A 50.00 USD" } else { "nothing" }, "{tag}");
    }
}
