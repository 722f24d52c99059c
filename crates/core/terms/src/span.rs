use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use tribute_events::{DAY, HOUR, MINUTE, Milliseconds};

/// A length of time as terms write it: `"30d"`, `"24h"`, `"15m"`, `"90s"`, or a sum such as `"1d 12h"`.
///
/// A day is 24 hours; calendar periods are [`crate::Period`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span(Milliseconds);

/// The text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time; write it like \"30d\", \"24h\", \"15m\" or \"90s\"")]
pub struct NotASpan(String);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many days of 24 hours.
    #[must_use]
    pub const fn days(days: i64) -> Self {
        Self(DAY.saturating_mul(days))
    }

    /// So many seconds.
    #[must_use]
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// So many milliseconds.
    #[must_use]
    pub const fn of_millis(millis: Milliseconds) -> Self {
        Self(millis)
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(hours: i64) -> Self {
        Self(HOUR.saturating_mul(hours))
    }

    /// The length in milliseconds.
    #[must_use]
    pub const fn millis(self) -> Milliseconds {
        self.0
    }
}

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let refused = || NotASpan(text.chars().take(40).collect());
        let mut total: Milliseconds = 0;
        let mut parts = text.split_whitespace().peekable();
        parts.peek().ok_or_else(refused)?;
        for part in parts {
            let end = part.find(|at: char| !at.is_ascii_digit()).ok_or_else(refused)?;
            let (number, unit) = part.split_at(end);
            let number: i64 = number.parse().map_err(|_| refused())?;
            let unit = match unit {
                "d" => DAY,
                "h" => HOUR,
                "m" => MINUTE,
                "s" => 1_000,
                "ms" => 1,
                _ => return Err(refused()),
            };
            let span = number.checked_mul(unit).ok_or_else(refused)?;
            total = total.checked_add(span).ok_or_else(refused)?;
        }
        Ok(Self(total))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", 1_000), ("ms", 1)];
        let mut rest = self.0;
        let mut parts = Vec::new();
        for (name, unit) in units {
            let count = rest.checked_div(unit).unwrap_or_default();
            rest = rest.checked_rem(unit).unwrap_or_default();
            if count > 0 {
                parts.push(format!("{count}{name}"));
            }
        }
        f.write_str(if parts.is_empty() { "0s" } else { "" })?;
        f.write_str(&parts.join(" "))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "A length of time", "examples": ["30d", "24h", "1d 12h"]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_as_people_do() {
        for text in ["30d", "1d 12h", "15m", "90s", "0s", "250ms"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
        }
        for text in ["", "30", "d", "30 days", "-1d", "1.5h"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
