//! Where an event goes: its topic, and the key that says its partition.

use serde::Deserialize;
use tribute_events::{Event, Payload, ProgramId, catalogue};

/// The topic and the partition key of an event, as [`catalogue::place`] says in words.
///
/// One shopper's clicks and logins share a key, one order's sales, one post's news: of what shares a key nobody has to
/// wait for another partition. Where the contract's key is not in the event (a verdict on a click names no device) the
/// key is made of what is. Nothing rests on that: whatever the order of arrival, the answer is the same.
#[must_use]
pub fn route(event: &Event) -> (&'static str, String) {
    (catalogue::place(event.payload.event_type()).0, key_of(event))
}

/// The partition key of an event; empty for the clock, which belongs to no partition more than to another.
#[must_use]
pub fn key_of(event: &Event) -> String {
    let within = |part: &str| format!("{}/{part}", event.brand);
    let alone = || event.brand.to_string();
    match &event.payload {
        Payload::Program(it) => program_of(&it.terms).map_or_else(alone, |id| within(id.as_str())),
        Payload::CodeIssued(it) => within(it.program.as_str()),
        Payload::CodeWithdrawn(it) => within(it.program.as_str()),
        Payload::LinkIssued(it) => within(it.program.as_str()),
        Payload::Campaign(it) => within(it.program.as_str()),
        Payload::Workshop(it) => within(it.program.as_str()),
        Payload::WorkshopHeld(it) => within(it.program.as_str()),
        Payload::Ambassador(_, it) => within(it.program.as_str()),
        Payload::Fx(it) => it.date.to_string(),
        Payload::PostPublished(it) => within(it.post.as_str()),
        Payload::PostMeasured(it) => within(it.post.as_str()),
        Payload::PostReviewed(it) => within(it.post.as_str()),
        Payload::PostRemoved(it) => within(it.post.as_str()),
        Payload::Click(it) => {
            let device = it.device.as_ref().map(AsRef::as_ref);
            let shopper = device.or(it.account.as_ref().map(AsRef::as_ref));
            within(shopper.unwrap_or(it.click.as_str()))
        }
        Payload::Login(it) => within(it.device.as_str()),
        Payload::ClickJudged(it) => within(it.click.as_str()),
        Payload::AmbassadorJudged(it) => within(it.ambassador.as_str()),
        Payload::SaleCompleted(it) | Payload::SaleEdited(it) => within(it.order.as_str()),
        Payload::SaleRefunded(it) => it.order.as_ref().map_or_else(alone, |order| within(order.as_str())),
        Payload::SaleCancelled(it) => within(it.order.as_str()),
        Payload::SaleDisputed(it) => within(it.order.as_str()),
        Payload::ConversionOverridden(it) => within(it.order.as_str()),
        Payload::PayoutRun(_)
        | Payload::PayoutApproved(_)
        | Payload::PayoutCancelled(_)
        | Payload::PayoutMethod(_)
        | Payload::StatementRead(_)
        | Payload::TaxForm(_)
        | Payload::TaxFormRevoked(_)
        | Payload::PayoutExported(_)
        | Payload::Settlement(_)
        | Payload::HoldPlaced(_)
        | Payload::HoldReleased(_)
        | Payload::PersonErased(_)
        | Payload::FindingDecided(_)
        | Payload::BankEntry(_)
        | Payload::PeriodClosed(_)
        | Payload::AdjustmentProposed(_)
        | Payload::AdjustmentApproved(_)
        | Payload::AdjustmentRefused(_)
        | Payload::ClaimOpened(_)
        | Payload::ClaimEvidenced(_)
        | Payload::ClaimAccepted(_)
        | Payload::ClaimRefused(_) => alone(),
        Payload::ShipmentSent(it) => within(it.to.as_str()),
        Payload::TokenSpent(it) => within(it.ambassador.as_str()),
        Payload::PerkFulfilled(it) => within(it.grant.as_str()),
        Payload::PerkStocked(it) => within(it.program.as_str()),
        Payload::Clock(_) => String::new(),
    }
}

/// The program that terms speak of. None where they cannot be read: intake puts these aside later, with a reason.
fn program_of(terms: &str) -> Option<ProgramId> {
    #[derive(Deserialize)]
    struct Terms {
        program: Head,
    }
    #[derive(Deserialize)]
    struct Head {
        id: ProgramId,
    }
    toml::from_str(terms).ok().map(|terms: Terms| terms.program.id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use tribute_events::catalogue::{self, Direction};
    use tribute_events::{Arrival, Event, decode};

    use super::{key_of, route};

    fn event(text: &str) -> Event {
        decode(text.as_bytes(), Arrival::Backfill).unwrap()
    }

    /// The example of a type that the contract's own tests hold.
    fn golden(name: &str) -> Event {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/golden/events/v1");
        event(&std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap())
    }

    #[test]
    fn every_type_that_comes_in_has_its_place() {
        let incoming = catalogue::all().into_iter().filter(|it| it.direction == Direction::Incoming);
        let found: BTreeMap<_, _> = incoming.map(|it| (it.name, route(&golden(it.name)))).collect();
        let found: Vec<_> =
            found.iter().map(|(name, (topic, key))| format!("{name} {topic} {key:?}")).collect();
        assert_eq!(found, include_str!("route/expected.txt").lines().collect::<Vec<_>>());
    }

    fn click(shopper: &str) -> String {
        key_of(&event(&format!(
            r#"{{"specversion":"1.0","id":"e1","source":"/s","type":"tribute.click.recorded","brand":"acme",
                "time":"2026-03-01T10:00:00Z","data":{{"click":"c1",{shopper}}}}}"#
        )))
    }

    #[test]
    fn a_click_goes_to_its_device_or_else_its_account() {
        assert_eq!(click(r#""device":"d1","account":"u1""#), "acme/d1");
        assert_eq!(click(r#""account":"u1""#), "acme/u1");
    }

    #[test]
    fn what_names_nothing_goes_by_its_brand() {
        let key = |name: &str, data: &str| {
            key_of(&event(&format!(
                r#"{{"specversion":"1.0","id":"e1","source":"/s","type":"tribute.{name}","brand":"acme",
                    "time":"2026-03-01T10:00:00Z","data":{data}}}"#
            )))
        };
        assert_eq!(key("program.published", r#"{"terms":"[program]\nbrand = 7"}"#), "acme");
        assert_eq!(key("program.published", r#"{"terms":"[program]\nid = \"friends\""}"#), "acme/friends");
    }
}
