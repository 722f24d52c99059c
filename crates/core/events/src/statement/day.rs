use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{DAY, Timestamp};

/// A calendar day as a bank writes it: without a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

/// More days than the calendar has from its beginning to its end.
const DAYS_MAX: i64 = 20_000 * 366;

/// The text or the numbers are not a calendar day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day of the calendar, such as 2026-11-24")]
pub struct NotADay(String);

impl Day {
    /// From year, month and day of the month.
    ///
    /// # Errors
    /// [`NotADay`] where the calendar has none.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, NotADay> {
        let refused = |_| NotADay(format!("{year:04}-{month:02}-{day:02}"));
        jiff::civil::Date::new(year, month, day).map(Self).map_err(refused)
    }

    /// The year, the month and the day of the month.
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// Its first instant in UTC.
    #[must_use]
    pub fn begins_at(self) -> Timestamp {
        let days = jiff::civil::Date::constant(1970, 1, 1).duration_until(self.0).as_hours() / 24;
        Timestamp::from_millis(days.saturating_mul(DAY))
    }

    /// Later by whole days, or earlier where negative; stays at the ends of the calendar.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let hours = days.clamp(-DAYS_MAX, DAYS_MAX).saturating_mul(24);
        Self(self.0.saturating_add(jiff::SignedDuration::from_hours(hours)))
    }

    /// How many days after `earlier` this is; negative where it is before.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        earlier.0.duration_until(self.0).as_hours() / 24
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "description": "A calendar day", "examples": ["2026-11-24"]})
    }
}

impl FromStr for Day {
    type Err = NotADay;
    fn from_str(text: &str) -> Result<Self, NotADay> {
        let refused = || NotADay(text.chars().take(40).collect());
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return Err(refused()) };
        let digits =
            |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return Err(refused());
        }
        let number = |part: &str| part.parse::<i16>().map_err(|_| refused());
        let small = |part: &str| part.parse::<i8>().map_err(|_| refused());
        Self::new(number(year)?, small(month)?, small(day)?).map_err(|_| refused())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_over_months_and_leap_years() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("2028-02-28").plus_days(2), day("2028-03-01"));
        assert_eq!(day("2027-01-01").plus_days(-1).to_string(), "2026-12-31");
        assert_eq!(day("2026-12-01").days_since(day("2026-11-24")), 7);
        assert_eq!(day("2026-11-24").days_since(day("2026-12-01")), -7);
        assert_eq!(day("2026-11-24").plus_days(i64::MAX).to_string(), "9999-12-31");
        for text in ["2026-02-29", "2026-1-01", "26-01-01", "2026-01-01Z", "", "+026-01-01"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
