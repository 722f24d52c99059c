//! Whole-number arithmetic: one rounding, one split, one digest. Everything is `i128`; the largest product,
//! an order of 10^18 millionths times a rate of 10^6, leaves fourteen digits of room.

use sha2::{Digest, Sha256};
use tribute_money::Rounding;

/// Millionths of one major unit, and of one whole rate.
pub(crate) const MILLION: i128 = 1_000_000;

/// `numerator / denominator`, rounded once; the denominator is positive.
pub(crate) fn round(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    let size = numerator.abs();
    let (whole, rest) = (size / denominator, size % denominator);
    let to_next = denominator - rest;
    let up = rest > 0
        && match rounding {
            Rounding::Down => false,
            Rounding::HalfUp => rest >= to_next,
            Rounding::HalfEven => rest > to_next || (rest == to_next && whole % 2 == 1),
        };
    numerator.signum() * (whole + i128::from(up))
}

/// Ten to the power of `exponent`.
pub(crate) const fn ten_to(exponent: u32) -> i128 {
    10_i128.pow(exponent)
}

/// An exact amount in millionths, as minor units of an asset with `exponent` decimals.
pub(crate) fn minor(millionths: i128, exponent: u32, rounding: Rounding) -> i128 {
    round(millionths * ten_to(exponent), MILLION, rounding)
}

/// One party of a split: its weight, and what decides between equals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) weight: i128,
    pub(crate) tie: [u8; 32],
}

/// Largest remainder: floor every share, then one unit each to the largest remainders; ties to the larger
/// weight, then to the smaller digest. Adds up to `total`, which is not negative.
pub(crate) fn split(total: i128, weights: &[Weight]) -> Vec<i128> {
    let sum: i128 = weights.iter().map(|it| it.weight).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let mut shares: Vec<i128> = weights.iter().map(|it| total * it.weight / sum).collect();
    let left = total - shares.iter().sum::<i128>();
    let mut ranked: Vec<_> = weights.iter().zip(shares.iter_mut()).collect();
    ranked.sort_by_key(|(it, _)| (-(total * it.weight % sum), -it.weight, it.tie));
    let winners = usize::try_from(left).unwrap_or(0);
    ranked.into_iter().take(winners).for_each(|(_, share)| *share += 1);
    shares
}

/// `SHA-256(order, 0x00, party)`: settles what is equal in every other way.
pub(crate) fn digest(order: &str, party: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(order.as_bytes());
    hasher.update([0]);
    hasher.update(party.as_bytes());
    hasher.finalize().into()
}

/// The greatest common divisor of weights, so that `2/4` and `1/2` are written alike.
pub(crate) fn common_divisor(weights: impl Iterator<Item = i128>) -> i128 {
    weights.fold(0, |mut a, mut b| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    })
}

/// `max(1, round_half_even(2^32 × 2^(-age / half_life)))`.
///
/// `2^-x` for a fraction `x` is the product, over the binary digits of `x`, of the square root of one half,
/// the root of that root, and so on: whole numbers over 2^63, exact to about 2^-56.
pub(crate) fn decay_weight(age: i64, half_life: i64) -> i128 {
    const ONE: u128 = 1 << 63;
    let (age, half_life) =
        (i128::from(age.max(0)).unsigned_abs(), i128::from(half_life.max(1)).unsigned_abs());
    let (halvings, mut rest) = (age / half_life, age % half_life);
    let Ok(halvings) = u32::try_from(halvings.min(40)) else { return 1 };
    let (mut value, mut factor) = (ONE, ONE / 2);
    for _ in 0..63 {
        factor = (factor * ONE).isqrt();
        rest *= 2;
        if rest >= half_life {
            rest -= half_life;
            value = value * factor / ONE;
        }
    }
    let unit = 1_i128 << (31 + halvings);
    let value = i128::try_from(value).unwrap_or(0);
    round(value, unit, Rounding::HalfEven).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(of: &[i128]) -> Vec<Weight> {
        of.iter().map(|weight| Weight { weight: *weight, tie: [0; 32] }).collect()
    }

    #[test]
    fn case_18_largest_remainder() {
        assert_eq!(split(11, &weights(&[3, 3, 1])), [5, 5, 1]);
        assert_eq!(split(10, &weights(&[3, 3, 1])), [4, 4, 2]);
        assert_eq!(split(7, &weights(&[0, 0])), [0, 0]);
        assert_eq!(split(2, &weights(&[1, 3])), [0, 2], "of equal remainders the larger weight has the unit");
        let tied = |first, second| [first, second].map(|tie| Weight { weight: 1, tie: [tie; 32] });
        assert_eq!(split(1, &tied(2, 1)), [0, 1], "then the smaller digest");
    }

    #[test]
    fn halves_follow_the_policy() {
        assert_eq!(round(5, 2, Rounding::HalfUp), 3);
        assert_eq!(round(-5, 2, Rounding::HalfUp), -3);
        assert_eq!(round(5, 2, Rounding::HalfEven), 2);
        assert_eq!(round(7, 2, Rounding::HalfEven), 4);
        assert_eq!(round(-29, 10, Rounding::Down), -2);
        assert_eq!(minor(5_000_000 * 29 / 1_000, 2, Rounding::HalfUp), 15);
    }

    #[test]
    fn decay_halves_and_never_vanishes() {
        assert_eq!(decay_weight(0, 7), 1 << 32);
        assert_eq!(decay_weight(7, 7), 1 << 31);
        assert_eq!(decay_weight(32 * 7, 7), 1);
        assert_eq!(decay_weight(33 * 7, 7), 1);
        assert_eq!(decay_weight(i64::MAX, 1), 1);
        // 2^32 / sqrt 2 = 3037000499.976…, 2^32 × 2^(-1/3) = 3408917801.83…
        assert_eq!(decay_weight(1, 2), 3_037_000_500);
        assert_eq!(decay_weight(1, 3), 3_408_917_802);
    }
}
