use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;

use crate::Timestamp;

/// A month of the calendar in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: u16,
    month: u8,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

/// The text names no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month: write it as 2026-03")]
pub struct NotAMonth(String);

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let read = || {
            let (year, month) = text.split_once('-')?;
            if year.len() != 4 || month.len() != 2 {
                return None;
            }
            let (year, month): (u16, u8) = (year.parse().ok()?, month.parse().ok()?);
            let next = if month == 12 { (year.checked_add(1)?, 1) } else { (year, month.checked_add(1)?) };
            let first = |(year, month): (u16, u8)| format!("{year:04}-{month:02}-01T00:00:00Z").parse().ok();
            Some(Self { year, month, from: first((year, month))?, to: first(next)? })
        };
        read().ok_or_else(|| NotAMonth(text.chars().take(20).collect()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Month {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Month".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let march: Month = "2026-03".parse().unwrap();
        assert_eq!(
            (march.from.to_string(), march.to.to_string()),
            ("2026-03-01T00:00:00Z".into(), "2026-04-01T00:00:00Z".into())
        );
        assert_eq!("2026-12".parse::<Month>().unwrap().to.to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(march.to_string(), "2026-03");
        for text in ["", "2026", "2026-3", "2026-13", "2026-00", "26-03", "2026-03-01"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}
