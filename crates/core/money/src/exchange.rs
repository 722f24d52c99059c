use rust_decimal::Decimal;

use crate::{MoneyError, Rounding, divide};

/// Units of a currency for one unit of the common base (the ECB's euro), as published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceRate(Decimal);

impl ReferenceRate {
    /// The base itself: one for one.
    pub const BASE: Self = Self(Decimal::ONE);

    /// From the published decimal.
    ///
    /// # Errors
    /// [`MoneyError::NotARate`] unless it is positive.
    pub fn new(rate: Decimal) -> Result<Self, MoneyError> {
        if rate > Decimal::ZERO { Ok(Self(rate)) } else { Err(MoneyError::NotARate(rate.to_string().into())) }
    }

    /// The published decimal.
    #[must_use]
    pub const fn get(self) -> Decimal {
        self.0
    }
}

impl std::str::FromStr for ReferenceRate {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let refused = || MoneyError::NotARate(crate::millionths::shortened(text));
        Self::new(Decimal::from_str_exact(text).map_err(|_| refused())?).map_err(|_| refused())
    }
}

impl std::fmt::Display for ReferenceRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// `amount` minor units of one currency in minor units of another: `amount × to / from`, exact until
/// the one rounding at the end.
///
/// `from` and `to` are each currency's rate and its number of decimals.
///
/// # Errors
/// [`MoneyError::Overflow`] where an intermediate value leaves 128 bits.
///
/// ```
/// use tribute_money::{exchange, Rounding};
/// // 100.00 GBP at 0.86675 GBP and 1.3926 USD for 1 EUR: 160.67 USD
/// let usd = exchange(10_000, ("0.86675".parse()?, 2), ("1.3926".parse()?, 2), Rounding::HalfUp)?;
/// assert_eq!(usd, 16_067);
/// # Ok::<(), tribute_money::MoneyError>(())
/// ```
pub fn exchange(
    amount: i64,
    from: (ReferenceRate, u32),
    to: (ReferenceRate, u32),
    rounding: Rounding,
) -> Result<i64, MoneyError> {
    let ((from, from_exponent), (to, to_exponent)) = (from, to);
    // mantissa × 10^-scale on both sides: bring the powers of ten to the side where they are positive.
    let up = to_exponent.checked_add(from.0.scale()).ok_or(MoneyError::Overflow)?;
    let down = from_exponent.checked_add(to.0.scale()).ok_or(MoneyError::Overflow)?;
    let common = up.min(down);
    let power = |exponent: u32| {
        exponent.checked_sub(common).and_then(|power| 10_i128.checked_pow(power)).ok_or(MoneyError::Overflow)
    };
    let numerator = i128::from(amount)
        .checked_mul(to.0.mantissa())
        .and_then(|product| product.checked_mul(power(up).ok()?))
        .ok_or(MoneyError::Overflow)?;
    let denominator = from.0.mantissa().checked_mul(power(down)?).ok_or(MoneyError::Overflow)?;
    i64::try_from(divide(numerator, denominator, rounding)?).map_err(|_| MoneyError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_of_both_currencies_count() {
        let rate = |text: &str| text.parse::<ReferenceRate>().unwrap();
        // 20.00 EUR in yen at 111.94: 2,238.8 -> 2,239
        let yen = exchange(2_000, (ReferenceRate::BASE, 2), (rate("111.94"), 0), Rounding::HalfUp);
        assert_eq!(yen, Ok(2_239));
        // and back: 2,239 JPY / 111.94 = 20.0018 EUR
        let euro = exchange(2_239, (rate("111.94"), 0), (ReferenceRate::BASE, 2), Rounding::HalfUp);
        assert_eq!(euro, Ok(2_000));
        assert_eq!(exchange(100, (rate("2"), 2), (rate("2"), 2), Rounding::HalfUp), Ok(100));
    }

    #[test]
    fn a_rate_is_positive() {
        assert!("0".parse::<ReferenceRate>().is_err());
        assert!("-1.5".parse::<ReferenceRate>().is_err());
        assert!("N/A".parse::<ReferenceRate>().is_err());
    }
}
