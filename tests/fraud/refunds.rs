//! Refunds beyond the usual.

use tribute_tests::Story;

use super::{amounts, decide, findings, owed, story};

fn orders(story: &mut Story, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let day = number + 1;
        story.click(&format!("2026-03-{day:02}T11:00:00Z"), "A");
        story.sale(&format!("2026-03-{day:02}T12:00:00Z"), &number.to_string(), "100.00");
    }
}

const FEW: &str = "[fraud]\nrefund_orders = 2\n";

#[test]
fn refunds_after_something_cleared_are_not_known_when_it_clears() {
    let told = |import: bool| {
        let mut story = story(FEW);
        orders(&mut story, 0..3);
        if !import {
            story.tick("2026-04-05T00:00:00Z");
        }
        for number in 0..3 {
            story.refund("2026-04-10T00:00:00Z", &number.to_string(), &format!("r{number}"), "50.00");
        }
        if import {
            story.tick("2026-04-05T00:00:00Z");
        }
        story.tick("2026-04-11T00:00:00Z");
        story
    };
    let (lived, imported) = (told(false), told(true));
    assert_eq!(owed(&lived.books(), "A"), owed(&imported.books(), "A"));
    assert_eq!((findings(&lived), findings(&imported)), (vec![], vec![]));
}

#[test]
fn what_a_person_released_stays_open_also_in_a_later_month() {
    let mut story = story(FEW);
    orders(&mut story, 0..2);
    story.refund("2026-03-20T00:00:00Z", "0", "r0", "50.00");
    story.refund("2026-03-20T00:00:00Z", "1", "r1", "50.00");
    story.tick("2026-04-05T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("10.00", "0.00", "0.00"));
    let found = findings(&story);
    let expected = "refund_ratio/A/2026-03 open: of 2 orders in 90d up to 2026-03-31T12:00:00Z 2 came back, 100 %; more than \
                    40% is unusual";
    assert_eq!(found, [expected]);
    decide(&mut story, "2026-05-10T00:00:00Z", "refund_ratio/A/2026-03", "released");
    story.tick("2026-05-11T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("0.00", "10.00", "0.00"));
    assert_eq!(findings(&story).len(), 1);
}
