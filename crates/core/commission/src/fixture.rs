//! Programs, people, orders and posts for tests.

use tribute_events::{
    AmbassadorChange, AmbassadorChanged, AmbassadorId, BrandId, Conversion, DAY, Event, EventId, Moment,
    NetLine, OrderId, Payload, ProgramId, ProgramPublished, Reason, Share, Timestamp,
};
use tribute_money::Millionths;
use tribute_terms::{Program, Registry};

use crate::{Earning, order_earnings};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// So many days after 1 March 2026, 10:00.
pub(crate) fn day(days: i64) -> Timestamp {
    at("2026-03-01T10:00:00Z").plus(days * DAY)
}

pub(crate) fn money(text: &str) -> Millionths {
    text.parse().unwrap()
}

pub(crate) fn program_id() -> ProgramId {
    ProgramId::trusted("friends")
}

pub(crate) fn event(id: &str, time: Timestamp, payload: Payload) -> Event {
    Event {
        brand: BrandId::trusted("acme"),
        source: "/test".into(),
        id: EventId::trusted(id),
        time,
        recorded: time,
        traceparent: None,
        fingerprint: [0; 16],
        unknown: false,
        payload,
    }
}

/// One version of the terms, from `effective_from` on.
pub(crate) fn published(version: &str, effective_from: &str, rules: &str) -> Event {
    let terms = format!(
        "[program]\nbrand = \"acme\"\nid = \"friends\"\nversion = \"{version}\"\n\
         effective_from = \"{effective_from}\"\ncurrency = \"USD\"\n{rules}"
    );
    event(version, at(effective_from), Payload::Program(ProgramPublished { terms }))
}

/// An ambassador approved on 1 January 2026; `known` sets what is known of them.
pub(crate) fn approved(name: &str, known: impl FnOnce(&mut AmbassadorChanged)) -> Event {
    let text = format!("{{\"program\":\"friends\",\"ambassador\":\"{name}\"}}");
    let mut changed: AmbassadorChanged = serde_json::from_str(&text).unwrap();
    known(&mut changed);
    let payload = Payload::Ambassador(AmbassadorChange::Approved, changed);
    event(&format!("approved-{name}"), at("2026-01-01T00:00:00Z"), payload)
}

pub(crate) fn program_of(events: &[Event]) -> Program {
    let mut registry = Registry::default();
    for event in events {
        registry.apply(event).unwrap();
    }
    registry.program(&BrandId::trusted("acme"), &program_id()).unwrap().clone()
}

/// A program with one version of terms and the ambassadors ann, bob and cleo.
pub(crate) fn program(rules: &str) -> Program {
    let people = ["ann", "bob", "cleo"].map(|name| approved(name, |_| {}));
    let mut events = vec![published("1", "2026-01-01T00:00:00Z", rules)];
    events.extend(people);
    program_of(&events)
}

pub(crate) fn percent(rate: &str) -> String {
    format!("[[commission]]\nid = \"share\"\npays.percent = \"{rate}\"\n")
}

pub(crate) fn line(sku: &str, category: &str, quantity: i64, net: &str) -> NetLine {
    let category = (!category.is_empty()).then(|| category.into());
    NetLine { sku: sku.into(), category, quantity, net: money(net) }
}

/// Shares by name; the empty name is the house.
pub(crate) fn shares(parts: &[(&str, u64)]) -> Vec<Share> {
    let ambassador = |name: &str| (!name.is_empty()).then(|| AmbassadorId::trusted(name));
    parts.iter().map(|(name, weight)| Share { ambassador: ambassador(name), weight: *weight }).collect()
}

pub(crate) fn moment(when: Timestamp, cause: &str, parts: &[(&str, u64)], lines: Vec<NetLine>) -> Moment {
    Moment {
        effective_at: when,
        cause: EventId::trusted(cause),
        shares: shares(parts),
        lines,
        shipping: Millionths::ZERO,
        tax: Millionths::ZERO,
    }
}

pub(crate) fn conversion(order: &str, moments: Vec<Moment>) -> Conversion {
    let ordered_at = moments.first().map_or(day(0), |first| first.effective_at);
    Conversion {
        program: program_id(),
        order: OrderId::trusted(order),
        terms_version: "1".into(),
        ordered_at,
        locks_at: ordered_at.plus(30 * DAY),
        currency: "USD".parse().unwrap(),
        returning: false,
        channel: None,
        region: None,
        buyer: None,
        tiers: std::collections::BTreeMap::new(),
        renewal: None,
        moments,
        reason: Reason { tier: "click".into(), model: None, winners: vec![], losers: vec![], notes: vec![] },
    }
}

/// An order of ann's with one line.
pub(crate) fn sale(order: &str, when: Timestamp, net: &str) -> Conversion {
    conversion(
        order,
        vec![moment(when, &format!("sale-{order}"), &[("ann", 1)], vec![line("A", "", 1, net)])],
    )
}

/// Adds a moment at which ann's line is worth `net`.
pub(crate) fn then(mut conversion: Conversion, when: Timestamp, cause: &str, net: &str) -> Conversion {
    conversion.moments.push(moment(when, cause, &[("ann", 1)], vec![line("A", "", 1, net)]));
    conversion
}

/// Each earning's ambassador and last amount, by ambassador and rule.
pub(crate) fn amounts(conversion: &Conversion, program: &Program) -> Vec<(String, i64)> {
    let mut earnings = order_earnings(conversion, program).unwrap();
    earnings.sort_by(|a, b| (&a.ambassador, &a.rule).cmp(&(&b.ambassador, &b.rule)));
    earnings.iter().map(|earning| (earning.ambassador.to_string(), earning.amount())).collect()
}

/// The one earning of an order.
pub(crate) fn only(conversion: &Conversion, program: &Program) -> Earning {
    let mut earnings = order_earnings(conversion, program).unwrap();
    assert_eq!(earnings.len(), 1);
    earnings.remove(0)
}

/// (day, amount) of each step.
pub(crate) fn timeline(earning: &Earning) -> Vec<(i64, i64)> {
    let days = |at: Timestamp| at.since(day(0)) / DAY;
    earning.steps.iter().map(|step| (days(step.effective_at), step.amount)).collect()
}
