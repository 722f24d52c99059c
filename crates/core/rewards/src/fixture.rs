//! What the tests of several modules use.

use tribute_events::{
    AmbassadorChange, BrandId, DAY, Event, EventId, Payload, ProgramId, ProgramPublished, Timestamp,
};
use tribute_terms::{Mission, Program, Registry};

use crate::Qualifying;

pub(crate) fn day(days: i64) -> Timestamp {
    Timestamp::from_millis(1_772_323_200_000).plus(days * DAY)
}

pub(crate) fn program() -> Program {
    let terms = "[program]\nbrand = \"b\"\nid = \"p\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\ncurrency = \"USD\"";
    let ann = serde_json::from_str("{\"program\":\"p\",\"ambassador\":\"ann\"}").unwrap();
    let mut registry = Registry::default();
    for payload in [
        Payload::Program(ProgramPublished { terms: terms.into() }),
        Payload::Ambassador(AmbassadorChange::Approved, ann),
    ] {
        let event = Event {
            brand: BrandId::trusted("b"),
            source: "/t".into(),
            id: EventId::trusted("e"),
            time: day(-9),
            recorded: day(-9),
            traceparent: None,
            fingerprint: [0; 16],
            unknown: false,
            payload,
        };
        registry.apply(&event).unwrap();
    }
    registry.program(&BrandId::trusted("b"), &ProgramId::trusted("p")).unwrap().clone()
}

/// A mission that asks for an order.
pub(crate) fn plain() -> Mission {
    let json = "{\"id\":\"m\",\"requires\":{\"conversions\":1},\"gives\":[]}";
    serde_json::from_str(json).unwrap()
}

/// Since and until when, in days.
pub(crate) fn days(found: Option<Qualifying>) -> Vec<(i64, Option<i64>)> {
    let number = |at: Timestamp| at.since(day(0)) / DAY;
    let spells = found.into_iter().flat_map(|it| it.spells);
    spells.map(|spell| (number(spell.since), spell.until.map(number))).collect()
}
