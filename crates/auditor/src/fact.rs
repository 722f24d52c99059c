//! A fact: what an event says, with its two times; and the horizon up to which facts are seen.

use smol_str::SmolStr;
use tribute_events::{EventId, Timestamp};

/// When something happened, when the log accepted it, and which event says so. Facts are ordered by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    pub(crate) time: Timestamp,
    pub(crate) id: EventId,
    pub(crate) source: SmolStr,
    pub(crate) recorded: Timestamp,
}

/// What one event says.
#[derive(Debug, Clone)]
pub(crate) struct Fact<T> {
    pub(crate) stamp: Stamp,
    pub(crate) body: T,
}

/// What is seen: facts that happened up to an instant and were recorded before another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Horizon {
    /// The last instant whose facts are seen.
    pub(crate) until: Timestamp,
    /// Facts recorded at this instant or later are not seen.
    pub(crate) heard_before: Timestamp,
}

impl Horizon {
    /// Everything.
    pub(crate) const END: Self = Self { until: Timestamp::MAX, heard_before: Timestamp::MAX };

    /// Whether a fact is seen.
    pub(crate) fn sees(self, stamp: &Stamp) -> bool {
        stamp.time <= self.until && stamp.recorded < self.heard_before
    }

    /// The same, without what was recorded at `lock` or later.
    pub(crate) fn before(self, lock: Timestamp) -> Self {
        Self { heard_before: self.heard_before.min(lock), ..self }
    }

    /// The last fact that is seen and for which `holds` is true; the list is in order.
    pub(crate) fn last<T>(self, list: &[Fact<T>], holds: impl Fn(&Fact<T>) -> bool) -> Option<&Fact<T>> {
        list.iter().rev().find(|fact| self.sees(&fact.stamp) && holds(fact))
    }
}

/// Facts about something, in order.
pub(crate) type Facts<T> = Vec<Fact<T>>;

/// Puts facts in their order.
pub(crate) fn sort<T>(facts: &mut Facts<T>) {
    facts.sort_by(|a, b| a.stamp.cmp(&b.stamp));
}
