//! Codes that leaked.

use serde_json::json;
use tribute_tests::Story;

use super::{amounts, decide, findings, owed, sale, story};

/// Orders with A's code by people who never clicked, a second apart.
fn strangers(story: &mut Story, day: u32, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let more = json!({"account": format!("stranger-{number}"), "codes": ["ann10"]});
        sale(story, &format!("2026-03-{day:02}T12:00:{number:02}Z"), &format!("stranger-{number}"), more);
    }
}

/// Three people clicked before they used the code.
fn friends(story: &mut Story) {
    for number in 0..3 {
        let account = format!("friend-{number}");
        let touch = json!({"click": account, "kind": "click", "ambassador": "A", "account": account});
        story.on(&format!("2026-03-0{}T11:00:00Z", number + 1), "click.recorded", touch);
        let more = json!({"account": account, "codes": ["ANN10"]});
        sale(story, &format!("2026-03-0{}T12:00:00Z", number + 1), &account, more);
    }
}

#[test]
fn every_order_of_a_leak_is_held_also_those_before_it_was_one() {
    let mut story = story("[fraud]\ncode_strangers = 3\n");
    story.code("ANN10", "A", "always");
    friends(&mut story);
    strangers(&mut story, 12, 0..4);
    story.tick("2026-05-01T00:00:00Z");
    let expected = "leaked_code/ANN10/2026-03 open: 3 strangers used code ANN10 in 7d up to 2026-03-12T12:00:02Z; orders \
                    without a click were 100 % of its orders, and 0 % before";
    assert_eq!(findings(&story), [expected]);
    assert_eq!(owed(&story.books(), "A"), amounts("40.00", "0.00", "30.00"), "friends' orders are paid");
    decide(&mut story, "2026-05-02T00:00:00Z", "leaked_code/ANN10/2026-03", "released");
    story.tick("2026-05-03T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("0.00", "40.00", "30.00"));
}

#[test]
fn a_code_that_nobody_used_before_leaks_where_very_many_do() {
    for (most, held) in [(5, "50.00"), (6, "0.00")] {
        let mut story = story(&format!("[fraud]\ncode_strangers = 3\ncode_strangers_new = {most}\n"));
        story.code("ANN10", "A", "always");
        strangers(&mut story, 12, 0..5);
        story.tick("2026-05-01T00:00:00Z");
        assert_eq!(story.books().owed("A", "pending"), format!("{held} USD"), "{most}");
    }
}
