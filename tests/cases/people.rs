//! Who stands where, and what comes of it for others: places that become free, choices, links by which recruits came.

use serde_json::json;
use tribute_store::entity::outbox;
use tribute_tests::{Pipeline, Story, wait};

const QUOTA: &str = "[vetting]\n[[vetting.quota]]\nplaces = 2\n\
    [[application_fee]]\nid = 'brought'\nrecruiter = '25.00'\nrecruit = '5.00'\n\
    [[mission]]\nid = 'friends'\nrequires.recruits = 1\nrounds = 0\ngives = [{ token = 'COIN', units = 10 }]\n";

fn applied(story: &mut Story, day: u32, who: &str, link: &str) {
    let at = format!("2026-03-{day:02}T12:00:00Z");
    story.on(&at, "ambassador.applied", json!({"ambassador": who, "recruiter_link": link}));
}

fn link(story: &mut Story, link: &str, owner: &str) {
    story.on("2026-02-01T12:00:00Z", "link.issued", json!({"link": link, "ambassador": owner}));
}

#[test]
fn a_place_that_becomes_free_brings_the_fee_and_the_mission_of_who_recruited_the_next_in_line() {
    let mut story = Story::without_people(QUOTA);
    story.enrol(["A"]);
    applied(&mut story, 1, "bob", "of-a");
    applied(&mut story, 2, "cem", "of-a");
    applied(&mut story, 3, "dia", "of-a");
    // The link arrives after everybody who came by it.
    link(&mut story, "of-a", "A");
    let mut before = story.clone();
    let books = before.unaudited().books();
    assert_eq!(books.earned_for("recruit:bob"), "A 25.00 USD, bob 5.00 USD");
    assert_eq!(books.earned_for("recruit:cem"), "nothing", "no place is free");
    // Bob leaves: his place is Cem's, of whom nothing is said.
    story.on("2026-03-10T12:00:00Z", "ambassador.left", json!({"ambassador": "bob"}));
    let books = story.unaudited().books();
    assert_eq!(books.earned_for("recruit:bob"), "nothing", "he did not stay until it cleared");
    assert_eq!(books.earned_for("recruit:cem"), "A 25.00 USD, cem 5.00 USD");
    assert_eq!(books.earned_for("recruit:dia"), "nothing");
    assert_eq!(books.grants(), ["A friends 1 COIN 10 granted", "A friends 2 COIN 10 granted"]);
}

#[test]
fn a_better_application_that_comes_later_displaces_who_would_have_been_chosen() {
    let terms = "[vetting]\nchoose_at = '2026-03-20T00:00:00Z'\n\
        [[vetting.rule]]\nid = 'fans'\npoints = 5\nfollowers_from = 1000\n\
        [[vetting.quota]]\nplaces = 2\n\
        [[application_fee]]\nid = 'brought'\nrecruiter = '25.00'\n\
        [[mission]]\nid = 'friend'\nrequires.recruits = 1\ngives = [{ token = 'COIN' }]\n";
    let mut story = Story::without_people(terms);
    story.enrol(["A"]);
    link(&mut story, "of-a", "A");
    applied(&mut story, 1, "bob", "of-a");
    assert_eq!(story.clone().unaudited().books().earned_for("recruit:bob"), "nothing", "not chosen yet");
    let better = json!({"ambassador": "cem", "recruiter_link": "of-a", "followers": 5000});
    story.on("2026-03-05T12:00:00Z", "ambassador.applied", better);
    let books = story.unaudited().books();
    assert_eq!(books.earned_for("recruit:bob"), "nothing");
    assert_eq!(books.earned_for("recruit:cem"), "nothing");
    assert_eq!(books.grants(), Vec::<String>::new());
    // Until the clock comes to the choice nobody is told of it, and nothing is booked.
    assert_eq!(story.standings()["cem"], ["2026-03-05 applied"]);
    assert_eq!(changes(&story), ["A approved", "bob applied", "cem applied"]);
    story.tick("2026-03-20T00:00:00Z");
    assert_eq!(story.standings()["cem"], ["2026-03-05 applied", "2026-03-20 approved"]);
    assert_eq!(
        changes(&story),
        ["A approved", "bob applied", "cem applied", "bob waitlisted", "cem approved"]
    );
    let books = story.unaudited().books();
    assert_eq!(books.earned_for("recruit:bob"), "nothing");
    assert_eq!(books.earned_for("recruit:cem"), "A 25.00 USD");
    assert_eq!(books.grants(), ["A friend 1 COIN 1 granted"]);
    // Who applied before Cem, and is heard of after the choice, has the place all the same.
    let best = json!({"ambassador": "dia", "recruiter_link": "of-a", "followers": 5000});
    let at = "2026-03-04T12:00:00Z";
    story.late(at, "2026-03-21T00:00:00Z", "ambassador.applied", best);
    let books = story.books();
    assert_eq!(books.earned_for("recruit:dia"), "A 25.00 USD");
    assert_eq!(books.earned_for("recruit:cem"), "nothing");
    // The same from services apart, each of which takes its own part of the choice.
    let mut apart = Pipeline::on_sqlite().apart();
    apart.feed_by(1, story.lines());
    assert_eq!(books.differences(&apart.books()), Vec::<String>::new());
}

/// What is told of people's standings, a line a batch.
fn changes(story: &Story) -> Vec<String> {
    let told = told(story, "tribute.standing.changed");
    let shown = told.iter().map(|data| {
        format!("{} {}", data["ambassador"].as_str().unwrap(), data["standing"].as_str().unwrap())
    });
    shown.collect()
}

fn told(story: &Story, kind: &str) -> Vec<serde_json::Value> {
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed_by(1, story.lines());
    let read = async {
        let mut transaction = pipeline.database().begin().await.unwrap();
        transaction.select::<outbox::Entity>("1 = 1 ORDER BY stream, number", vec![]).await.unwrap()
    };
    let rows = wait(read);
    let events = rows.iter().flat_map(|row| row.body.lines());
    let events = events.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    events.filter(|event| event["type"] == kind).map(|event| event["data"].clone()).collect()
}

#[test]
fn every_change_of_standing_is_told_and_a_late_fact_tells_it_anew() {
    let mut story = Story::without_people("");
    story.on("2026-03-01T12:00:00Z", "ambassador.applied", json!({"ambassador": "bob"}));
    story.on("2026-03-05T12:00:00Z", "ambassador.approved", json!({"ambassador": "bob"}));
    story.on("2026-03-06T12:00:00Z", "ambassador.updated", json!({"ambassador": "bob", "region": "US"}));
    let banned = json!({"ambassador": "bob", "reason": "made-up"});
    story.late("2026-03-03T12:00:00Z", "2026-03-07T12:00:00Z", "ambassador.banned", banned);
    assert_eq!(changes(&story), ["bob applied", "bob approved", "bob banned", "bob approved"]);
}

#[test]
fn what_was_owed_and_did_not_come_in_time_is_missed_whatever_comes_later() {
    let terms = "[[post_fee]]\nid = 'spring'\namount = '50.00'\ncampaigns = ['spring']\nlive = '7d'\n";
    let mut story = Story::new(terms);
    let campaign = json!({"campaign": "spring", "hashtags": ["fizz"], "posts_each": 1, "ambassadors": ["A", "B"],
                          "reserves": ["C"], "due_at": "2026-03-10T00:00:00Z",
                          "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"});
    story.on("2026-02-20T00:00:00Z", "campaign.announced", campaign);
    let post = |story: &mut Story, at: &str, post: &str, author: &str| {
        story.on(at, "post.published", json!({"post": post, "author": author, "hashtags": ["fizz"]}));
    };
    post(&mut story, "2026-03-10T00:00:00Z", "a1", "A");
    post(&mut story, "2026-03-10T00:00:00.001Z", "b1", "B");
    // A's was live for its seven days.
    story.on("2026-03-18T00:00:00Z", "post.removed", json!({"post": "a1"}));
    story.tick("2026-03-09T00:00:00Z");
    assert_eq!(story.deliverables(), ["A 0 of 1 open", "B 0 of 1 open"]);
    story.tick("2026-03-25T00:00:00Z");
    assert_eq!(story.deliverables(), ["A 1 of 1 done", "B 0 of 1 missed, 1 late, instead C"]);
    let missed = told(&story, "tribute.deliverable.missed");
    let [missed] = missed.as_slice() else { panic!("{missed:?}") };
    assert_eq!((missed["ambassador"].as_str(), missed["instead"].as_str()), (Some("B"), Some("C")));
    let books = story.unaudited().books();
    assert_eq!(books.earned_for("post:a1"), "A 50.00 USD");
}

#[test]
fn a_post_that_a_fee_wants_reviewed_is_delivered_once_it_is_approved_and_live_for_long_enough() {
    let terms =
        "[[post_fee]]\nid = 'spring'\namount = '50.00'\ncampaigns = ['*']\nlive = '7d'\nreview = true\n";
    let mut story = Story::new(terms);
    let campaign = json!({"campaign": "spring", "hashtags": ["fizz"], "posts_each": 1, "ambassadors": ["A", "B"],
                          "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"});
    story.on("2026-02-20T00:00:00Z", "campaign.announced", campaign);
    for (post, author) in [("a1", "A"), ("b1", "B")] {
        let published = json!({"post": post, "author": author, "hashtags": ["fizz"]});
        story.on("2026-03-05T00:00:00Z", "post.published", published);
    }
    story.on("2026-03-06T00:00:00Z", "post.reviewed", json!({"post": "b1", "verdict": "approved"}));
    story.tick("2026-03-07T00:00:00Z");
    assert_eq!(story.deliverables(), ["A 0 of 1 open", "B 1 of 1 done"]);
    story.on("2026-03-08T00:00:00Z", "post.removed", json!({"post": "b1"}));
    story.on("2026-03-08T00:00:00Z", "post.reviewed", json!({"post": "a1", "verdict": "approved"}));
    assert_eq!(story.deliverables(), ["A 0 of 1 open", "B 1 of 1 done"], "as of the clock");
    story.tick("2026-03-09T00:00:00Z");
    assert_eq!(story.deliverables(), ["A 1 of 1 done", "B 0 of 1 open"]);
}

#[test]
fn an_undisclosed_post_delivers_nothing_that_a_fee_for_disclosed_ones_asks_for() {
    let terms = "[[post_fee]]\nid = 'spring'\namount = '50.00'\ncampaigns = ['spring']\nlive = '7d'\ndisclosed = true\n";
    let mut story = Story::new(terms);
    let campaign = json!({"campaign": "spring", "hashtags": ["fizz"], "posts_each": 1, "ambassadors": ["A", "B", "C"],
                          "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"});
    story.on("2026-02-20T00:00:00Z", "campaign.announced", campaign);
    for (post, author, hashtags) in
        [("a1", "A", json!(["fizz"])), ("b1", "B", json!(["fizz", "ad"])), ("c1", "C", json!(["fizz", "ad"]))]
    {
        let published = json!({"post": post, "author": author, "hashtags": hashtags});
        story.on("2026-03-05T00:00:00Z", "post.published", published);
    }
    story.on(
        "2026-03-06T00:00:00Z",
        "ambassador.judged",
        json!({"ambassador": "C", "valid": false, "reason": "bought followers"}),
    );
    story.tick("2026-04-02T00:00:00Z");
    assert_eq!(story.deliverables(), ["A 0 of 1 missed", "B 1 of 1 done", "C 0 of 1 missed"]);
    assert_eq!(story.unaudited().books().earned_for("post:a1"), "nothing");
}
