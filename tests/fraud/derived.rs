//! What comes from orders that look like fraud is held with them: bonuses, prizes, money, tokens and perks of missions.

use serde_json::json;
use tribute_tests::Story;

use super::{decide, findings, sale, story};

/// The first of two orders is A's own; the second one is clean.
fn two_orders(terms: &str) -> Story {
    let mut story = story(terms);
    let profile = json!({"ambassador": "A", "email_hashes": ["e1"]});
    story.on("2026-03-01T00:00:00Z", "ambassador.updated", profile);
    story.click("2026-03-01T11:00:00Z", "A");
    sale(&mut story, "2026-03-01T12:00:00Z", "1", json!({"email_hash": "e1"}));
    sale(&mut story, "2026-03-01T13:00:00Z", "2", json!({"email_hash": "e2"}));
    story
}

fn release(story: &mut Story) {
    decide(story, "2026-05-03T00:00:00Z", "self_referral/1/A", "released");
    story.tick("2026-05-04T00:00:00Z");
}

/// Pending, and what has cleared wherever it is.
fn pending(story: &Story) -> String {
    story.books().owed("A", "pending")
}

#[test]
fn a_bonus_that_an_own_order_won_is_held_until_a_person_releases_it() {
    let mut story =
        two_orders("[[bonus]]\nid = 'two'\nby = 'orders'\nfrom = '2'\nperiod = 'month'\namount = '9.00'\n");
    story.tick("2026-05-02T00:00:00Z");
    assert_eq!(pending(&story), "19.00 USD", "the order's 10.00 and the bonus");
    release(&mut story);
    assert_eq!(pending(&story), "0.00 USD");
    assert_eq!(story.books().owed("A", "available"), "19.00 USD");
}

#[test]
fn a_prize_that_an_own_order_won_is_held() {
    let mut story = two_orders(
        "[[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\nprizes = ['50.00']\n",
    );
    story.tick("2026-05-02T00:00:00Z");
    assert_eq!(story.books().earned_for("period:top/2026-03"), "A 50.00 USD");
    assert_eq!(pending(&story), "60.00 USD", "the order's 10.00 and the prize");
    release(&mut story);
    assert_eq!(pending(&story), "0.00 USD");
}

#[test]
fn money_of_a_mission_is_held_for_the_round_that_the_order_made_up() {
    let mut story = two_orders(
        "[[mission]]\nid = 'sell'\nrequires.conversions = 1\nrounds = 0\ngives = [{ money = '3.00' }]\n",
    );
    story.tick("2026-05-02T00:00:00Z");
    assert_eq!(pending(&story), "13.00 USD", "the second round is of the clean order");
    release(&mut story);
    assert_eq!(pending(&story), "0.00 USD");
}

#[test]
fn tokens_are_not_spent_and_perks_not_handed_over_while_a_finding_holds_them() {
    let mut story = two_orders(
        "[attribution]\nhold = '10d'\n[[mission]]\nid = 'sell'\nrequires.conversions = 1\nrounds = 2\n\
         gives = [{ token = 'COIN', units = 5 }, { perk = 'SKU:TOTE' }]\n",
    );
    story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 2}));
    for round in 1..=2 {
        let handed_over = json!({"grant": format!("p/sell/A/{round}/1"), "outcome": "delivered"});
        story.on("2026-03-12T12:00:00Z", "perk.fulfilled", handed_over);
    }
    story.tick("2026-03-13T00:00:00Z");
    let spent = json!({"ambassador": "A", "token": "COIN", "amount": "5", "reason": "hat"});
    story.on("2026-03-14T00:00:00Z", "token.spent", spent.clone());
    let perks = |story: &Story| {
        story.books().grants().into_iter().filter(|it| it.contains("SKU")).collect::<Vec<_>>()
    };
    assert_eq!(perks(&story), ["A sell 1 SKU:TOTE 1 reserved", "A sell 2 SKU:TOTE 1 delivered"]);
    assert_eq!(story.books().held("token:spent", "COIN"), -5, "those of the clean order");
    story.on("2026-03-15T00:00:00Z", "token.spent", spent).tick("2026-03-14T12:00:00Z");
    assert_eq!(story.books().held("token:spent", "COIN"), -5);
    assert_eq!(findings(&story).len(), 1, "one finding holds the order, the tokens and the perk");
    decide(&mut story, "2026-03-14T13:00:00Z", "self_referral/1/A", "released");
    story.tick("2026-03-16T00:00:00Z");
    assert_eq!(perks(&story), ["A sell 1 SKU:TOTE 1 delivered", "A sell 2 SKU:TOTE 1 delivered"]);
    assert_eq!(story.books().held("token:spent", "COIN"), -10);
}

#[test]
fn a_verdict_takes_away_what_a_held_order_granted() {
    let mut story = two_orders(
        "[[mission]]\nid = 'sell'\nrequires.conversions = 1\nrounds = 2\ngives = [{ token = 'COIN', units = 5 }]\n",
    );
    story.tick("2026-04-02T00:00:00Z");
    decide(&mut story, "2026-04-03T00:00:00Z", "self_referral/1/A", "confirmed");
    let verdict = json!({"ambassador": "A", "valid": false, "reason": "own orders"});
    story.on("2026-04-03T00:00:00Z", "ambassador.judged", verdict).tick("2026-04-04T00:00:00Z");
    assert_eq!(story.books().held("ambassador:A:wallet", "COIN"), 0);
}
