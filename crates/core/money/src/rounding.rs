use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::MoneyError;

/// How a quotient becomes a whole number of minor units. A policy of the program's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest, .5 away from zero. The default of the terms.
    HalfUp,
    /// To the nearest, .5 to the even neighbour.
    HalfEven,
    /// Towards zero.
    Down,
}

/// `numerator / denominator`, rounded once to a whole number.
///
/// # Errors
/// [`MoneyError::DivisionByZero`], or [`MoneyError::Overflow`] for `i128::MIN / -1`.
pub fn divide(numerator: i128, denominator: i128, rounding: Rounding) -> Result<i128, MoneyError> {
    if denominator == 0 {
        return Err(MoneyError::DivisionByZero);
    }
    let quotient = numerator.checked_div(denominator).ok_or(MoneyError::Overflow)?;
    let remainder = numerator.checked_rem(denominator).ok_or(MoneyError::Overflow)?;
    if remainder == 0 || rounding == Rounding::Down {
        return Ok(quotient);
    }
    let away = if (numerator < 0) == (denominator < 0) { 1 } else { -1 };
    let (rest, whole) = (remainder.unsigned_abs(), denominator.unsigned_abs());
    // rest < whole, so `whole - rest` cannot underflow; comparing with it avoids doubling.
    let to_whole = whole.abs_diff(rest);
    let up = match rest.cmp(&to_whole) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => rounding == Rounding::HalfUp || quotient.checked_rem(2) != Some(0),
    };
    if up { quotient.checked_add(away).ok_or(MoneyError::Overflow) } else { Ok(quotient) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_where_the_policy_says() {
        let at = |n, d, r| divide(n, d, r).unwrap();
        assert_eq!(at(5, 2, Rounding::HalfUp), 3);
        assert_eq!(at(-5, 2, Rounding::HalfUp), -3);
        assert_eq!(at(5, 2, Rounding::HalfEven), 2);
        assert_eq!(at(7, 2, Rounding::HalfEven), 4);
        assert_eq!(at(-7, -2, Rounding::HalfEven), 4);
        assert_eq!(at(29, 10, Rounding::Down), 2);
        assert_eq!(at(-29, 10, Rounding::Down), -2);
        assert_eq!(at(14, 10, Rounding::HalfUp), 1);
        assert_eq!(at(16, -10, Rounding::HalfUp), -2);
    }

    #[test]
    fn zero_divides_nothing() {
        assert_eq!(divide(1, 0, Rounding::HalfUp), Err(MoneyError::DivisionByZero));
        assert_eq!(divide(i128::MIN, -1, Rounding::Down), Err(MoneyError::Overflow));
    }
}
