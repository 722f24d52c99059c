use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Millionths, MoneyError, millionths::shortened};

/// A fraction, exact to six decimals: `"2.9%"` and `"0.029"` are the same rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

impl Rate {
    /// From millionths of the whole: 29,000 is 2.9 %.
    #[must_use]
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// Millionths of the whole.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let refused = |_| MoneyError::NotARate(shortened(text));
        let Some(percent) = text.strip_suffix('%') else {
            return text.parse::<Millionths>().map(|value| Self(value.get())).map_err(refused);
        };
        let value = percent.trim_end().parse::<Millionths>().map_err(refused)?.get();
        match (value.checked_rem(100), value.checked_div(100)) {
            (Some(0), Some(fraction)) => Ok(Self(fraction)),
            _ => Err(MoneyError::NotARate(shortened(text))),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = Millionths::new(self.0.saturating_mul(100)).to_string();
        let short = percent.trim_end_matches('0').trim_end_matches('.');
        write!(f, "{short}%")
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Rate;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rate like \"2.9%\" or \"0.029\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Rate, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A fraction, as a percentage or a decimal, exact to six decimals",
            "examples": ["10%", "2.9%", "0.029"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_fraction_are_one() {
        assert_eq!("2.9%".parse::<Rate>(), "0.029".parse());
        assert_eq!("2.9 %".parse::<Rate>().unwrap().to_string(), "2.9%");
        assert_eq!("10%".parse::<Rate>().unwrap().to_string(), "10%");
        assert!("ten".parse::<Rate>().is_err());
        assert!("0.00001%".parse::<Rate>().is_err());
    }
}
