use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{MoneyError, Rate, Rounding, divide};

/// An exact decimal amount with up to six decimals, held as whole millionths of the major unit.
///
/// Input amounts are read into this type and stay in it until the one rounding at the end
/// (real shops send `2042.761`). On the wire it is a decimal string; a JSON number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millionths(i64);

const SCALE: i64 = 1_000_000;
const DECIMALS: usize = 6;

impl Millionths {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From whole millionths.
    #[must_use]
    pub const fn new(millionths: i64) -> Self {
        Self(millionths)
    }

    /// The whole millionths.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// From minor units of an asset with `exponent` decimals; exact.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] where the amount does not fit.
    pub fn from_minor(minor: i64, exponent: u32) -> Result<Self, MoneyError> {
        let unit = minor_unit(exponent)?;
        minor.checked_mul(unit).map(Self).ok_or(MoneyError::Overflow)
    }

    /// To minor units of an asset with `exponent` decimals, rounded once.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] where the exponent is over six.
    pub fn to_minor(self, exponent: u32, rounding: Rounding) -> Result<i64, MoneyError> {
        let minor = divide(i128::from(self.0), i128::from(minor_unit(exponent)?), rounding)?;
        i64::try_from(minor).map_err(|_| MoneyError::Overflow)
    }

    /// `self × rate` in minor units of an asset with `exponent` decimals, rounded once.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] where the product does not fit.
    pub fn times(self, rate: Rate, exponent: u32, rounding: Rounding) -> Result<i64, MoneyError> {
        let product =
            i128::from(self.0).checked_mul(i128::from(rate.millionths())).ok_or(MoneyError::Overflow)?;
        let unit =
            i128::from(minor_unit(exponent)?).checked_mul(i128::from(SCALE)).ok_or(MoneyError::Overflow)?;
        i64::try_from(divide(product, unit, rounding)?).map_err(|_| MoneyError::Overflow)
    }

    /// The sum, or [`MoneyError::Overflow`].
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyError::Overflow)
    }

    /// The difference, or [`MoneyError::Overflow`].
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_sub(other.0).map(Self).ok_or(MoneyError::Overflow)
    }
}

/// How many millionths one minor unit of `exponent` decimals has.
fn minor_unit(exponent: u32) -> Result<i64, MoneyError> {
    let power = 6_u32.checked_sub(exponent).ok_or(MoneyError::Overflow)?;
    10_i64.checked_pow(power).ok_or(MoneyError::Overflow)
}

impl FromStr for Millionths {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(fraction) {
            return Err(MoneyError::NotDecimal(shortened(text)));
        }
        let fraction = if fraction.len() > DECIMALS { fraction.trim_end_matches('0') } else { fraction };
        if fraction.len() > DECIMALS {
            return Err(MoneyError::TooManyDecimals(shortened(text)));
        }
        let mut value: i64 = whole.parse().map_err(|_| MoneyError::Overflow)?;
        value = value.checked_mul(SCALE).ok_or(MoneyError::Overflow)?;
        let mut unit = SCALE;
        for byte in fraction.bytes() {
            unit = unit.checked_div(10).ok_or(MoneyError::Overflow)?;
            let digit = i64::from(byte.saturating_sub(b'0'));
            let part = digit.checked_mul(unit).ok_or(MoneyError::Overflow)?;
            value = value.checked_add(part).ok_or(MoneyError::Overflow)?;
        }
        Ok(Self(if negative { value.checked_neg().ok_or(MoneyError::Overflow)? } else { value }))
    }
}

/// The text as it may stand in a message: no longer than a line.
pub(crate) fn shortened(text: &str) -> smol_str::SmolStr {
    text.chars().take(40).collect()
}

impl fmt::Display for Millionths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let scale = SCALE.unsigned_abs();
        let whole = size.checked_div(scale).unwrap_or_default();
        let fraction = format!("{:06}", size.checked_rem(scale).unwrap_or_default());
        let kept = fraction.trim_end_matches('0');
        write!(f, "{sign}{whole}.{kept:0<2}")
    }
}

impl Serialize for Millionths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Millionths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Millionths;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal string like \"129.90\" (a JSON number is not accepted for an amount)")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Millionths, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for Millionths {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DecimalAmount".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^-?[0-9]+(\.[0-9]{1,6}0*)?$",
            "description": "An exact decimal amount of the major unit, up to six decimals",
            "examples": ["129.90", "2042.761"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_shops_send_and_prints_it_back() {
        for (text, millionths, shown) in [
            ("129.90", 129_900_000, "129.90"),
            ("2042.761", 2_042_761_000, "2042.761"),
            ("-0.000001", -1, "-0.000001"),
            ("7", 7_000_000, "7.00"),
            ("1.00000000", 1_000_000, "1.00"),
        ] {
            let amount: Millionths = text.parse().unwrap();
            assert_eq!((amount.get(), amount.to_string().as_str()), (millionths, shown));
        }
    }

    #[test]
    fn refuses_what_is_not_exact() {
        for text in ["", "-", ".5", "5.", "1,5", "1e3", " 1", "+1", "0x1", "1.0000001", "9223372036855"] {
            assert!(text.parse::<Millionths>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Millionths>("12.5").is_err());
    }

    #[test]
    fn rates_round_once() {
        let cases = [("5.00", "2.9%", 15), ("0.07", "20%", 1), ("0.02", "20%", 0), ("0.03", "20%", 1)];
        for (amount, rate, minor) in cases {
            let amount: Millionths = amount.parse().unwrap();
            assert_eq!(amount.times(rate.parse().unwrap(), 2, Rounding::HalfUp), Ok(minor));
        }
    }
}
