use std::collections::BTreeMap;

use tribute_events::{Arrival, Payload, Timestamp, decode};
use tribute_terms::{Registry, Terms};

use super::*;

/// Accepted events, and how many were refused, by code.
fn sorted(lines: &[String]) -> (Vec<tribute_events::Event>, BTreeMap<&'static str, usize>) {
    let (mut accepted, mut refused) = (Vec::new(), BTreeMap::new());
    for line in lines {
        match decode(line.as_bytes(), Arrival::Live(Timestamp::MIN)) {
            Ok(event) => accepted.push(event),
            Err(rejection) => *refused.entry(rejection.code.as_str()).or_default() += 1,
        }
    }
    (accepted, refused)
}

#[test]
fn only_the_intended_events_are_bad() {
    for seed in [1, 2, 99] {
        let (accepted, mut refused) = sorted(&events(seed));
        let mut known: BTreeMap<_, [u8; 16]> = BTreeMap::new();
        for event in &accepted {
            if *known.entry(event.identity()).or_insert(event.fingerprint) != event.fingerprint {
                *refused.entry("conflict").or_default() += 1;
            }
        }
        assert_eq!(refused, BTreeMap::from(BAD_EVENTS), "seed {seed}");
        assert!(known.len() < accepted.len() - 10, "some come twice");
    }
}

#[test]
fn the_registry_accepts_the_terms_and_the_people() {
    let (accepted, _) = sorted(&events(1));
    let mut registry = Registry::default();
    for event in &accepted {
        registry.apply(event).unwrap();
    }
    let people: Vec<_> =
        registry.every_program().map(|(_, id, it)| (id.as_str(), it.ambassadors().len())).collect();
    assert_eq!(people, [("glow-circle", 14), ("ironwing-squad", 10), ("panfresh-friends", 8)]);
    for (name, text) in terms().iter().chain(crate::replay::terms()) {
        let terms = Terms::parse(text).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        assert_eq!(terms.warnings_in(text), [], "{name}");
    }
}

#[test]
fn lines_come_as_recorded_and_every_chapter_is_told() {
    let lines = events(1);
    assert_eq!(lines, events(1));
    assert_ne!(lines, events(2));
    let (accepted, _) = sorted(&lines);
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &accepted {
        *types.entry(event.payload.event_type()).or_default() += 1;
    }
    for (event_type, least) in [
        ("tribute.click.recorded", 800),
        ("tribute.sale.completed", 400),
        ("tribute.sale.refunded", 12),
        ("tribute.post.published", 150),
        ("tribute.post.measured", 400),
        ("tribute.fx.published", 100),
        ("tribute.conversion.overridden", 1),
        ("tribute.sale.disputed", 4),
        ("tribute.sale.edited", 1),
        ("tribute.sale.cancelled", 2),
    ] {
        assert!(types.get(event_type) >= Some(&least), "{event_type}: {types:?}");
    }
    let late = accepted.iter().filter(|it| it.recorded.since(it.time) > 600_000).count();
    assert!((40..400).contains(&late), "{late}");
    let orders = accepted.iter().filter(|it| matches!(it.payload, Payload::SaleCompleted(_)));
    let days = Timestamp::from_millis(story::day(0))..Timestamp::from_millis(story::day(story::DAYS));
    assert!(orders.clone().all(|it| days.contains(&it.time)));
}
