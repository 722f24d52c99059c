//! Who gets in: the verdict on an application is the same in whatever order the events arrive.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use tribute_events::{
    AmbassadorChange, AmbassadorChanged, AmbassadorId, BrandId, Event, EventId, LinkId, Payload, ProgramId,
    ProgramPublished, Timestamp,
};
use tribute_terms::{Program, Registry, Standing, View};

fn minute(minute: i64) -> Timestamp {
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap().plus(minute * 60_000)
}

fn event(id: &str, at: i64, recorded: i64, payload: Payload) -> Event {
    Event {
        brand: BrandId::trusted("b"),
        source: "/t".into(),
        id: EventId::trusted(id),
        time: minute(at),
        recorded: minute(recorded),
        traceparent: None,
        fingerprint: [0; 16],
        unknown: false,
        payload,
    }
}

fn terms(version: &str, from: i64, vetting: &str) -> Event {
    let terms = format!(
        "[program]\nbrand = 'b'\nid = 'p'\nversion = '{version}'\neffective_from = '{}'\ncurrency = 'USD'\n{vetting}",
        minute(from)
    );
    event(&format!("terms-{version}"), from, from, Payload::Program(ProgramPublished { terms }))
}

/// `who` did that at a minute, in a campus, with so many followers.
fn said(who: &str, change: AmbassadorChange, at: i64, campus: &str, followers: u64) -> Event {
    let mut what = AmbassadorChanged::of(ProgramId::trusted("p"), AmbassadorId::trusted(who));
    what.campus = (!campus.is_empty()).then(|| campus.into());
    what.followers = (followers > 0).then_some(followers);
    event(&format!("{who}-{at}"), at, at, Payload::Ambassador(change, what))
}

fn applied(who: &str, at: i64, campus: &str, followers: u64) -> Event {
    said(who, AmbassadorChange::Applied, at, campus, followers)
}

fn program(events: &[Event]) -> Program {
    let mut registry = Registry::default();
    for event in events {
        registry.apply(event).unwrap();
        // Asked after every event, so that the fold is grown as it is in operation.
        let program = registry.program(&BrandId::trusted("b"), &ProgramId::trusted("p"));
        program.map(|it| it.standing(&AmbassadorId::trusted("ann"), View::ALL));
    }
    registry.program(&BrandId::trusted("b"), &ProgramId::trusted("p")).unwrap().clone()
}

/// Everybody's turns: `ann 3 approved`.
fn turns(program: &Program) -> Vec<String> {
    let people = program.ambassadors().keys();
    let of = |who: &AmbassadorId| {
        let turns = program.turns(who).iter();
        let line = |turn: &tribute_terms::Turn| {
            format!("{who} {} {}", turn.at.since(minute(0)) / 60_000, turn.standing.as_str())
        };
        turns.map(line).collect::<Vec<_>>()
    };
    people.flat_map(of).collect()
}

/// The turns, which are the same forwards, backwards and from the middle.
fn told(events: &[Event]) -> Vec<String> {
    let forwards = turns(&program(events));
    let backwards: Vec<_> = events.iter().rev().cloned().collect();
    assert_eq!(turns(&program(&backwards)), forwards, "told backwards");
    let middle: Vec<_> = events.iter().skip(2).chain(events.iter().take(2)).cloned().collect();
    assert_eq!(turns(&program(&middle)), forwards, "told from the middle");
    forwards
}

const TWO_EACH: &str = "[vetting]\napprove_from = 1\n[[vetting.rule]]\nid = 'known'\npoints = 1\nfollowers_from = 100\n\
                        [[vetting.quota]]\nplaces = 1\nper = 'campus'\n[[vetting.quota]]\nplaces = 2\n";

#[test]
fn a_place_that_becomes_free_goes_to_the_next_in_line_of_its_segment() {
    use AmbassadorChange::Left;
    let events = [
        terms("1", 0, TWO_EACH),
        applied("ann", 1, "lse", 100),
        applied("bob", 2, "lse", 100),
        applied("cem", 3, "mit", 99),
        applied("dia", 4, "mit", 100),
        applied("eve", 5, "ucl", 100),
        said("ann", Left, 6, "", 0),
        said("dia", Left, 7, "", 0),
    ];
    assert_eq!(
        told(&events),
        [
            "ann 1 approved",
            "ann 6 left",
            "bob 2 waitlisted",
            "bob 6 approved",
            "cem 3 rejected",
            "dia 4 approved",
            "dia 7 left",
            "eve 5 waitlisted",
            "eve 7 approved",
        ]
    );
}

#[test]
fn who_is_put_on_the_waiting_list_by_hand_keeps_or_gets_a_place_in_the_line() {
    use AmbassadorChange::{Left, Waitlisted};
    let events = [
        terms("1", 0, TWO_EACH),
        applied("ann", 1, "lse", 100),
        applied("bob", 2, "lse", 100),
        applied("cem", 3, "lse", 100),
        said("bob", Waitlisted, 4, "", 0),
        said("dia", Waitlisted, 5, "lse", 100),
        said("ann", Left, 6, "", 0),
        said("bob", Left, 7, "", 0),
        said("cem", Left, 8, "", 0),
    ];
    let found = told(&events);
    for line in ["bob 6 approved", "cem 7 approved", "dia 8 approved"] {
        assert!(found.contains(&line.to_owned()), "{line} is not in {found:?}");
    }
}

#[test]
fn at_the_choice_the_best_get_the_places_and_the_others_wait() {
    let vetting = format!(
        "[vetting]\napprove_from = 1\nchoose_at = '{}'\n[[vetting.rule]]\nid = 'some'\npoints = 1\nfollowers_from = 1\n\
         [[vetting.rule]]\nid = 'many'\npoints = 5\nfollowers_from = 1000\n[[vetting.quota]]\nplaces = 2\n",
        minute(10)
    );
    let events = [
        terms("1", 0, &vetting),
        applied("ann", 1, "", 5),
        applied("bob", 2, "", 5),
        applied("cem", 3, "", 5_000),
        applied("dia", 11, "", 5_000),
    ];
    assert_eq!(
        told(&events),
        [
            "ann 1 applied",
            "ann 10 approved",
            "bob 2 applied",
            "bob 10 waitlisted",
            "cem 3 applied",
            "cem 10 approved",
            "dia 11 waitlisted",
        ]
    );
    let left = said("ann", AmbassadorChange::Left, 12, "", 0);
    let events: Vec<_> = events.into_iter().chain([left]).collect();
    let found = told(&events);
    assert!(
        found.contains(&"dia 12 approved".to_owned()),
        "more points go before an earlier time: {found:?}"
    );
}

#[test]
fn a_person_stands_above_the_verdict_and_nobody_gets_back_in_by_applying() {
    use AmbassadorChange::{Approved, Banned, Invited, Rejected, Suspended, Updated};
    let vetting = "[vetting]\napprove_from = 1\nreapply_after = '10m'\n[[vetting.rule]]\nid = 'known'\npoints = 1\nfollowers_from = 100\n";
    let events = [
        terms("1", 0, vetting),
        applied("ann", 1, "", 100),
        said("ann", Banned, 2, "", 0),
        applied("ann", 3, "", 100),
        applied("bob", 1, "", 1),
        said("bob", Approved, 2, "", 0),
        applied("bob", 3, "", 1),
        said("cem", Invited, 1, "", 0),
        applied("cem", 2, "", 1),
        said("cem", Suspended, 3, "", 0),
        applied("cem", 4, "", 100),
        applied("dia", 1, "", 1),
        applied("dia", 5, "", 100),
        applied("dia", 11, "", 0),
        said("eve", Rejected, 1, "", 0),
        said("eve", Updated, 2, "", 100),
    ];
    assert_eq!(
        told(&events),
        [
            "ann 1 approved",
            "ann 2 banned",
            "ann 3 banned",
            "bob 1 rejected",
            "bob 2 approved",
            "cem 1 invited",
            "cem 2 approved",
            "cem 3 suspended",
            "cem 4 suspended",
            "dia 1 rejected",
            "dia 5 rejected",
            "dia 11 approved",
            "eve 1 rejected",
        ]
    );
    let program = program(&events);
    let why = &program.turns(&AmbassadorId::trusted("ann"))[2].why;
    assert_eq!(why, "a ban stands until a person approves them");
}

#[test]
fn more_places_of_a_later_version_go_to_those_in_line() {
    let vetting = |places: u32| format!("[vetting]\n[[vetting.quota]]\nplaces = {places}\n");
    let events = [
        terms("1", 0, &vetting(1)),
        applied("ann", 1, "", 0),
        applied("bob", 2, "", 0),
        applied("cem", 3, "", 0),
        terms("2", 5, &vetting(2)),
    ];
    let expected =
        ["ann 1 approved", "bob 2 waitlisted", "bob 5 approved", "cem 3 waitlisted"].map(str::to_owned);
    assert_eq!(told(&events), expected);
}

#[test]
fn who_was_recorded_too_late_takes_no_place_in_a_view_of_before() {
    let mut late = applied("ann", 1, "", 0);
    late.recorded = minute(100);
    let events =
        [terms("1", 0, "[vetting]\n[[vetting.quota]]\nplaces = 1\n"), applied("bob", 2, "", 0), late];
    let program = program(&events);
    let standing = |who: &str, recorded_before: i64| {
        let view = View { as_of: minute(50), recorded_before: minute(recorded_before) };
        program.standing(&AmbassadorId::trusted(who), view)
    };
    assert_eq!((standing("ann", 100), standing("bob", 100)), (None, Some(Standing::Approved)));
    assert_eq!(
        (standing("ann", 101), standing("bob", 101)),
        (Some(Standing::Approved), Some(Standing::Waitlisted))
    );
}

#[test]
fn a_link_names_who_recruited_whoever_came_by_it() {
    let link = |at: i64, owner: &str| {
        let what = tribute_events::LinkIssued {
            program: ProgramId::trusted("p"),
            link: LinkId::trusted("join"),
            ambassador: AmbassadorId::trusted(owner),
            target: None,
        };
        event(&format!("link-{at}"), at, at, Payload::LinkIssued(what))
    };
    let came = |who: &str, at: i64, named: Option<&str>| {
        let mut what = AmbassadorChanged::of(ProgramId::trusted("p"), AmbassadorId::trusted(who));
        what.recruiter_link = Some(LinkId::trusted("join"));
        what.recruiter = named.map(AmbassadorId::trusted);
        event(&format!("{who}-{at}"), at, at, Payload::Ambassador(AmbassadorChange::Applied, what))
    };
    let events = [
        terms("1", 0, "[vetting]\n"),
        link(1, "ann"),
        came("bob", 2, None),
        came("cem", 3, Some("dia")),
        link(4, "eve"),
        came("fay", 5, None),
    ];
    let program = program(&events);
    let recruiter =
        |who: &str| program.recruiter(&AmbassadorId::trusted(who), View::ALL).map(|it| it.to_string());
    let expected = [Some("ann"), Some("dia"), Some("eve")].map(|it| it.map(str::to_owned));
    assert_eq!(
        ["bob", "cem", "fay"].map(recruiter),
        expected,
        "whose link it was then; who is named goes first"
    );
}
