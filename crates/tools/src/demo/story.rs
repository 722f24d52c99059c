//! What the three programs' stories are told with.

use serde_json::{Value, json};
use tribute_events::{DAY, HOUR, MINUTE, Timestamp};

use crate::Random;

/// 2026-01-01T00:00:00Z.
pub(super) const BEGIN: i64 = 1_767_225_600_000;
/// Days that are told: up to 2026-05-31.
pub(super) const DAYS: i64 = 151;

/// Midnight UTC at the beginning of a day, from 0.
pub(super) const fn day(number: i64) -> i64 {
    BEGIN + number * DAY
}

/// Events as they are told, each with the instant at which it was recorded.
pub(super) struct Story {
    pub(super) random: Random,
    brand: &'static str,
    program: &'static str,
    serial: u32,
    lines: Vec<(i64, String)>,
}

impl Story {
    pub(super) const fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), brand: "", program: "", serial: 0, lines: Vec::new() }
    }

    /// From now on events are this brand's.
    pub(super) const fn of(&mut self, brand: &'static str, program: &'static str) {
        self.brand = brand;
        self.program = program;
        self.serial = 0;
    }

    /// An event that is recorded within seconds; one in fifty comes up to two days late, one in a hundred twice.
    /// What would happen after the last day is not told.
    pub(super) fn event(&mut self, kind: &str, time: i64, data: Value) {
        if time >= day(DAYS) {
            return;
        }
        let delay = if self.random.chance(2) {
            self.random.between(10 * MINUTE, 2 * DAY)
        } else {
            self.random.between(100, 3_000)
        };
        let line = self.event_recorded(kind, time, time + delay, data);
        if self.random.chance(1) {
            let again = time + delay + self.random.between(1_000, 5 * MINUTE);
            self.lines.push((again, line));
        }
    }

    /// An event with both its times.
    pub(super) fn event_recorded(&mut self, kind: &str, time: i64, recorded: i64, data: Value) -> String {
        self.serial += 1;
        let id = format!("{}-{:05}", if self.brand.is_empty() { "fx" } else { self.brand }, self.serial);
        let line = self.written(&id, kind, time, recorded, data);
        self.lines.push((recorded, line.clone()));
        line
    }

    /// A line exactly as given, recorded at that instant.
    pub(super) fn raw(&mut self, recorded: i64, line: String) {
        self.lines.push((recorded, line));
    }

    /// An event as a line; it is not told yet. The program is put in where the payload leaves it `null`.
    pub(super) fn written(&self, id: &str, kind: &str, time: i64, recorded: i64, mut data: Value) -> String {
        if let Some(program @ Value::Null) = data.get_mut("program") {
            *program = self.program.into();
        }
        let mut event = json!({
            "specversion": "1.0",
            "id": id,
            "source": "/demo",
            "type": format!("tribute.{kind}"),
            "time": Timestamp::from_millis(time).to_string(),
            "recordedtime": Timestamp::from_millis(recorded).to_string(),
            "datacontenttype": "application/json",
            "data": data,
        });
        if !self.brand.is_empty() {
            event["brand"] = self.brand.into();
        }
        event.to_string()
    }

    /// An event that was told on time, near the beginning: terms, people, codes.
    pub(super) fn setup(&mut self, kind: &str, time: i64, data: Value) {
        self.event_recorded(kind, time, time + 500, data);
    }

    /// Some instant of a day between 8 and 23 o'clock.
    pub(super) fn daytime(&mut self, number: i64) -> i64 {
        day(number) + self.random.between(8 * HOUR, 23 * HOUR)
    }

    /// Every line, by the instant at which it was recorded, and of one instant as they were told.
    pub(super) fn into_lines(mut self) -> Vec<String> {
        self.lines.sort_by_key(|(recorded, _)| *recorded);
        self.lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// Hundredths as a decimal text: 1234 is `12.34`.
pub(super) fn decimal(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
