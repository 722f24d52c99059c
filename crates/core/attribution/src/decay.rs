//! The weight of a touch that fades by half in each half-life, in whole numbers only.

/// 1 with 127 bits after the point.
const ONE: u128 = 1 << 127;
/// The natural logarithm of 2 with 127 bits after the point.
const LN_2: u128 = 0x58b9_0bfb_e8e7_bcd5_e4f1_d9cc_01f9_7b57;

/// `max(1, round_half_even(2^32 * 2^(-age/half_life)))`; both in milliseconds.
///
/// The power is computed with 127 bits after the point and an error below 2^-119, which leaves the product
/// with an error below 2^-87. A power with a fractional exponent is irrational, hence never half-way between
/// two whole numbers, and among the ages that a window of years has in milliseconds (below 2^40) none can be
/// expected within 2^-87 of half-way: the rounding is the true one.
pub(crate) fn decay_weight(age: i64, half_life: i64) -> u64 {
    let age = u64::try_from(age).unwrap_or(0);
    let Some(half_life) = u64::try_from(half_life).ok().filter(|&half_life| half_life > 0) else {
        return if age == 0 { 1 << 32 } else { 1 };
    };
    let whole = age.checked_div(half_life).unwrap_or(0);
    let rest = age.checked_rem(half_life).unwrap_or(0);
    // At 33 half-lives the product is at most one half, which rounds to the even 0.
    let Some(halvings) = u32::try_from(whole).ok().filter(|&halvings| halvings < 33) else { return 1 };
    let shift = halvings.saturating_add(95);
    let power = two_to_minus(rest, half_life);
    let floor = power.checked_shr(shift).unwrap_or(0);
    let rest = power.wrapping_sub(floor.checked_shl(shift).unwrap_or(0));
    let half = 1_u128.checked_shl(shift.saturating_sub(1)).unwrap_or(0);
    let up = rest > half || (rest == half && floor & 1 == 1);
    u64::try_from(floor.saturating_add(u128::from(up))).unwrap_or(u64::MAX).max(1)
}

/// `2^(-part/whole)` for `part < whole`, by the series of `exp(-x)` with `x = ln 2 * part/whole`.
fn two_to_minus(part: u64, whole: u64) -> u128 {
    let exponent = times(fraction(part, whole), LN_2);
    let (mut sum, mut term, mut number) = (ONE, ONE, 0_u128);
    while term > 0 {
        number = number.saturating_add(1);
        term = times(term, exponent).checked_div(number).unwrap_or(0);
        // The terms alternate and shrink, so the sum stays between 1/2 and 1.
        sum = if number & 1 == 1 { sum.saturating_sub(term) } else { sum.saturating_add(term) };
    }
    sum
}

/// `part/whole` with 127 bits after the point, by long division in two steps of 64 bits.
fn fraction(part: u64, whole: u64) -> u128 {
    let step = |part: u128| {
        let dividend = part << 64;
        let quotient = dividend.checked_div(u128::from(whole)).unwrap_or(0);
        (quotient, dividend.checked_rem(u128::from(whole)).unwrap_or(0))
    };
    let (high, rest) = step(u128::from(part));
    let (low, _) = step(rest);
    ((high << 64) | low) >> 1
}

/// The product of two numbers up to 1 with 127 bits after the point, cut off.
fn times(left: u128, right: u128) -> u128 {
    let halves = |number: u128| (number >> 64, number & u128::from(u64::MAX));
    let ((left_high, left_low), (right_high, right_low)) = (halves(left), halves(right));
    // Up to 1 the high halves are at most 2^63, so no sum here leaves 128 bits.
    let low = left_low.wrapping_mul(right_low) >> 64;
    let middle =
        left_high.wrapping_mul(right_low).wrapping_add(left_low.wrapping_mul(right_high)).wrapping_add(low);
    let high = left_high.wrapping_mul(right_high).wrapping_add(middle >> 64);
    (high << 1) | ((middle >> 63) & 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tribute_events::{DAY, HOUR};

    use super::*;

    /// Values of the formula to 120 decimal digits, rounded half to even.
    #[test]
    fn known_values() {
        let week = 7 * DAY;
        for (age, half_life, weight) in [
            (0, week, 1 << 32),
            (1, week, 4_294_967_291),
            (1_000, week, 4_294_962_374),
            (HOUR, week, 4_277_283_299),
            (DAY, week, 3_890_053_517),
            (2 * DAY, week, 3_523_313_526),
            (week / 2, week, 3_037_000_500),
            (week - 1, week, 2_147_483_650),
            (week, week, 1 << 31),
            (week + 1, week, 2_147_483_646),
            (10 * DAY, week, 1_595_574_218),
            (29 * DAY, week, 243_128_345),
            (30 * DAY - 1, week, 220_207_096),
            (1, 3, 3_408_917_802),
            (2, 3, 2_705_659_852),
            (100, 7, 215_046),
            (123_456_789, DAY, 1_595_213_059),
            (i64::MAX - 1, i64::MAX, 1 << 31),
            (1, i64::MAX, 1 << 32),
        ] {
            assert_eq!(decay_weight(age, half_life), weight, "{age} ms of {half_life} ms");
        }
    }

    #[test]
    fn never_below_one_and_never_a_crash() {
        for halvings in 0..33 {
            assert_eq!(decay_weight(halvings * DAY, DAY), 1 << (32 - halvings));
        }
        for (age, half_life) in [(33 * DAY, DAY), (34 * DAY, DAY), (i64::MAX, 1), (1, 0), (5, -1)] {
            assert_eq!(decay_weight(age, half_life), 1);
        }
        assert_eq!((decay_weight(0, 0), decay_weight(-1, DAY)), (1 << 32, 1 << 32));
    }

    proptest! {
        #[test]
        fn fades_and_halves(age in 0..60 * DAY, half_life in 1..90 * DAY) {
            let now = decay_weight(age, half_life);
            prop_assert!(decay_weight(age + 1, half_life) <= now);
            let halved = decay_weight(age + half_life, half_life);
            prop_assert!(now / 2 <= halved.max(1) + 1 && halved <= now / 2 + 1);
        }
    }
}
