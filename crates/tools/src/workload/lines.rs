//! How the lines are written.

use std::fmt::{Arguments, Display, Write};

use tribute_events::Timestamp;

/// When the history begins: 30 days before [`START`].
pub(super) const HISTORY: i64 = START - 30 * tribute_events::DAY;
/// When the mixed events begin: 2026-03-01T00:00:00Z.
pub(super) const START: i64 = 1_772_323_200_000;
/// When the setup happened: 2026-01-01T00:00:00Z.
pub(super) const SETUP: i64 = 1_767_225_600_000;
/// Between two mixed events.
pub(super) const STEP: i64 = 10;

/// The currencies of the brands, in turn.
const CURRENCIES: [&str; 3] = ["USD", "EUR", "GBP"];

/// The currency of a brand.
pub(super) const fn currency(brand: u32) -> &'static str {
    match brand % 3 {
        0 => CURRENCIES[0],
        1 => CURRENCIES[1],
        _ => CURRENCIES[2],
    }
}

/// The times of an event.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// When it happened.
    pub(super) time: i64,
    /// When the log accepted it.
    pub(super) recorded: i64,
}

impl Times {
    /// Recorded when it happened.
    pub(super) const fn at(time: i64) -> Self {
        Self { time, recorded: time }
    }
}

/// An event of a brand.
pub(super) fn event(
    event_type: &str,
    id: impl Display,
    brand: u32,
    times: Times,
    data: Arguments<'_>,
) -> String {
    let mut line = String::with_capacity(384);
    let (time, recorded) = (Timestamp::from_millis(times.time), Timestamp::from_millis(times.recorded));
    // Writing to a string cannot fail.
    let _ = write!(
        line,
        r#"{{"specversion":"1.0","id":"{id}","source":"/aff-1","type":"tribute.{event_type}","brand":"brand-{brand:03}","time":"{time}","recordedtime":"{recorded}","data":{data}}}"#,
    );
    line
}

/// An event of the whole installation.
pub(super) fn shared_event(event_type: &str, id: &str, times: Times, data: &str) -> String {
    let (time, recorded) = (Timestamp::from_millis(times.time), Timestamp::from_millis(times.recorded));
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"/aff-1","type":"tribute.{event_type}","time":"{time}","recordedtime":"{recorded}","data":{data}}}"#
    )
}

/// Hundredths as a decimal: 1234 is `12.34`.
pub(super) struct Hundredths(pub(super) u64);

impl Display for Hundredths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}
