//! Missions: tokens in units, perks at their fair value.

use serde_json::json;
use tribute_tests::Story;

use crate::march;

fn post(story: &mut Story, day: &str, post: &str, who: &str) {
    story.on(&format!("2026-{day}T12:00:00Z"), "post.published", json!({"post": post, "author": who}));
}

#[test]
fn a_mission_under_new_terms_counts_what_was_under_way_and_is_out_of_stock_as_it_would_be() {
    let tokens = "[[mission]]\nid = 'tell'\nrequires.posts = { count = 1 }\nrounds = 0\n\
                  gives = [{ token = 'COIN', units = 5 }]\n";
    let mut story = Story::new(tokens);
    story.unaudited();
    story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 2}));
    for (day, id, who) in
        [("02-20", "p0", "A"), ("03-01", "p1", "A"), ("03-02", "p2", "B"), ("03-03", "p3", "C")]
    {
        post(&mut story, day, id, who);
    }
    let perk = "[[mission]]\nid = 'tote'\nrequires.posts = { count = 1 }\nrounds = 0\n\
                gives = [{ perk = 'SKU:TOTE', fair_value = '12.50' }]\n";
    assert_eq!(
        march(&story, perk),
        [
            "A COIN: 0, 0, 0, 5 → 0, 5 → 0;  loses",
            "B COIN: 0, 0, 0, 5 → 0, 5 → 0;  loses",
            "C COIN: 0, 0, 0, 5 → 0, 5 → 0;  loses",
            "total COIN: 0, 0, 0, 15 → 0, 15 → 0;",
            "A USD: 0.00, 0.00, 0.00, 0.00 → 12.50, 0.00 → 12.50;  gains",
            "B USD: 0.00, 0.00, 0.00, 0.00 → 12.50, 0.00 → 12.50;  gains",
            "total USD: 0.00, 0.00, 0.00, 0.00 → 25.00, 0.00 → 25.00;",
        ]
    );
    // Money that a mission gives is an earning; of two units the value of both counts.
    let mixed = "[[mission]]\nid = 'tell'\nrequires.posts = { count = 1 }\nrounds = 0\n\
                 gives = [{ money = '3.00' }, { perk = 'SKU:TOTE', units = 2, fair_value = '1.10' }]\n";
    let found = march(&story, mixed);
    assert_eq!(found[4], "A USD: 0.00, 0.00, 0.00 → 3.00, 0.00 → 2.20, 0.00 → 5.20;  gains");
    assert_eq!(found[7], "total USD: 0.00, 0.00, 0.00 → 9.00, 0.00 → 2.20, 0.00 → 11.20;");
}
