//! Boards end to end: what they count, over which time, among whom, and what equals win.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use serde_json::json;
use tribute_tests::{Pipeline, Story, invariants};

const TELL: &str = "[[mission]]\nid = 'tell'\nrequires.posts = { count = 1, live = '7d' }\nrounds = 0\n\
    gives = [{ token = 'COIN', units = 10 }]\npoints = 3\n\
    [[mission]]\nid = 'write'\nrequires.posts = { count = 2, live = '7d' }\ngives = [{ perk = 'SKU:TOTE' }]\npoints = 25\n";

/// Two posts of A, one of B.
fn posts(story: &mut Story) {
    for (post, author, day) in [("p1", "A", 2), ("p2", "A", 3), ("p3", "B", 4)] {
        story.on(
            &format!("2026-03-{day:02}T12:00:00Z"),
            "post.published",
            json!({"post": post, "author": author}),
        );
    }
}

fn standings(story: &mut Story, end: &str) -> Vec<String> {
    story.tick(end);
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let books = pipeline.books();
    assert_eq!(invariants::broken(&books), Vec::<String>::new());
    books.standings()
}

#[test]
fn mission_points_count_every_grant_and_are_no_tokens() {
    let mut story = Story::new(&format!(
        "{TELL}[[leaderboard]]\nid = 'points'\nmetric = 'mission_points'\nperiod = 'month'\n"
    ));
    posts(&mut story);
    assert_eq!(
        standings(&mut story, "2026-04-01T00:00:00Z"),
        ["points 2026-03 1 A 31", "points 2026-03 2 B 3"]
    );
}

#[test]
fn a_season_is_ranked_once_with_what_fell_into_it() {
    let mut story = Story::new(
        "[[leaderboard]]\nid = 'top'\nmetric = 'posts'\ngrace = '1d'\n\
         season = { name = 'spring', from = '2026-03-03T00:00:00Z', until = '2026-03-20T00:00:00Z' }\n",
    );
    posts(&mut story);
    assert_eq!(standings(&mut story.clone(), "2026-03-20T23:59:59Z"), Vec::<String>::new());
    assert_eq!(standings(&mut story, "2026-12-01T00:00:00Z"), ["top spring 1 A 1", "top spring 1 B 1"]);
}

#[test]
fn tiers_stand_apart_by_their_followers() {
    let mut story =
        Story::new("[[leaderboard]]\nid = 'top'\nmetric = 'posts'\nperiod = 'month'\nsegment = 'tier'\n");
    for (who, followers) in [("A", 9_999), ("B", 10_000)] {
        let profile = json!({"ambassador": who, "followers": followers});
        story.on("2026-02-01T00:00:00Z", "ambassador.approved", profile);
    }
    posts(&mut story);
    let expected = ["top 2026-03 micro 1 B 1", "top 2026-03 nano 1 A 2"];
    assert_eq!(standings(&mut story, "2026-04-01T00:00:00Z"), expected);
}

#[test]
fn equals_share_their_prizes_or_win_each_the_whole() {
    for (ties, prize) in [("share", "75.00"), ("each", "100.00")] {
        let mut story = Story::new(&format!(
            "[[leaderboard]]\nid = 'top'\nmetric = 'posts'\nperiod = 'month'\nties = '{ties}'\n\
             prizes = ['100.00', '50.00', '20.00']\n"
        ));
        posts(&mut story);
        story.on("2026-03-05T12:00:00Z", "post.published", json!({"post": "p4", "author": "B"}));
        story.on("2026-03-06T12:00:00Z", "post.published", json!({"post": "p5", "author": "C"}));
        let expected = [
            format!("top 2026-03 1 A 2 {prize}"),
            format!("top 2026-03 1 B 2 {prize}"),
            "top 2026-03 3 C 1 20.00".to_owned(),
        ];
        assert_eq!(standings(&mut story, "2026-04-01T00:00:00Z"), expected);
    }
}

#[test]
fn a_board_of_tokens_counts_what_was_granted() {
    // At most 25 a month for one, and 40 in all.
    let mut story = Story::new(
        "[[token]]\nasset = 'COIN'\nper_ambassador = 25\nperiod = 'month'\nsupply = 40\n\
         [[mission]]\nid = 'tell'\nrequires.posts = { count = 1 }\nrounds = 0\n\
         gives = [{ token = 'COIN', units = 10 }, { perk = 'SKU:TOTE' }]\n\
         [[leaderboard]]\nid = 'coins'\nmetric = 'tokens'\nperiod = 'month'\n",
    );
    for (day, author) in [(2, "A"), (3, "A"), (4, "A"), (5, "A"), (6, "B"), (7, "B"), (8, "C")] {
        let post = json!({"post": format!("{author}{day}"), "author": author});
        story.on(&format!("2026-03-{day:02}T12:00:00Z"), "post.published", post);
    }
    // A's third is cut to 5 and the fourth to nothing; B's second waits for the supply, and C's behind it.
    let expected = ["coins 2026-03 1 A 25", "coins 2026-03 2 B 10"];
    assert_eq!(standings(&mut story, "2026-04-01T00:00:00Z"), expected);
}
