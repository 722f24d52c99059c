//! 300 gamers; tokens for reviews, clips and screenshots; a cap, a supply, a wallet, a board. No money.

use serde_json::json;
use tribute_tests::{Pipeline, Story};

fn play(story: &mut Story, author: &str, kind: &str, days: std::ops::Range<u32>, approved: bool) {
    for day in days {
        let (post, at) = (format!("{author}-{kind}-{day}"), format!("2026-02-{day:02}T12:00:00Z"));
        let data = json!({"post": post, "author": author, "kind": kind, "hashtags": ["#Ironwing"]});
        story.on(&at, "post.published", data);
        if approved {
            let verdict = json!({"post": post, "verdict": "approved"});
            story.on(&format!("2026-02-{day:02}T13:00:00Z"), "post.reviewed", verdict);
        }
    }
}

#[test]
fn row_06_game_launch() {
    let mut story = Story::of_program("game-launch");
    // The auditor does not know missions with several needs.
    story.unaudited();
    let names: Vec<_> = (1..=300).map(|number| format!("gamer-{number:03}")).collect();
    story.enrol(&names);
    story.on("2026-01-03T00:00:00Z", "perk.stocked", json!({"perk": "SKU:WING-SKIN", "units": 1}));
    // Six reviews, of which five count; twenty-one clips, of which twenty count.
    play(&mut story, "gamer-001", "review", 1..7, true);
    play(&mut story, "gamer-001", "clip", 1..22, true);
    play(&mut story, "gamer-001", "screenshot", 18..28, false);
    play(&mut story, "gamer-002", "review", 3..6, true);
    play(&mut story, "gamer-003", "review", 3..6, false);
    let wallet =
        |story: &Story, who: &str| -story.books().held(&format!("ambassador:{who}:wallet"), "WINGCOIN");
    // 5 × 500 + 20 × 120 + 2 × 100 = 5,100: a hundred more than one gamer may have in a month.
    assert_eq!(["gamer-001", "gamer-002", "gamer-003"].map(|who| wallet(&story, who)), [5_000, 1_500, 0]);
    let cut = story.rewards().into_iter().find(|row| row.status == "capped").unwrap();
    assert_eq!(
        (cut.mission.as_str(), cut.round, cut.units, cut.reason.as_deref()),
        ("screenshots", 2, 0, Some("cut from 100: one ambassador has at most 5000 in a period"))
    );
    let spent =
        json!({"ambassador": "gamer-001", "token": "WINGCOIN", "amount": "1800", "reason": "a sword"});
    story.on("2026-02-28T00:00:00Z", "token.spent", spent).tick("2026-03-01T00:00:00Z");
    let books = story.books();
    assert_eq!(wallet(&story, "gamer-001"), 3_200);
    let skins: Vec<_> = books.grants().into_iter().filter(|it| it.contains("skin")).collect();
    let expected = [
        "gamer-001 reviewer-skin 1 SKU:WING-SKIN 1 reserved",
        "gamer-001 reviewer-skin 1 BADGE:REVIEWER 1 granted",
        "gamer-002 reviewer-skin 1 SKU:WING-SKIN 1 waiting",
        "gamer-002 reviewer-skin 1 BADGE:REVIEWER 1 granted",
    ];
    assert_eq!(skins, expected, "one skin is there; who waits is first in line for the next");
    let board: Vec<_> = books.standings().into_iter().filter(|it| it.starts_with("tokens")).collect();
    let expected =
        ["tokens-of-the-month 2026-02 1 gamer-001 5000", "tokens-of-the-month 2026-02 2 gamer-002 1500"];
    assert_eq!(board, expected, "what was spent was won all the same");
    assert!(books.earnings.is_empty() && books.payouts.is_empty(), "no money");
    // A year later what is left is gone.
    story.tick("2027-03-01T00:00:00Z");
    assert_eq!(["gamer-001", "gamer-002"].map(|who| wallet(&story, who)), [0, 0]);
}

#[test]
fn row_06_a_small_supply_goes_to_who_came_first_and_nobody_spends_what_they_have_not() {
    let mut story = Story::of_program_with("game-launch", &[("supply = 1_000_000", "supply = 1_200")]);
    story.unaudited().enrol(["ann", "ben", "cem"]);
    for (author, days) in [("ann", 1..2), ("ben", 2..3), ("cem", 3..4)] {
        play(&mut story, author, "review", days, true);
    }
    let expected = [
        "ann review 1 WINGCOIN 500 granted",
        "ben review 1 WINGCOIN 500 granted",
        "cem review 1 WINGCOIN 500 waiting",
    ];
    assert_eq!(story.books().grants(), expected);
    for (who, amount) in [("ann", "501"), ("cem", "1")] {
        let spent = json!({"ambassador": who, "token": "WINGCOIN", "amount": amount, "reason": "a sword"});
        story.on("2026-02-20T00:00:00Z", "token.spent", spent);
    }
    story.tick("2026-03-01T00:00:00Z");
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let books = pipeline.books();
    let mut reasons: Vec<_> = books.quarantine.iter().map(|row| row.reason.as_str()).collect();
    reasons.sort_unstable();
    let expected = [
        "ann and WINGCOIN: 501 tokens are to be spent, but the wallet holds 500",
        "cem and WINGCOIN: 1 tokens are to be spent, but the wallet holds 0",
    ];
    assert_eq!(reasons, expected);
    let board: Vec<_> = books.standings().into_iter().filter(|it| it.starts_with("tokens")).collect();
    let expected = ["tokens-of-the-month 2026-02 1 ann 500", "tokens-of-the-month 2026-02 1 ben 500"];
    assert_eq!(board, expected, "who waits has won none");
}
