//! Fees for clicks, and what they depend on: links, terms that come late, guarantees, and the clock.

use serde_json::json;
use tribute_tests::{Pipeline, Story};

const FEE: &str = "[[click_fee]]\nid = 'visit'\namount = '0.10'\n";

fn by_link(story: &mut Story, time: &str, click: &str, device: &str) {
    story.on(time, "click.recorded", json!({"click": click, "link": "l1", "device": device}));
}

#[test]
fn a_link_may_be_issued_after_the_day_was_booked() {
    let mut story = Story::new(FEE);
    by_link(&mut story, "2026-03-01T12:00:00Z", "c1", "d1");
    story.tick("2026-03-02T00:00:00Z");
    assert_eq!(story.books().earned_for("clicks:2026-03-01"), "nothing");
    let issued = |who: &str| json!({"link": "l1", "ambassador": who});
    story.late("2026-02-01T00:00:00Z", "2026-03-02T09:00:00Z", "link.issued", issued("A"));
    assert_eq!(story.books().earned_for("clicks:2026-03-01"), "A 0.10 USD");
    // It was another's by then.
    story.late("2026-02-20T00:00:00Z", "2026-03-03T09:00:00Z", "link.issued", issued("B"));
    assert_eq!(story.books().earned_for("clicks:2026-03-01"), "B 0.10 USD");
}

#[test]
fn terms_may_begin_before_they_are_published() {
    let mut story = Story::with_program_only();
    by_link(&mut story, "2026-03-01T12:00:00Z", "c1", "d1");
    story.on(
        "2026-03-01T13:00:00Z",
        "click.recorded",
        json!({"click": "c2", "ambassador": "A", "device": "d2"}),
    );
    story.tick("2026-03-03T00:00:00Z");
    story.publish("1", "2026-01-01T00:00:00Z", FEE).publish("2", "2026-06-01T00:00:00Z", FEE);
    story.enrol(["A", "B"]);
    story.on("2026-01-01T00:00:00Z", "link.issued", json!({"link": "l1", "ambassador": "A"}));
    assert_eq!(story.books().earned_for("clicks:2026-03-01"), "A 0.20 USD");
}

#[test]
fn one_click_under_two_events_is_one_and_may_move_to_another_day() {
    let mut story = Story::new(FEE);
    let click = |device: &str| json!({"click": "c1", "ambassador": "A", "device": device});
    story.on("2026-03-02T12:00:00Z", "click.recorded", click("d1"));
    story.tick("2026-03-03T00:00:00Z");
    story.late("2026-03-01T12:00:00Z", "2026-03-03T12:00:00Z", "click.recorded", click("d1"));
    let books = story.books();
    assert_eq!(books.earned_for("clicks:2026-03-01"), "A 0.10 USD");
    assert_eq!(books.earned_for("clicks:2026-03-02"), "nothing");
}

#[test]
fn a_verdict_on_an_ambassador_takes_their_days_away_and_gives_them_back() {
    let mut story = Story::new(FEE);
    story.click("2026-03-01T12:00:00Z", "A").click("2026-03-02T12:00:00Z", "A");
    story.tick("2026-03-03T00:00:00Z");
    let judged = |valid| {
        json!({"program": "p", "ambassador": "A", "valid": valid, "reason": "bots",
                                "orders_from": "2026-03-02T00:00:00Z"})
    };
    story.on("2026-03-04T00:00:00Z", "ambassador.judged", judged(false));
    let books = story.books();
    let days = ["clicks:2026-03-01", "clicks:2026-03-02"];
    assert_eq!(days.map(|day| books.earned_for(day)), ["A 0.10 USD", "nothing"]);
    story.on("2026-03-05T00:00:00Z", "ambassador.judged", judged(true));
    let books = story.books();
    assert_eq!(days.map(|day| books.earned_for(day)), ["A 0.10 USD", "A 0.10 USD"]);
}

/// The last day of a month counts towards what the month guarantees, and is in the payout of its end where nothing is
/// held back.
#[test]
fn a_day_is_booked_before_the_guarantee_and_the_payout_of_its_end() {
    let terms = "[attribution]\nhold = '0s'\ngrace = '0s'\n[fraud]\noff = true\n\
        [[guarantee]]\nid = 'least'\namount = '1.00'\nperiod = 'month'\nambassadors = ['A']\n\
        [payout]\nschedule = 'monthly'\n";
    let mut story = Story::new(&format!("{FEE}{terms}"));
    story.click("2026-01-31T23:59:59.999Z", "A").click("2026-02-01T00:00:00Z", "A");
    story.tick("2026-02-01T00:00:00Z");
    let books = story.unaudited().books();
    assert_eq!(books.earned_for("clicks:2026-01-31"), "A 0.10 USD");
    assert_eq!(books.earned_for("period:least/2026-01"), "A 0.90 USD");
    assert_eq!(books.payouts(), ["2026-02-01 A 1.00 USD proposed 1.00 USD"]);
}

#[test]
fn days_come_to_the_same_apart_and_however_the_clock_goes() {
    let mut story = Story::new(FEE);
    for day in 1..=9 {
        for visitor in 0..=day {
            let time = format!("2026-03-0{day}T12:00:00Z");
            let data = json!({"click": format!("{day}-{visitor}"), "ambassador": "A", "device": format!("d{visitor}")});
            story.on(&time, "click.recorded", data);
        }
    }
    let (mut at_once, mut daily) = (story.clone(), story);
    for day in 2..=9 {
        daily.tick(&format!("2026-03-0{day}T00:00:00Z"));
    }
    daily.tick("2026-03-10T00:00:00Z");
    at_once.tick("2026-03-10T00:00:00Z");
    let late = |story: &mut Story| {
        let data = json!({"click": "late", "ambassador": "A", "device": "d99"});
        story.late("2026-03-05T13:00:00Z", "2026-03-10T09:00:00Z", "click.recorded", data);
    };
    late(&mut at_once);
    late(&mut daily);
    let earned = |books: &tribute_tests::Books| -> Vec<String> {
        (1..=9).map(|day| books.earned_for(&format!("clicks:2026-03-0{day}"))).collect()
    };
    let whole = at_once.books();
    assert_eq!(earned(&whole)[4], "A 0.70 USD");
    assert_eq!(earned(&whole), earned(&daily.books()));
    let mut apart = Pipeline::on_sqlite().apart();
    apart.feed_by(7, at_once.lines());
    assert_eq!(whole.differences(&apart.books()), Vec::<String>::new());
}
