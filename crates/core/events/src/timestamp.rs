use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A span of time in milliseconds.
pub type Milliseconds = i64;
/// One minute in milliseconds.
pub const MINUTE: Milliseconds = 60_000;
/// One hour in milliseconds.
pub const HOUR: Milliseconds = 3_600_000;
/// One day of 24 hours in milliseconds.
pub const DAY: Milliseconds = 86_400_000;

/// An instant in UTC, in whole milliseconds since 1970. Finer digits on input are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an RFC 3339 time with an offset, such as 2026-03-01T10:00:00Z")]
pub struct NotATimestamp(String);

impl Timestamp {
    /// Before every event.
    pub const MIN: Self = Self(i64::MIN);
    /// After every event.
    pub const MAX: Self = Self(i64::MAX);

    /// From milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Later by `span`; stays at the end of time instead of wrapping.
    #[must_use]
    pub const fn plus(self, span: Milliseconds) -> Self {
        Self(self.0.saturating_add(span))
    }

    /// Earlier by `span`; stays at the beginning of time instead of wrapping.
    #[must_use]
    pub const fn minus(self, span: Milliseconds) -> Self {
        Self(self.0.saturating_sub(span))
    }

    /// How long after `earlier` this is; negative where it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Milliseconds {
        self.0.saturating_sub(earlier.0)
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;
    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        let refused = || NotATimestamp(text.chars().take(40).collect());
        text.parse::<jiff::Timestamp>().map(|at| Self(at.as_millisecond())).map_err(|_| refused())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => f.pad(&at.to_string()),
            Err(_) => f.pad(if self.0 < 0 { "the beginning" } else { "never" }),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time such as \"2026-03-01T10:00:00Z\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_offsets_and_cuts_below_a_millisecond() {
        let at: Timestamp = "2026-03-01T12:00:00.1239+02:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-03-01T10:00:00.123Z");
        assert!("2026-03-01T10:00:00".parse::<Timestamp>().is_err());
        assert_eq!(Timestamp::MAX.plus(DAY), Timestamp::MAX);
    }
}
