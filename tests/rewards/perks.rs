//! Perks: stock, the waiting list, places at an event.

use serde_json::json;

use super::{post, story};

#[test]
fn who_waits_longest_gets_the_unit_that_comes_back() {
    let mut story = story(
        "[[mission]]\nid = 'tote'\nrequires.posts = { count = 1 }\ngives = [{ perk = 'SKU:TOTE', fair_value = '12.00' }]\n",
    );
    story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 1}));
    for (author, day) in [("C", "03"), ("A", "01"), ("B", "02")] {
        post(&mut story, &format!("2026-03-{day}T00:00:00Z"), author, author, "photo");
    }
    let now = |story: &tribute_tests::Story| story.books().grants();
    let shown = |a: &str, b: &str, c: &str| {
        [("A", a), ("B", b), ("C", c)].map(|(who, is)| format!("{who} tote 1 SKU:TOTE 1 {is}"))
    };
    assert_eq!(now(&story), shown("reserved", "waiting", "waiting"));
    story.on(
        "2026-03-04T00:00:00Z",
        "perk.fulfilled",
        json!({"grant": "p/tote/A/1", "outcome": "cancelled"}),
    );
    assert_eq!(now(&story), shown("cancelled", "reserved", "waiting"));
    story.on(
        "2026-03-05T00:00:00Z",
        "perk.fulfilled",
        json!({"grant": "p/tote/B/1", "outcome": "delivered"}),
    );
    story.on("2026-03-06T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 1}));
    assert_eq!(now(&story), shown("cancelled", "delivered", "reserved"));
    let books = story.books();
    let held = ["perk:stock", "perk:reserved", "perk:delivered"].map(|it| books.held(it, "SKU:TOTE"));
    assert_eq!(held, [0, 1, 1]);
}

#[test]
fn places_at_an_event_end_when_it_begins() {
    let mut story = story(
        "[[mission]]\nid = 'meet'\nrequires.posts = { count = 1 }\ngives = [{ perk = 'SKU:EVENING' }]\n\
         [[experience]]\nperk = 'SKU:EVENING'\nname = 'An evening'\nstarts_at = '2026-04-01T18:00:00Z'\n",
    );
    story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": "SKU:EVENING", "units": 1}));
    for (author, at) in
        [("A", "2026-03-01T00:00:00Z"), ("B", "2026-03-02T00:00:00Z"), ("C", "2026-04-01T18:00:00Z")]
    {
        post(&mut story, at, author, author, "photo");
    }
    let shown = |a: &str, b: &str| {
        [("A", a), ("B", b), ("C", "missed")].map(|(who, is)| format!("{who} meet 1 SKU:EVENING 1 {is}"))
    };
    assert_eq!(story.books().grants(), shown("reserved", "waiting"));
    story.tick("2026-04-01T18:00:00Z");
    assert_eq!(story.books().grants(), shown("reserved", "missed"));
    story.on(
        "2026-04-02T00:00:00Z",
        "perk.fulfilled",
        json!({"grant": "p/meet/A/1", "outcome": "cancelled"}),
    );
    assert_eq!(story.books().grants(), shown("cancelled", "missed"), "nobody can come any more");
}
