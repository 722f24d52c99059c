use tribute_events::{
    AmbassadorChange, AmbassadorChanged, AmbassadorId, AmbassadorJudged, Event, EventId, HOUR, Payload,
    Timestamp, TouchId,
};
use tribute_terms::{PeriodBounds, Program};

use crate::{Click, Earning, Objection, click_day, click_days, click_earnings, fixture::*};

const FEE: &str = "[[click_fee]]\nid = \"visit\"\namount = \"0.025\"\n";

/// A click of the device `visitor` so many hours after 1 March, 10:00.
fn click(id: &str, visitor: &str, hours: i64) -> Click {
    let at = day(0).plus(hours * HOUR);
    Click {
        id: TouchId::trusted(id),
        event: EventId::trusted(id),
        at,
        recorded: at,
        link: None,
        account: None,
        device: Some(visitor.parse().unwrap()),
        verdicts: Vec::new(),
        own: Vec::new(),
    }
}

fn against(mut click: Click, id: &str, at: Timestamp) -> Click {
    click.verdicts.push(Objection { at, id: EventId::trusted(id), against: true });
    click
}

fn first_of_march(program: &Program) -> PeriodBounds {
    click_day(program, day(0)).unwrap()
}

/// What ann's clicks on 1 March earn, whatever order they come in.
fn earned(program: &Program, clicks: &[Click]) -> Vec<Earning> {
    let (who, day) = (AmbassadorId::trusted("ann"), first_of_march(program));
    let of = |clicks: &[Click]| click_earnings(clicks, &who, &day, &program_id(), program).unwrap();
    let backwards: Vec<Click> = clicks.iter().rev().cloned().collect();
    assert_eq!(of(clicks), of(&backwards));
    of(clicks)
}

fn one(program: &Program, clicks: &[Click]) -> Earning {
    let mut earned = earned(program, clicks);
    assert_eq!(earned.len(), 1);
    earned.remove(0)
}

#[test]
fn a_visitor_counts_once_a_day_and_the_day_is_rounded_once() {
    let program = program(FEE);
    let clicks = [click("c1", "x", 0), click("c2", "x", 1), click("c3", "y", 2), click("c4", "z", 3)];
    let earning = one(&program, &clicks);
    assert_eq!(earning.key(), "friends/clicks:2026-03-01/ann/visit");
    // Three times 0.025 is 0.075; rounded click by click it would be 0.09.
    assert_eq!((earning.amount(), earning.base()), (8, money("0.075")));
    assert_eq!(earning.formula, "4 clicks of 3 visitors: 3 × 0.025 = 0.075 → 0.08 USD (half up)");
    let ends_at = first_of_march(&program).ends_at;
    assert_eq!((earning.steps[0].effective_at, earning.source_at), (ends_at.minus(1), ends_at.minus(1)));
    assert_eq!(earning.clears_at, ends_at.plus(30 * tribute_events::DAY));
    assert_eq!(earning.steps[0].cause, EventId::trusted("c4"));
}

#[test]
fn an_account_is_one_visitor_on_any_device_and_nobody_is_none() {
    let program = program(FEE);
    let mut clicks = [click("c1", "x", 0), click("c2", "y", 1), click("c3", "z", 2)];
    clicks[0].account = Some("kim".parse().unwrap());
    clicks[1].account = Some("kim".parse().unwrap());
    clicks[2].device = None;
    assert_eq!(
        one(&program, &clicks).formula,
        "2 clicks of 1 visitor: 1 × 0.025 = 0.025 → 0.03 USD (half up)"
    );
    assert!(earned(&program, &clicks[2..]).is_empty());
}

#[test]
fn the_first_clicks_of_a_day_count_up_to_the_limit() {
    let program = program(&format!("{FEE}per_day = 2\n"));
    let clicks = [click("c1", "x", 0), click("c2", "y", 1), click("c3", "z", 2)];
    let whole = one(&program, &clicks);
    assert_eq!(whole.formula, "3 clicks of 3 visitors, of whom 2 count: 2 × 0.025 = 0.05 USD");
    // The next in the row takes the place of one that is judged invalid.
    let [first, second, third] = clicks;
    let judged = one(&program, &[first, against(second, "v1", day(2)), third]);
    assert_eq!((judged.steps.len(), judged.amount()), (1, 5));
}

#[test]
fn a_verdict_counts_from_its_own_time_on() {
    let program = program(FEE);
    let clicks = [click("c1", "x", 0), against(click("c2", "y", 1), "v1", day(40))];
    let earning = one(&program, &clicks);
    assert_eq!(timeline(&earning), [(0, 5), (40, 3)]);
    assert_eq!(earning.steps[1].cause, EventId::trusted("v1"));
    let earning = one(&program, &[against(click("c1", "x", 0), "v1", day(40))]);
    assert_eq!(earning.formula, "1 click of 1 visitor, of whom 0 count → 0.00 USD; taken back");
    assert!(earned(&program, &[against(click("c1", "x", 0), "v1", day(0).plus(HOUR))]).is_empty());
    // A later click of the same visitor counts in its place.
    let again = [against(click("c1", "x", 0), "v1", day(40)), click("c2", "x", 1)];
    assert_eq!(timeline(&one(&program, &again)), [(0, 3)]);
}

#[test]
fn own_clicks_and_clicks_outside_the_standing_do_not_count() {
    let own = approved("ann", |known| known.accounts = vec!["ann-shop".parse().unwrap()]);
    let left: AmbassadorChanged =
        serde_json::from_str("{\"program\":\"friends\",\"ambassador\":\"ann\"}").unwrap();
    let left =
        event("suspended", day(0).plus(3 * HOUR), Payload::Ambassador(AmbassadorChange::Suspended, left));
    let program = program_of(&[published("1", "2026-01-01T00:00:00Z", FEE), own, left]);
    let mut clicks = [click("c1", "x", 0), click("c2", "y", 1), click("c3", "z", 4)];
    clicks[0].account = Some("ann-shop".parse().unwrap());
    assert_eq!(
        one(&program, &clicks).formula,
        "1 click of 1 visitor: 1 × 0.025 = 0.025 → 0.03 USD (half up)"
    );
    // A device turns out to be hers with a later login.
    clicks[1].own.push(Objection { at: day(3), id: EventId::trusted("login"), against: true });
    assert_eq!(timeline(&one(&program, &clicks)), [(0, 3), (3, 0)]);
}

#[test]
fn what_is_recorded_after_the_lock_changes_nothing() {
    let program = program(FEE);
    let (clicks, lock) = ([click("c1", "x", 0), click("c2", "y", 1)], at("2026-04-01T00:00:00Z"));
    let late = |recorded| {
        let mut clicks = clicks.clone();
        clicks[1].recorded = recorded;
        one(&program, &clicks).amount()
    };
    assert_eq!([late(lock.minus(1)), late(lock)], [5, 3]);
    // A day that comes late as a whole waits from when it came.
    let all_late = clicks.map(|click| Click { recorded: lock.plus(HOUR), ..click });
    let earning = one(&program, &all_late);
    assert_eq!((earning.amount(), earning.clears_at), (5, lock.plus(HOUR + 30 * tribute_events::DAY)));
}

#[test]
fn each_click_earns_by_the_terms_of_its_own_time() {
    let newer = "[[click_fee]]\nid = \"visit\"\namount = \"0.03\"\nambassadors = [\"ann\"]\n";
    let program = program_of(&[
        published("1", "2026-01-01T00:00:00Z", FEE),
        published("2", "2026-03-01T12:00:00Z", newer),
        approved("ann", |_| {}),
    ]);
    let clicks = [click("c1", "x", 0), click("c2", "x", 3), click("c3", "y", 4), click("c4", "z", 5)];
    let earning = one(&program, &clicks);
    assert_eq!(earning.formula, "4 clicks of 3 visitors: 1 × 0.025 + 2 × 0.03 = 0.085 → 0.09 USD (half up)");
    assert_eq!(earning.terms_version, "2");
}

#[test]
fn verdicts_on_the_ambassador_take_the_clicks_away() {
    let judged = |id: &str, days: i64, valid: bool| -> Event {
        let what = AmbassadorJudged {
            program: program_id(),
            ambassador: AmbassadorId::trusted("ann"),
            valid,
            orders_from: None,
            reason: "bots".into(),
        };
        event(id, day(days), Payload::AmbassadorJudged(what))
    };
    let program = program_of(&[
        published("1", "2026-01-01T00:00:00Z", FEE),
        approved("ann", |_| {}),
        judged("v1", 5, false),
        judged("v2", 9, true),
    ]);
    assert_eq!(timeline(&one(&program, &[click("c1", "x", 0)])), [(0, 3), (5, 0), (9, 3)]);
}

#[test]
fn days_end_at_local_midnight_also_where_the_time_zone_changes() {
    let zoned = |version: &str, from: &str, zone: &str| {
        let mut event = published(version, from, FEE);
        if let Payload::Program(published) = &mut event.payload {
            let zone = format!("currency = \"USD\"\ntime_zone = \"{zone}\"");
            published.terms = published.terms.replace("currency = \"USD\"", &zone);
        }
        event
    };
    let london = zoned("1", "2026-03-28T00:00:00Z", "Europe/London");
    let names = |program: &Program, after: &str, until: &str| {
        let days = click_days(program, at(after), at(until));
        days.iter().map(|it| format!("{} {}", it.name, it.ends_at)).collect::<Vec<_>>()
    };
    let program = program_of(std::slice::from_ref(&london));
    let expected = ["2026-03-28 2026-03-29T00:00:00Z", "2026-03-29 2026-03-29T23:00:00Z"];
    assert_eq!(names(&program, "2026-03-28T00:00:00Z", "2026-03-29T23:00:00Z"), expected);
    assert_eq!(names(&program, "2026-03-29T00:00:00Z", "2026-03-29T22:59:59Z"), [""; 0]);
    let moved = program_of(&[london, zoned("2", "2026-03-30T12:00:00Z", "America/New_York")]);
    let expected = ["2026-03-30 2026-03-31T04:00:00Z", "2026-03-31 2026-04-01T04:00:00Z"];
    assert_eq!(names(&moved, "2026-03-29T23:00:00Z", "2026-04-01T04:00:00Z"), expected);
    let (begins, ends) = ("2026-03-29T23:00:00Z", "2026-03-31T04:00:00Z");
    for instant in [begins, "2026-03-30T20:00:00Z", "2026-03-31T03:59:59.999Z"] {
        let day = click_day(&moved, at(instant)).unwrap();
        assert_eq!((day.name.as_str(), day.starts_at, day.ends_at), ("2026-03-30", at(begins), at(ends)));
    }
}
