use std::cmp::Reverse;

use crate::MoneyError;

/// One party of a split: its weight, and the key that decides between equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its share, relative to the sum of all weights.
    pub weight: u64,
    /// SHA-256 of (order, party): of two parties alike in remainder and weight the smaller key goes first.
    pub tie: [u8; 32],
}

/// Splits `total` by weights: every share is floored, then the units left over go one each to the
/// largest remainders (ties: larger weight, then smaller key). The result adds up to `total` exactly.
///
/// A negative total is split as its positive mirror image.
///
/// # Errors
/// [`MoneyError::DivisionByZero`] where all weights are zero, [`MoneyError::Overflow`] where their sum overflows.
///
/// ```
/// use tribute_money::{Part, allocate};
/// let parts = [3, 3, 1].map(|weight| Part { weight, tie: [0; 32] });
/// assert_eq!(allocate(11, &parts)?, [5, 5, 1]);
/// assert_eq!(allocate(10, &parts)?, [4, 4, 2]);
/// # Ok::<(), tribute_money::MoneyError>(())
/// ```
pub fn allocate(total: i64, parts: &[Part]) -> Result<Vec<i64>, MoneyError> {
    let weights = parts
        .iter()
        .try_fold(0_u128, |sum, part| sum.checked_add(u128::from(part.weight)))
        .ok_or(MoneyError::Overflow)?;
    let size = u128::from(total.unsigned_abs());
    let mut shares = Vec::with_capacity(parts.len());
    let mut remainders = Vec::with_capacity(parts.len());
    let mut left = size;
    for (index, part) in parts.iter().enumerate() {
        let product = size.checked_mul(u128::from(part.weight)).ok_or(MoneyError::Overflow)?;
        let share = product.checked_div(weights).ok_or(MoneyError::DivisionByZero)?;
        let rest = product.checked_rem(weights).ok_or(MoneyError::DivisionByZero)?;
        left = left.checked_sub(share).ok_or(MoneyError::Overflow)?;
        shares.push(i64::try_from(share).map_err(|_| MoneyError::Overflow)?);
        remainders.push((Reverse(rest), Reverse(part.weight), part.tie, index));
    }
    if parts.is_empty() {
        return if total == 0 { Ok(shares) } else { Err(MoneyError::DivisionByZero) };
    }
    remainders.sort_unstable();
    let left = usize::try_from(left).map_err(|_| MoneyError::Overflow)?;
    for (_, _, _, index) in remainders.into_iter().take(left) {
        if let Some(share) = shares.get_mut(index) {
            *share = share.checked_add(1).ok_or(MoneyError::Overflow)?;
        }
    }
    if total < 0 {
        for share in &mut shares {
            *share = share.checked_neg().ok_or(MoneyError::Overflow)?;
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(weights: &[u64]) -> Vec<Part> {
        let tie = |n: usize| [u8::try_from(n).unwrap(); 32];
        weights.iter().enumerate().map(|(n, &weight)| Part { weight, tie: tie(n) }).collect()
    }

    #[test]
    fn case_18() {
        assert_eq!(allocate(11, &parts(&[3, 3, 1])).unwrap(), [5, 5, 1]);
        assert_eq!(allocate(10, &parts(&[3, 3, 1])).unwrap(), [4, 4, 2]);
    }

    #[test]
    fn ties_go_to_the_larger_weight_then_to_the_smaller_key() {
        assert_eq!(allocate(1, &parts(&[1, 1])).unwrap(), [1, 0]);
        assert_eq!(allocate(-1, &parts(&[1, 1])).unwrap(), [-1, 0]);
        // 2 × 1/4 and 2 × 3/4: remainders 2 and 2 of 4, the larger weight wins.
        assert_eq!(allocate(2, &parts(&[1, 3])).unwrap(), [0, 2]);
    }

    #[test]
    fn nothing_to_split_by_is_an_error() {
        assert_eq!(allocate(1, &parts(&[0, 0])), Err(MoneyError::DivisionByZero));
        assert_eq!(allocate(1, &[]), Err(MoneyError::DivisionByZero));
    }

    proptest! {
        #[test]
        fn shares_add_up(total in any::<i32>(), weights in prop::collection::vec(0_u64..1_000_000, 1..20)) {
            prop_assume!(weights.iter().any(|&w| w > 0));
            let shares = allocate(i64::from(total), &parts(&weights)).unwrap();
            prop_assert_eq!(shares.iter().sum::<i64>(), i64::from(total));
            for (share, weight) in shares.iter().zip(&weights) {
                let sum: i128 = weights.iter().map(|&w| i128::from(w)).sum();
                let exact = i128::from(total) * i128::from(*weight);
                prop_assert!((i128::from(*share) * sum - exact).abs() < sum);
            }
        }
    }
}
