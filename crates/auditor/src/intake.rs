//! Which lines of the file are accepted events: decoded, not a duplicate, not in conflict.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{
    AmbassadorChange, Arrival, BrandId, Event, EventId, Payload, RejectionCode, ReviewVerdict, Timestamp,
    decode,
};
use tribute_terms::Terms;

/// The accepted events, and how many lines were not.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    pub(crate) events: Vec<Event>,
    pub(crate) terms: Vec<(usize, Terms)>,
    pub(crate) duplicates: u64,
    pub(crate) quarantined: BTreeMap<&'static str, u64>,
}

type Identity = (BrandId, SmolStr, EventId);

/// Reads every line; blank ones are passed over.
pub(crate) fn read<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Intake {
    let mut intake = Intake::default();
    let mut first: BTreeMap<Identity, (&'a [u8], [u8; 16])> = BTreeMap::new();
    for line in lines.filter(|line| !line.trim_ascii().is_empty()) {
        let (event, terms) = match accept(line) {
            Ok(accepted) => accepted,
            Err(code) => {
                intake.quarantine(code);
                continue;
            }
        };
        let identity = (event.brand.clone(), event.source.clone(), event.id.clone());
        match first.get(&identity) {
            None => {
                first.insert(identity, (line, event.fingerprint));
                intake.terms.extend(terms.map(|terms| (intake.events.len(), terms)));
                intake.events.push(event);
            }
            Some((_, fingerprint)) if *fingerprint == event.fingerprint => intake.duplicates += 1,
            Some((earlier, _)) if says_the_same(earlier, line) => intake.duplicates += 1,
            Some(_) => intake.quarantine(RejectionCode::Conflict),
        }
    }
    intake
}

impl Intake {
    fn quarantine(&mut self, code: RejectionCode) {
        *self.quarantined.entry(code.as_str()).or_default() += 1;
    }
}

fn accept(line: &[u8]) -> Result<(Event, Option<Terms>), RejectionCode> {
    let event = decode(line, Arrival::Backfill).map_err(|rejection| rejection.code)?;
    if lacks_a_reason(&event.payload) {
        return Err(RejectionCode::InvalidData);
    }
    let Payload::Program(published) = &event.payload else { return Ok((event, None)) };
    let terms = Terms::parse(&published.terms).map_err(|_| RejectionCode::InvalidTerms)?;
    if terms.program.brand != event.brand {
        return Err(RejectionCode::InvalidTerms);
    }
    Ok((event, Some(terms)))
}

/// Whether somebody or their post is refused without a word on why.
fn lacks_a_reason(payload: &Payload) -> bool {
    use AmbassadorChange::{Banned, Rejected, Suspended};
    let reason = match payload {
        Payload::Ambassador(Banned | Rejected | Suspended, what) => &what.reason,
        Payload::PostReviewed(what) if what.verdict == ReviewVerdict::Rejected => &what.reason,
        _ => return false,
    };
    reason.as_deref().unwrap_or_default().trim().is_empty()
}

/// Whether two lines differ only in how they are written: spaces, the order of keys.
fn says_the_same(one: &[u8], other: &[u8]) -> bool {
    let content = |line: &[u8]| {
        let event: serde_json::Value = serde_json::from_slice(line).ok()?;
        let time: Timestamp = event.get("time")?.as_str()?.parse().ok()?;
        Some((time, event.get("type").cloned(), event.get("data").cloned()))
    };
    content(one).is_some_and(|one| Some(one) == content(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALE: &str = r#"{"specversion":"1.0","id":"1","source":"shop","brand":"acme","type":"tribute.sale.cancelled","time":"2026-01-01T00:00:00Z","data":{"order":"A","reason":"x"}}"#;

    #[test]
    fn the_first_of_a_conflict_stands() {
        let spaced = SALE.replace("\"order\":\"A\",\"reason\":\"x\"", "\"reason\": \"x\", \"order\": \"A\"");
        let other = SALE.replace("\"order\":\"A\"", "\"order\":\"B\"");
        let foreign = SALE.replace("acme", "other");
        let lines = [SALE, &spaced, SALE, &other, "", "{", &foreign];
        let intake = read(lines.iter().map(|line| line.as_bytes()));
        assert_eq!((intake.events.len(), intake.duplicates), (2, 2));
        assert_eq!(intake.quarantined, BTreeMap::from([("conflict", 1), ("not_json", 1)]));
        assert!(matches!(&intake.events[0].payload, Payload::SaleCancelled(it) if it.order.as_str() == "A"));
    }
}
