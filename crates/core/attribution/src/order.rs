use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{
    ConversionOverridden, DisputeOutcome, Event, EventId, OrderId, OverrideShare, Payload, ProgramId,
    RefundId, RefundLine, SaleDocument, SaleRefunded, Timestamp,
};
use tribute_money::Millionths;
use tribute_terms::AttributionTerms;

/// A fact about an order: when it happened, when it was recorded, by which event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fact<T> {
    #[serde(with = "crate::millis")]
    pub(crate) at: Timestamp,
    #[serde(with = "crate::millis")]
    pub(crate) recorded: Timestamp,
    pub(crate) id: EventId,
    pub(crate) what: T,
}

/// A refund, as far as it changes the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) refund: RefundId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Millionths>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<RefundLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shipping: Option<Millionths>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax: Option<Millionths>,
}

/// A person's decision on who is credited in one program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Override {
    pub(crate) program: ProgramId,
    pub(crate) shares: Vec<OverrideShare>,
    pub(crate) by: SmolStr,
    pub(crate) reason: SmolStr,
}

/// Everything that was said of one order, in the order of (time, event id), whatever the order of arrival.
///
/// Natural keys hold here: events that carry one refund id are one refund, of which the earliest stands;
/// documents that carry one order id are one order and its revisions. The facts of one order belong in one
/// `OrderFacts`; which order an event speaks of is the caller's to tell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrderFacts {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) documents: Vec<Fact<SaleDocument>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) refunds: Vec<Fact<Refund>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled: Option<Fact<()>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) disputes: Vec<Fact<DisputeOutcome>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) overrides: Vec<Fact<Override>>,
}

/// The order as it was placed: what its earliest document says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'a> {
    /// When it was ordered.
    pub at: Timestamp,
    /// When that was recorded.
    pub recorded: Timestamp,
    /// The event that placed it.
    pub event: &'a EventId,
    /// Who bought, with which codes, and what.
    pub sale: &'a SaleDocument,
}

impl<'a> Placed<'a> {
    /// The order's id.
    #[must_use]
    pub const fn order(&self) -> &'a OrderId {
        &self.sale.order
    }

    /// When who-gets-what freezes: `max(time, recorded) + max(hold, grace)`.
    #[must_use]
    pub fn lock(&self, terms: &AttributionTerms) -> Timestamp {
        self.at.max(self.recorded).plus(terms.hold.max(terms.grace).millis())
    }
}

impl OrderFacts {
    /// Folds an event in. `false` where nothing changed: a duplicate by natural key, or no event of an order.
    pub fn add(&mut self, event: &Event) -> bool {
        match &event.payload {
            Payload::SaleCompleted(sale) | Payload::SaleEdited(sale) => {
                insert(&mut self.documents, fact(event, sale.clone()))
            }
            Payload::SaleRefunded(refund) => self.refund(event, refund),
            Payload::SaleCancelled(_) => self.cancel(fact(event, ())),
            Payload::SaleDisputed(dispute) => insert(&mut self.disputes, fact(event, dispute.outcome)),
            Payload::ConversionOverridden(what) => insert(&mut self.overrides, fact(event, decision(what))),
            _ => false,
        }
    }

    fn refund(&mut self, event: &Event, said: &SaleRefunded) -> bool {
        let SaleRefunded { refund, amount, lines, shipping, tax, .. } = said.clone();
        let what = Refund { refund, amount, lines, shipping, tax };
        let new = fact(event, what);
        let same = self.refunds.iter().position(|known| known.what.refund == new.what.refund);
        match same.and_then(|place| self.refunds.get(place).map(|known| (place, compare(known, &new)))) {
            Some((_, Ordering::Less)) => false,
            Some((place, Ordering::Greater)) => {
                self.refunds.remove(place);
                insert(&mut self.refunds, new)
            }
            _ => insert(&mut self.refunds, new),
        }
    }

    fn cancel(&mut self, new: Fact<()>) -> bool {
        let key = |fact: &Fact<()>| (fact.at, fact.id.clone(), fact.recorded);
        let earlier = self.cancelled.as_ref().is_none_or(|known| key(&new) < key(known));
        if earlier {
            self.cancelled = Some(new);
        }
        earlier
    }

    /// The order as it was placed; `None` while only refunds and the like are known of it.
    #[must_use]
    pub fn placed(&self) -> Option<Placed<'_>> {
        let first = self.documents.first()?;
        Some(Placed { at: first.at, recorded: first.recorded, event: &first.id, sale: &first.what })
    }

    /// When it was cancelled, where it was, and when that was recorded.
    #[must_use]
    pub fn cancelled(&self) -> Option<(Timestamp, Timestamp)> {
        self.cancelled.as_ref().map(|fact| (fact.at, fact.recorded))
    }
}

fn fact<T>(event: &Event, what: T) -> Fact<T> {
    Fact { at: event.time, recorded: event.recorded, id: event.id.clone(), what }
}

fn decision(what: &ConversionOverridden) -> Override {
    Override {
        program: what.program.clone(),
        shares: what.shares.clone(),
        by: what.by.as_str().into(),
        reason: what.reason.as_str().into(),
    }
}

/// By (time, id); two sources may use one id at one instant, then by what they say.
fn compare<T: PartialEq + Serialize>(left: &Fact<T>, right: &Fact<T>) -> Ordering {
    let text = |fact: &Fact<T>| serde_json::to_string(&fact.what).unwrap_or_default();
    (left.at, &left.id)
        .cmp(&(right.at, &right.id))
        .then_with(|| if left.what == right.what { Ordering::Equal } else { text(left).cmp(&text(right)) })
}

/// Keeps the list in order. A fact that is there already keeps the earlier of the two recordings.
fn insert<T: PartialEq + Serialize>(facts: &mut Vec<Fact<T>>, new: Fact<T>) -> bool {
    match facts.binary_search_by(|known| compare(known, &new)) {
        Err(place) => {
            facts.insert(place, new);
            true
        }
        Ok(place) => facts.get_mut(place).is_some_and(|known| {
            let earlier = new.recorded < known.recorded;
            known.recorded = known.recorded.min(new.recorded);
            earlier
        }),
    }
}
