use sha2::{Digest, Sha256};
use tribute_events::{AmbassadorId, BrandId, PayoutId, PayoutMethod, ProgramId, Timestamp};
use tribute_money::Asset;

use crate::Fixing;

/// What one ambassador has cleared and not been paid in one currency, up to a run's cut-off.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Balance {
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// The currency.
    pub asset: Asset,
    /// Minor units; negative where the ambassador owes them.
    pub amount: i64,
}

/// What a run makes of one balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The payout; the id that it would have had where the balance is carried or held.
    pub payout: PayoutId,
    /// The balance.
    pub balance: Balance,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of a balance in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is paid.
    Pay {
        /// The currency paid in.
        asset: Asset,
        /// Minor units of it, above zero.
        amount: i64,
        /// What of the balance is kept back for the tax authority, in its minor units.
        withheld: i64,
        /// How it is paid; `None` where the export decides.
        method: Option<PayoutMethod>,
        /// The rates of the conversion, where there is one.
        fixing: Option<Fixing>,
        /// Why it is not paid in the currency that was asked for, where it is not.
        note: Option<String>,
    },
    /// It waits for the next run: there is too little of it.
    Carry {
        /// Why, with amounts.
        reason: String,
    },
    /// It waits until somebody does something.
    Hold {
        /// Why, and who must do what.
        reason: String,
    },
}

/// The id of the payout of a balance in a run: the same run started twice names the same payouts.
///
/// `po_` and 20 hex digits of SHA-256 over brand, program, ambassador, currency and cut-off. Identifiers hold no
/// control characters, so that a zero byte separates them for good.
#[must_use]
pub fn payout_id(
    brand: &BrandId,
    program: &ProgramId,
    ambassador: &AmbassadorId,
    asset: &Asset,
    run_at: Timestamp,
) -> PayoutId {
    let mut hasher = Sha256::new();
    for part in [brand.as_str(), program.as_str(), ambassador.as_str(), asset.as_str()] {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.update(run_at.millis().to_be_bytes());
    let mut id = String::from("po_");
    for byte in hasher.finalize().iter().take(10) {
        id.extend(
            [byte >> 4, byte & 0x0f].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')),
        );
    }
    PayoutId::trusted(&id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_depends_on_every_part() {
        let id = |brand: &str, program: &str, ambassador: &str, asset: &str, run_at| {
            let run_at = Timestamp::from_millis(run_at);
            let (brand, program) = (BrandId::trusted(brand), ProgramId::trusted(program));
            payout_id(&brand, &program, &AmbassadorId::trusted(ambassador), &asset.parse().unwrap(), run_at)
        };
        let ids = [
            id("acme", "friends", "ada", "USD", 1),
            id("acme", "friend", "sada", "USD", 1),
            id("other", "friends", "ada", "USD", 1),
            id("acme", "friends", "bob", "USD", 1),
            id("acme", "friends", "ada", "EUR", 1),
            id("acme", "friends", "ada", "USD", 2),
        ];
        assert!(ids.iter().all(|id| id.as_str().len() == 23));
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
        assert_eq!(ids[0], id("acme", "friends", "ada", "USD", 1));
    }
}
