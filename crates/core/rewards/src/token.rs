//! What limits tokens: caps for each ambassador, and expiry.

use tribute_events::{GrantId, Timestamp};

/// A grant of tokens as a mission gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Won {
    /// The grant.
    pub grant: GrantId,
    /// When it was won.
    pub effective_at: Timestamp,
    /// How many.
    pub units: u32,
    /// The most that its ambassador may have in its period, by the terms in force when it was won.
    pub cap: u64,
}

/// How many tokens each grant of one ambassador in one period may bring under a cap: first come by (time, id), the one
/// that goes beyond its cap is cut to what is left of it, and those behind it bring nothing.
///
/// ```
/// use tribute_events::{GrantId, Timestamp};
/// use tribute_rewards::{Won, within_cap};
/// let won = |id: &str, at| Won { grant: GrantId::trusted(id), effective_at: Timestamp::from_millis(at), units: 40, cap: 100 };
/// let found = within_cap(&[won("c", 3), won("a", 1), won("b", 2)]);
/// assert_eq!(found, [20, 40, 40]);
/// ```
#[must_use]
pub fn within_cap(won: &[Won]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..won.len()).collect();
    order.sort_by_key(|place| won.get(*place).map(|it| (it.effective_at, &it.grant)));
    let (mut granted, mut allowed) = (0_u64, vec![0; won.len()]);
    for place in order {
        if let (Some(it), Some(slot)) = (won.get(place), allowed.get_mut(place)) {
            *slot = it.units.min(u32::try_from(it.cap.saturating_sub(granted)).unwrap_or(u32::MAX));
            granted = granted.saturating_add(u64::from(*slot));
        }
    }
    allowed
}

/// Tokens of one grant that have not expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// The grant.
    pub grant: GrantId,
    /// When they were granted.
    pub effective_at: Timestamp,
    /// How many of them have not expired; what was spent is among them.
    pub units: i64,
}

/// How many tokens of which grants of one wallet have expired: `spent` tokens came out of the oldest lots, and what is
/// left of a lot granted at or before `granted_by` is gone.
///
/// ```
/// use tribute_events::{GrantId, Timestamp};
/// use tribute_rewards::{Lot, expiries};
/// let lot = |id: &str, at| Lot { grant: GrantId::trusted(id), effective_at: Timestamp::from_millis(at), units: 100 };
/// let found = expiries(&[lot("new", 2), lot("old", 1)], 30, Timestamp::from_millis(1));
/// assert_eq!(found, [(GrantId::trusted("old"), 70)]);
/// ```
#[must_use]
pub fn expiries(lots: &[Lot], spent: i64, granted_by: Timestamp) -> Vec<(GrantId, i64)> {
    let mut order: Vec<_> = lots.iter().collect();
    order.sort_by_key(|lot| (lot.effective_at, &lot.grant));
    let mut spent = spent.max(0);
    let mut gone = Vec::new();
    for lot in order {
        let taken = lot.units.min(spent);
        spent = spent.saturating_sub(taken);
        let left = lot.units.saturating_sub(taken);
        if left > 0 && lot.effective_at <= granted_by {
            gone.push((lot.grant.clone(), left));
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_spent_never_expires() {
        let lot = |id: &str, at| Lot {
            grant: GrantId::trusted(id),
            effective_at: Timestamp::from_millis(at),
            units: 100,
        };
        let lots = [lot("a", 1), lot("b", 2), lot("c", 3)];
        let gone = |spent, by| -> Vec<_> {
            let found = expiries(&lots, spent, Timestamp::from_millis(by));
            found.into_iter().map(|(grant, units)| format!("{grant} {units}")).collect()
        };
        assert_eq!(gone(0, 2), ["a 100", "b 100"]);
        assert_eq!(gone(150, 2), ["b 50"]);
        assert_eq!(gone(250, 2), Vec::<String>::new());
        assert_eq!(gone(400, 9), Vec::<String>::new());
    }
}
