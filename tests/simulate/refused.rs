//! What cannot be compared, and what is said then.

use serde_json::json;
use tribute_tests::Story;

use crate::{APRIL, MARCH, pipeline_of, simulated, terms};

const TEN: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

#[test]
fn mistakes_say_what_to_do() {
    let mut story = Story::new(TEN);
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    let mut pipeline = pipeline_of(&story);
    let elsewhere = terms(TEN).replace("id = 'p'", "id = 'q'");
    for (text, from, to, says) in [
        (
            elsewhere.as_str(),
            None,
            None,
            "brand acme has no program q in these books; it has p; check `brand` and `id`",
        ),
        ("[program]", None, None, "the terms are not accepted: line 1"),
        (
            &terms(TEN),
            Some(APRIL),
            Some(MARCH),
            "there is nothing from 2026-04-01T00:00:00Z to 2026-03-01T00:00:00Z",
        ),
        (&terms(TEN), None, Some("2025-06-01T00:00:00Z"), "program p has terms from 2026-01-01T00:00:00Z on"),
        (
            &terms(TEN),
            Some(APRIL),
            Some("2026-05-01T00:00:00Z"),
            "no order, post or grant of program p of brand acme lies from 2026-04-01",
        ),
    ] {
        let refused = simulated(&mut pipeline, text, from, to).unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
    }
}

/// What was handed over can only be handed over where it was granted.
#[test]
fn what_is_not_possible_under_the_other_terms_is_counted() {
    let mission =
        "[[mission]]\nid = 'tote'\nrequires.posts = { count = 1 }\ngives = [{ perk = 'SKU:TOTE' }]\n";
    let mut story = Story::new(mission);
    story.unaudited();
    story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 2}));
    story.on("2026-03-02T00:00:00Z", "post.published", json!({"post": "p1", "author": "A"}));
    let grant = pipeline_of(&story).books().rewards[0].grant_id.clone();
    story.on("2026-03-03T00:00:00Z", "perk.fulfilled", json!({"grant": grant, "outcome": "delivered"}));
    let found = simulated(&mut pipeline_of(&story), &terms(TEN), Some(MARCH), Some(APRIL)).unwrap();
    assert!(found.refused[0].is_empty(), "{:?}", found.refused);
    assert_eq!(found.refused[1].values().sum::<u64>(), 1, "{:?}", found.refused);
}
