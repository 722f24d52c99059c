//! What posts earn, and which missions are granted.

use crate::story::{Story, story};

const DAY: &str = "2026-03-10T10:00:00Z";

fn with_fee(rest: &str) -> Story {
    let mut it = story();
    it.terms(&format!("[[post_fee]]\nid = 'fee'\namount = '20.00'\n{rest}"));
    let campaign = r##""campaign":"spring","hashtags":["#Spring26"],"starts_at":"2026-03-01T00:00:00Z","ends_at":"2026-03-31T00:00:00Z""##;
    it.on("2026-02-01T00:00:00Z", "campaign.announced", campaign);
    it
}

fn post(it: &mut Story, at: &str, more: &str) {
    it.on(at, "post.published", &format!(r#""post":"p1","author":"A"{more}"#));
}

#[test]
fn case_40_a_late_post_gets_half() {
    let mut it = with_fee("late = '50%'\n");
    post(&mut it, DAY, r#","due_at":"2026-03-10T09:59:59.999Z""#);
    assert_eq!(it.earned(), "A 1000");
    let mut it = with_fee("late = '50%'\n");
    post(&mut it, DAY, r#","due_at":"2026-03-10T10:00:00Z""#);
    assert_eq!(it.earned(), "A 2000");
}

#[test]
fn case_42_disclosure_hashtags() {
    for (hashtag, earned) in
        [("#ad", "A 2000"), ("#Sponsored", "A 2000"), ("#sp", ""), ("#spon", ""), ("#collab", "")]
    {
        let mut it = with_fee("disclosed = true\n");
        post(&mut it, DAY, &format!(r#","hashtags":["{hashtag}"]"#));
        assert_eq!(it.earned(), earned, "{hashtag}");
    }
}

#[test]
fn a_campaign_counts_while_it_runs() {
    let cases = [
        ("2026-03-01T00:00:00Z", "spring26", "A 2000"),
        ("2026-03-31T00:00:00Z", "spring26", ""),
        (DAY, "summer26", ""),
    ];
    for (at, hashtag, earned) in cases {
        let mut it = with_fee("campaigns = ['*']\n");
        post(&mut it, at, &format!(r#","hashtags":["{hashtag}"]"#));
        assert_eq!(it.earned(), earned, "{at} {hashtag}");
    }
}

#[test]
fn a_fee_waits_for_interactions_and_review_and_falls_with_the_post() {
    let mut it = with_fee("interactions_from = 100\nreview = true\nlive = '7d'\n");
    post(&mut it, DAY, "");
    it.on("2026-03-11T10:00:00Z", "post.measured", r#""post":"p1","metrics":{"likes":90,"comments":9}"#);
    it.on("2026-03-12T10:00:00Z", "post.reviewed", r#""post":"p1","verdict":"approved""#);
    assert_eq!(it.earned(), "");
    it.on("2026-03-13T10:00:00Z", "post.measured", r#""post":"p1","metrics":{"likes":90,"comments":10}"#);
    let audit = it.audit();
    let earning = audit.earnings.values().next().unwrap();
    assert_eq!((earning.amount, earning.clears_at.to_string().as_str()), (2000, "2026-04-12T10:00:00Z"));
    it.on("2026-03-17T10:00:00Z", "post.removed", r#""post":"p1""#);
    assert_eq!(it.earned(), "A 2000");
    it.on("2026-03-17T09:59:59.999Z", "post.removed", r#""post":"p1""#);
    assert_eq!(it.earned(), "");
}

#[test]
fn missions_are_granted_by_rounds() {
    let mut it = story();
    it.terms(
        "[[mission]]\nid = 'three'\nrequires.conversions = 3\nrounds = 2\ngives = [{ token = 'GAMECOIN', units = 5 }]\n\
         [[mission]]\nid = 'two_posts'\nrequires.posts = { count = 2, kinds = ['video'] }\nrounds = 0\ngives = [{ perk = 'SKU:TOTE' }]\n",
    );
    it.click("2026-03-20T10:00:00Z", "A");
    for number in 0..7 {
        it.sale("2026-03-31T10:00:00Z", &format!("o{number}"), "10.00");
    }
    for number in 0..5 {
        it.on(DAY, "post.published", &format!(r#""post":"v{number}","author":"B","kind":"video""#));
    }
    it.on("2026-04-30T10:00:00Z", "sale.cancelled", r#""order":"o0""#);
    let grants = |it: &Story| {
        let lines = it.audit().report();
        lines.lines().filter(|line| line.starts_with("grant")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(grants(&it), ["grant acme p A three 2 GAMECOIN 10", "grant acme p B two_posts 2 SKU:TOTE 2"]);
    it.on("2026-04-30T10:00:00Z", "sale.cancelled", r#""order":"o1""#);
    assert_eq!(grants(&it)[0], "grant acme p A three 1 GAMECOIN 5");
}
