//! When a fact counts, and for how much.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{EventId, Timestamp};

/// One fact that counts, or once counted: a credited order, a post, a recruit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualifying {
    /// When it happened; terms and a mission's dates look at this.
    pub at: Timestamp,
    /// What it is: `order:1001`, `post:p1`, `ambassador:ben`.
    pub id: String,
    /// When it counted towards which need, those of one need the earliest first; never empty.
    pub spells: Vec<Spell>,
}

/// A time during which a fact counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spell {
    /// When it began to count: later than the fact where a review or an override had to come first.
    pub since: Timestamp,
    /// From when on it no longer counts, or counts for another amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The event that made it count.
    pub cause: EventId,
    /// The [need](crate::Need) that it counts towards; empty in facts that were kept when a mission had but one.
    #[serde(default)]
    pub need: SmolStr,
    /// For how much it counts: 1, or what was measured by then.
    #[serde(default = "once")]
    pub amount: u64,
    /// When that can no longer change by late evidence.
    #[serde(default = "begun")]
    pub locks_at: Timestamp,
}

const fn once() -> u64 {
    1
}

const fn begun() -> Timestamp {
    Timestamp::from_millis(0)
}

/// A part of what a fact counts for, from when on it has counted without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Increment<'a> {
    pub(crate) need: &'a SmolStr,
    pub(crate) since: Timestamp,
    pub(crate) cause: &'a EventId,
    pub(crate) amount: u64,
    pub(crate) locks_at: Timestamp,
}

impl Qualifying {
    /// What the fact counts for at an instant. Of an amount that rose the parts date from when each was first there
    /// and stayed; one that fell again never was.
    pub(crate) fn increments(&self, as_of: Timestamp) -> Vec<Increment<'_>> {
        let mut found = Vec::new();
        for of_need in self.spells.chunk_by(|a, b| a.need == b.need) {
            let holds = |spell: &Spell| spell.since <= as_of && spell.until.is_none_or(|until| as_of < until);
            let Some(present) = of_need.iter().position(holds) else { continue };
            let mut pairs = of_need.windows(2).take(present);
            let first = pairs.rposition(|pair| !meet(pair)).map_or(0, |at| at.saturating_add(1));
            let run = of_need.get(first..=present).unwrap_or_default();
            let mut counted = 0;
            for (at, spell) in run.iter().enumerate() {
                let stayed = run.iter().skip(at).map(|later| later.amount).min().unwrap_or_default();
                if stayed > counted {
                    found.push(Increment {
                        need: &spell.need,
                        since: spell.since,
                        cause: &spell.cause,
                        amount: stayed.saturating_sub(counted),
                        locks_at: spell.locks_at,
                    });
                    counted = stayed;
                }
            }
        }
        found
    }
}

/// Whether of two spells the second one begins where the first one ends.
fn meet(pair: &[Spell]) -> bool {
    matches!(pair, [before, after] if before.until == Some(after.since))
}

/// A fact with its spells, where it ever counts.
pub(crate) fn found(at: Timestamp, id: String, spells: Vec<Spell>) -> Option<Qualifying> {
    (!spells.is_empty()).then_some(Qualifying { at, id, spells })
}

/// For how much something counts from an instant on.
pub(crate) struct Change<'a> {
    pub(crate) at: Timestamp,
    pub(crate) cause: &'a EventId,
    pub(crate) amount: u64,
    pub(crate) locks_at: Timestamp,
}

/// The spells between changes that come in order.
pub(crate) fn spells<'a>(need: &SmolStr, changes: impl Iterator<Item = Change<'a>>) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    for change in changes {
        let open = spells.last_mut().filter(|last| last.until.is_none());
        let counted = open.as_ref().map_or(0, |last| last.amount);
        if change.amount == counted {
            continue;
        }
        if let Some(last) = open {
            last.until = Some(change.at);
        }
        if change.amount > 0 {
            spells.push(Spell {
                since: change.at,
                until: None,
                cause: change.cause.clone(),
                need: need.clone(),
                amount: change.amount,
                locks_at: change.locks_at,
            });
        }
    }
    // What lasted no time did not happen.
    spells.retain(|spell| spell.until != Some(spell.since));
    spells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(hours)
    }

    fn fact(levels: &[(i64, u64)]) -> Qualifying {
        let cause = EventId::trusted("e");
        let changes = levels.iter().map(|(hour, amount)| Change {
            at: at(*hour),
            cause: &cause,
            amount: *amount,
            locks_at: at(*hour),
        });
        Qualifying { at: at(0), id: "post:p".into(), spells: spells(&"0/views.0".into(), changes) }
    }

    fn counted(levels: &[(i64, u64)], as_of: i64) -> Vec<(i64, u64)> {
        let fact = fact(levels);
        fact.increments(at(as_of)).iter().map(|it| (it.since.millis(), it.amount)).collect()
    }

    #[test]
    fn what_stayed_counts_from_when_it_was_there() {
        let levels = [(0, 100), (1, 500), (2, 400), (3, 900)];
        assert_eq!(counted(&levels, 9), [(0, 100), (1, 300), (3, 500)]);
        assert_eq!(counted(&levels, 1), [(0, 100), (1, 400)]);
        assert_eq!(counted(&levels, -1), []);
    }

    #[test]
    fn a_break_begins_anew() {
        let levels = [(0, 1), (2, 0), (5, 1)];
        assert_eq!([1, 2, 5].map(|as_of| counted(&levels, as_of)), [vec![(0, 1)], vec![], vec![(5, 1)]]);
        assert_eq!(counted(&[(0, 5), (1, 0), (3, 2), (4, 7)], 4), [(3, 2), (4, 5)]);
        assert_eq!(counted(&[(0, 1), (2, 0), (2, 1)], 3), [(0, 1)], "a break that lasts no time is none");
    }
}
