//! Every event type of the contract: its direction, its topic, its partition key and its schema.

use schemars::Schema;

use crate::{Payload, outgoing};

/// Whether we read it or write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// We read it.
    Incoming,
    /// We write it.
    Outgoing,
}

/// One event type of the contract.
#[derive(Debug, Clone)]
pub struct EventType {
    /// `tribute.<noun>.<past participle>`.
    pub name: &'static str,
    /// Who writes it.
    pub direction: Direction,
    /// The topic that carries it.
    pub topic: &'static str,
    /// What its partition key is made of.
    pub key: &'static str,
    /// The JSON Schema of its `data`.
    pub schema: Schema,
}

/// Every type, incoming ones first, by name.
#[must_use]
pub fn all() -> Vec<EventType> {
    let with = |direction, (name, schema)| {
        let (topic, key) = place(name);
        EventType { name, direction, topic, key, schema }
    };
    let mut incoming: Vec<_> =
        Payload::schemas().into_iter().map(|it| with(Direction::Incoming, it)).collect();
    let mut outgoing: Vec<_> =
        outgoing::schemas().into_iter().map(|it| with(Direction::Outgoing, it)).collect();
    incoming.sort_by_key(|it| it.name);
    outgoing.sort_by_key(|it| it.name);
    incoming.append(&mut outgoing);
    incoming
}

/// The topic and the partition key of an event type.
///
/// One shopper's clicks, logins and sales share a key; one ambassador's earnings likewise.
#[must_use]
pub fn place(name: &str) -> (&'static str, &'static str) {
    let noun = name.split('.').nth(1).unwrap_or_default();
    match (noun, name) {
        ("ambassador", "tribute.ambassador.judged") => ("tribute.clicks", "brand/ambassador"),
        ("program" | "ambassador" | "code" | "link" | "campaign" | "workshop", _) => {
            ("tribute.programs", "brand/program")
        }
        ("post", _) => ("tribute.posts", "brand/post"),
        ("click" | "login", _) => ("tribute.clicks", "brand/device or account"),
        ("sale", _) | (_, "tribute.conversion.overridden") => ("tribute.sales", "brand/order"),
        ("fx", _) => ("tribute.fx", "date"),
        ("clock", _) => ("tribute.clock", "none: to every partition"),
        (
            "payout_run"
            | "payout_approval"
            | "payout_cancellation"
            | "payout_method"
            | "payout_file"
            | "settlement"
            | "statement"
            | "tax_form"
            | "hold"
            | "person"
            | "bank_entry"
            | "period"
            | "adjustment"
            | "claim",
            _,
        )
        | (_, "tribute.finding.decided") => ("tribute.settlements", "brand"),
        ("perk" | "token" | "shipment", _) => ("tribute.rewards", "brand/ambassador"),
        ("conversion", _) => ("tribute.conversions", "brand/order"),
        ("earning" | "reward" | "finding" | "standing" | "deliverable", _) => {
            ("tribute.earnings", "brand/ambassador")
        }
        ("payout", _) => ("tribute.payouts", "brand/ambassador"),
        ("leaderboard", _) => ("tribute.boards", "brand/program"),
        _ => ("tribute.quarantine", "brand"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_topic_and_a_name_of_the_form() {
        for event_type in all() {
            assert_eq!(event_type.name.split('.').count(), 3, "{}", event_type.name);
            let rejected = event_type.name == "tribute.event.rejected";
            assert_eq!(event_type.topic == "tribute.quarantine", rejected, "{}", event_type.name);
        }
    }
}
