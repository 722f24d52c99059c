//! Cases 40 to 42: posts.

use serde_json::json;
use tribute_events::Metrics;
use tribute_rewards::{MediaValues, earned_media_value};
use tribute_terms::{DISCLOSURE_HASHTAGS, carries_hashtag};
use tribute_tests::Story;

use crate::NOON;

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

#[test]
fn what_disclosed_a_post_is_kept_with_its_fee_and_may_be_a_label_of_the_platform() {
    let terms = "[disclosure]\nlabels = ['paid partnership']\n\
        [[post_fee]]\nid = 'post'\namount = '50.00'\ndisclosed = true\ndisclosure_hashtags = ['paid']\nusage_rights = '90d'\n";
    let mut story = Story::new(terms);
    let published = |post: &str| json!({"post": post, "author": "A", "mentions": ["@brand"]});
    let with = |post: &str, field: &str, value: serde_json::Value| {
        let mut what = published(post);
        what[field] = value;
        what
    };
    story.on(NOON, "post.published", with("tagged", "hashtags", json!(["#Paid"])));
    story.on(NOON, "post.published", with("labelled", "label", json!("Paid partnership")));
    story.on(NOON, "post.published", with("silent", "hashtags", json!(["#ad"])));
    let review = json!({"post": "tagged", "verdict": "approved", "by": "max", "reason": "lovely",
                        "usage_rights_until": "2026-04-01T00:00:00Z"});
    story.on("2026-03-02T12:00:00Z", "post.reviewed", review);
    story.tick("2026-03-22T00:00:00Z");
    let books = story.books();
    let formula = |post: &str| {
        let row = books.earnings.iter().find(|row| row.source == format!("post:{post}")).unwrap();
        let earning: serde_json::Value = serde_json::from_str(&row.earning).unwrap();
        earning["formula"].as_str().unwrap().to_owned()
    };
    assert_eq!(formula("tagged"), "50.00 USD per post; disclosed by #Paid (the terms' own hashtags)");
    assert_eq!(
        formula("labelled"),
        "50.00 USD per post; disclosed by Paid partnership (the platform's label)"
    );
    assert_eq!(books.earned_for("post:silent"), "nothing");
    // The report asks by the rule's own hashtags, as the fee does.
    assert_eq!(story.proof("tagged").as_deref(), Some("#Paid (the terms' own hashtags)"));
    assert_eq!(story.proof("silent"), None);
    // The right that the fee gives, unless a review says otherwise; what earns nothing gives none.
    assert_eq!(story.rights(), ["labelled 2026-05-30 69", "tagged 2026-04-01 10"]);
    let told = story.told("post:tagged");
    assert!(
        told.contains("reviewed: approved by max: lovely; may be used until 2026-04-01T00:00:00Z"),
        "{told}"
    );
    assert!(told.contains("mentions @brand"), "{told}");
}

#[test]
fn a_post_that_is_edited_after_its_review_is_to_be_looked_at_again() {
    let mut story = Story::new("[[post_fee]]\nid = 'post'\namount = '50.00'\nreview = true\n");
    story.on(NOON, "post.published", json!({"post": "p1", "author": "A"}));
    assert_eq!(story.reviews(), ["p1"]);
    story.on("2026-03-02T12:00:00Z", "post.reviewed", json!({"post": "p1", "verdict": "approved"}));
    assert!(story.reviews().is_empty());
    story.on(
        "2026-03-03T12:00:00Z",
        "post.published",
        json!({"post": "p1", "author": "A", "hashtags": ["x"]}),
    );
    assert_eq!(story.reviews(), ["p1"]);
    story.on("2026-03-04T12:00:00Z", "post.reviewed", json!({"post": "p1", "verdict": "approved"}));
    assert!(story.reviews().is_empty());
}

#[test]
fn a_campaign_without_hashtags_pays_for_the_posts_of_its_people_while_it_runs() {
    let mut story = Story::new("[[post_fee]]\nid = 'post'\namount = '50.00'\ncampaigns = ['quiet']\n");
    let campaign = json!({"campaign": "quiet", "ambassadors": ["A"],
                          "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"});
    story.on("2026-02-20T00:00:00Z", "campaign.announced", campaign);
    for (post, author, at) in [("a", "A", NOON), ("b", "B", NOON), ("late", "A", "2026-04-01T00:00:00Z")] {
        story.on(at, "post.published", json!({"post": post, "author": author}));
    }
    let books = story.books();
    let earned = ["a", "b", "late"].map(|post| books.earned_for(&format!("post:{post}")));
    assert_eq!(earned, ["A 50.00 USD", "nothing", "nothing"]);
}
