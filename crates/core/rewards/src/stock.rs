use serde::{Deserialize, Serialize};
use tribute_events::{GrantId, Timestamp};

/// A grant of a perk that is neither delivered nor cancelled nor revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerkClaim {
    /// The grant.
    pub grant: GrantId,
    /// When it was won.
    pub effective_at: Timestamp,
    /// How many units.
    pub units: u32,
}

/// Who has units, and who waits for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reservations {
    /// Grants with their units reserved, by (time, id).
    pub reserved: Vec<GrantId>,
    /// Grants that wait, first first.
    pub waiting: Vec<GrantId>,
}

/// Gives the units of one perk to the open grants, first come first served by (time, id); the rest waits in that
/// order.
///
/// `stock` is every unit that came in less those delivered; nothing can be reserved out of a negative one. Give all
/// open grants, those reserved before included: the answer depends on the grants, not on when they arrived. A grant
/// for more units than are left makes those behind it wait too, so that a small one never overtakes.
///
/// ```
/// use tribute_events::{GrantId, Timestamp};
/// use tribute_rewards::{PerkClaim, reserve};
/// let claim = |id: &str, at| PerkClaim { grant: GrantId::trusted(id), effective_at: Timestamp::from_millis(at), units: 1 };
/// let found = reserve(1, &[claim("late", 2), claim("early", 1)]);
/// assert_eq!(found.reserved, [GrantId::trusted("early")]);
/// assert_eq!(found.waiting, [GrantId::trusted("late")]);
/// ```
#[must_use]
pub fn reserve(stock: i64, claims: &[PerkClaim]) -> Reservations {
    let mut row: Vec<_> = claims.iter().collect();
    row.sort_by_key(|claim| (claim.effective_at, &claim.grant));
    let mut left = stock;
    let mut found = Reservations::default();
    for claim in row {
        let rest = left.checked_sub(i64::from(claim.units)).filter(|rest| *rest >= 0);
        match rest {
            Some(rest) if found.waiting.is_empty() => {
                left = rest;
                found.reserved.push(claim.grant.clone());
            }
            Some(_) | None => found.waiting.push(claim.grant.clone()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claim(id: &str, at: i64, units: u32) -> PerkClaim {
        PerkClaim { grant: GrantId::trusted(id), effective_at: Timestamp::from_millis(at), units }
    }

    fn ids(grants: &[GrantId]) -> Vec<&str> {
        grants.iter().map(GrantId::as_str).collect()
    }

    #[test]
    fn nobody_overtakes() {
        let claims = [claim("c", 3, 1), claim("a", 1, 2), claim("b", 2, 2)];
        let found = reserve(3, &claims);
        assert_eq!((ids(&found.reserved), ids(&found.waiting)), (vec!["a"], vec!["b", "c"]));
        let found = reserve(4, &claims);
        assert_eq!((ids(&found.reserved), ids(&found.waiting)), (vec!["a", "b"], vec!["c"]));
        assert_eq!(ids(&reserve(-1, &claims).waiting), ["a", "b", "c"]);
    }

    proptest! {
        #[test]
        fn never_more_than_the_stock(stock in -3_i64..12, units in prop::collection::vec(1_u32..4, 0..9)) {
            let claims: Vec<_> = units.iter().zip(0..).map(|(units, n)| claim(&n.to_string(), n, *units)).collect();
            let found = reserve(stock, &claims);
            let taken: i64 = claims.iter().filter(|it| found.reserved.contains(&it.grant)).map(|it| i64::from(it.units)).sum();
            prop_assert!(taken <= stock.max(0));
            prop_assert_eq!(found.reserved.len() + found.waiting.len(), claims.len());
        }
    }
}
