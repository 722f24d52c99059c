//! An order's shares: weights, ties and parts.

use sha2::{Digest, Sha256};
use tribute_events::{AmbassadorId, Share};
use tribute_money::{Millionths, MoneyError, Part, allocate};

/// The parts by which an order's totals are split. Ties go to the smaller SHA-256 of (order, party).
pub(crate) fn parts(order: &str, shares: &[Share]) -> Vec<Part> {
    let alone = shares.len() < 2;
    let tie = |share: &Share| if alone { [0; 32] } else { tie(order, share.ambassador.as_ref()) };
    shares.iter().map(|share| Part { weight: share.weight, tie: tie(share) }).collect()
}

/// The house stands as the empty party.
fn tie(order: &str, ambassador: Option<&AmbassadorId>) -> [u8; 32] {
    let party = ambassador.map_or("", AmbassadorId::as_str);
    Sha256::new().chain_update(order).chain_update([0]).chain_update(party).finalize().into()
}

/// One party's part of a total in whole units.
pub(crate) fn part_of(total: i64, parts: &[Part], index: usize) -> Result<i64, MoneyError> {
    match parts {
        [only] if only.weight > 0 => Ok(total),
        _ => Ok(allocate(total, parts)?.get(index).copied().unwrap_or_default()),
    }
}

/// One party's part of an exact amount, in millionths.
pub(crate) fn part_of_base(base: Millionths, parts: &[Part], index: usize) -> Result<Millionths, MoneyError> {
    part_of(base.get(), parts, index).map(Millionths::new)
}

/// The sum of all weights.
pub(crate) fn weights(shares: &[Share]) -> Result<u64, MoneyError> {
    shares.iter().try_fold(0_u64, |sum, share| sum.checked_add(share.weight)).ok_or(MoneyError::Overflow)
}
