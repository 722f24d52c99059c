use jiff::{Unit, Zoned, civil, tz::TimeZone};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::{SmolStr, format_smolstr};
use tribute_events::Timestamp;

use crate::Period;

/// A time zone of the tz database, such as `Europe/London`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

/// One period of the calendar: its name and its bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodBounds {
    /// `2026-03-01`, `2026-W09`, `2026-03`, `2026` or `all`.
    pub name: SmolStr,
    /// First instant.
    pub starts_at: Timestamp,
    /// First instant after it.
    pub ends_at: Timestamp,
}

impl Zone {
    /// The zone of that name.
    ///
    /// # Errors
    /// Where the tz database does not know the name.
    pub fn named(name: &str) -> Result<Self, String> {
        TimeZone::get(name).map(Self).map_err(|_| {
            format!("`{name}` is not a time zone of the tz database; write it like \"Europe/London\"")
        })
    }

    /// The zone's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The period of the calendar that `at` lies in.
    ///
    /// An instant that the calendar cannot hold lies in `all`.
    #[must_use]
    pub fn period(&self, period: Period, at: Timestamp) -> PeriodBounds {
        self.bounds(period, at).unwrap_or(PeriodBounds {
            name: "all".into(),
            starts_at: Timestamp::MIN,
            ends_at: Timestamp::MAX,
        })
    }

    fn bounds(&self, period: Period, at: Timestamp) -> Option<PeriodBounds> {
        let date = self.zoned(at)?.date();
        let week = date.iso_week_date();
        let (first, next, name) = match period {
            Period::AllTime => return None,
            Period::Day => (date, date.tomorrow().ok()?, format_smolstr!("{date}")),
            Period::Week => {
                let monday =
                    civil::ISOWeekDate::new(week.year(), week.week(), civil::Weekday::Monday).ok()?.date();
                let next = monday.checked_add(jiff::Span::new().weeks(1)).ok()?;
                (monday, next, format_smolstr!("{:04}-W{:02}", week.year(), week.week()))
            }
            Period::Month => {
                let next = date.last_of_month().tomorrow().ok()?;
                (date.first_of_month(), next, format_smolstr!("{}", date.strftime("%Y-%m")))
            }
            Period::Year => {
                let next = date.last_of_year().tomorrow().ok()?;
                (date.first_of_year(), next, format_smolstr!("{:04}", date.year()))
            }
        };
        Some(PeriodBounds { name, starts_at: self.midnight(first)?, ends_at: self.midnight(next)? })
    }

    /// The first instant after `at` that follows a day of a month: day 15 ends at the midnight before the 16th. A month
    /// without such a day ends it with its last. `None` at the end of the calendar.
    #[must_use]
    pub fn next_after_day(&self, day: u8, at: Timestamp) -> Option<Timestamp> {
        let mut first = self.zoned(at)?.date().first_of_month();
        loop {
            let last = first.days_in_month();
            let day = i8::try_from(day).unwrap_or(last).clamp(1, last);
            let ends_at = self.midnight(first.with().day(day).build().ok()?.tomorrow().ok()?)?;
            if ends_at > at {
                return Some(ends_at);
            }
            first = first.last_of_month().tomorrow().ok()?;
        }
    }

    /// The same wall-clock time so many months later; the month's last day where it has no such day
    /// (31 January + 1 month = 28 February).
    #[must_use]
    pub fn months_after(&self, at: Timestamp, months: u16) -> Timestamp {
        let later = || self.zoned(at)?.checked_add(jiff::Span::new().months(i32::from(months))).ok();
        later().map_or(Timestamp::MAX, |later| Timestamp::from_millis(later.timestamp().as_millisecond()))
    }

    /// The day of `at` in this zone, as `2026-03-31`.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> SmolStr {
        self.zoned(at).map_or_else(|| "all".into(), |zoned| format_smolstr!("{}", zoned.date()))
    }

    /// The month (1 to 12), the weekday (1 is Monday) and the hour (0 to 23) of `at` in this zone.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> Option<[i64; 3]> {
        let zoned = self.zoned(at)?;
        Some([zoned.month(), zoned.weekday().to_monday_one_offset(), zoned.hour()].map(i64::from))
    }

    fn zoned(&self, at: Timestamp) -> Option<Zoned> {
        let instant = jiff::Timestamp::from_millisecond(at.millis()).ok()?;
        Some(instant.to_zoned(self.0.clone()))
    }

    fn midnight(&self, date: civil::Date) -> Option<Timestamp> {
        let zoned = date.to_zoned(self.0.clone()).ok()?.round(Unit::Millisecond).ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::named(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Zone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TimeZone".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "A time zone of the tz database", "examples": ["Europe/London"]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn months_begin_at_local_midnight() {
        let london = Zone::named("Europe/London").unwrap();
        let july = london.period(Period::Month, at("2026-07-15T12:00:00Z"));
        assert_eq!(july.name, "2026-07");
        assert_eq!((july.starts_at, july.ends_at), (at("2026-06-30T23:00:00Z"), at("2026-07-31T23:00:00Z")));
        let week = london.period(Period::Week, at("2027-01-01T00:00:00Z"));
        assert_eq!((week.name.as_str(), week.starts_at), ("2026-W53", at("2026-12-28T00:00:00Z")));
    }

    #[test]
    fn a_day_of_the_month_ends_at_local_midnight_and_no_later_than_the_month() {
        let london = Zone::named("Europe/London").unwrap();
        let mut now = at("2026-01-31T00:00:00Z");
        let mut next = |day| {
            now = london.next_after_day(day, now).unwrap();
            now
        };
        // Summer time begins on 29 March 2026.
        for expected in
            ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-31T23:00:00Z", "2026-04-30T23:00:00Z"]
        {
            assert_eq!(next(31), at(expected));
        }
        assert_eq!(next(15), at("2026-05-15T23:00:00Z"));
        assert_eq!(next(15), at("2026-06-15T23:00:00Z"));
        assert_eq!(london.next_after_day(29, at("2028-02-29T12:00:00Z")), Some(at("2028-03-01T00:00:00Z")));
        // Midnight does not exist there on that day: the day begins at one.
        let santiago = Zone::named("America/Santiago").unwrap();
        assert_eq!(santiago.next_after_day(5, at("2026-09-05T12:00:00Z")), Some(at("2026-09-06T04:00:00Z")));
        assert_eq!(london.next_after_day(1, Timestamp::MAX), None);
    }

    #[test]
    fn case_39_months_end_where_the_calendar_says() {
        let zone = Zone::default();
        let start = at("2026-01-31T10:00:00Z");
        assert_eq!(zone.months_after(start, 1), at("2026-02-28T10:00:00Z"));
        assert_eq!(zone.months_after(start, 2), at("2026-03-31T10:00:00Z"));
    }
}
