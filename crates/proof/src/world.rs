//! The facts of a round: the workload AFF-1, spread over some months of time, under terms of this program's own.

use anyhow::Result;
use tribute_events::{DAY, Timestamp};
use tribute_tools::{
    Random,
    workload::{Options as Mixed, Workload},
};

use crate::{options::Options, terms::terms};

/// When the mixed events of AFF-1 begin, 2026-03-01, and how far they are apart, in ms.
const START: i64 = 1_772_323_200_000;
const STEP: i64 = 10;
/// How long the mixed events last here.
const DAYS: i64 = 100;
/// When the clock ticks after everything was told, in days: payouts, boards and holds come to an end.
const AFTERWARDS: [i64; 2] = [35, 70];

/// What is told between two ticks, in the order in which it happened.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) lines: Vec<String>,
    pub(crate) until: Timestamp,
}

/// A line with the time at which it was recorded; what cannot be read has none.
struct Told {
    line: String,
    recorded: Option<i64>,
}

/// The segments of a round.
pub(crate) fn segments(options: &Options) -> Result<Vec<Segment>> {
    let count = i64::try_from(options.segments.max(1))?;
    let ends = (1..=count).map(|number| START + DAYS * DAY * number / count);
    let later = AFTERWARDS.into_iter().map(|days| START + (DAYS + days) * DAY);
    let mut segments: Vec<_> = ends
        .chain(later)
        .map(|until| Segment { lines: Vec::new(), until: Timestamp::from_millis(until) })
        .collect();
    let mut current = 0;
    for told in spread(options)? {
        while told.recorded.is_some_and(|at| at > segments[current].until.millis()) {
            current += 1;
        }
        segments[current].lines.push(told.line);
    }
    Ok(segments)
}

/// AFF-1 over our calendar, with more poison than it has of itself.
fn spread(options: &Options) -> Result<impl Iterator<Item = Told>> {
    let events = options.events.max(1);
    let brands = u32::try_from((events / 2_000).clamp(4, 24))?;
    let mixed = Mixed {
        events,
        history: events / 10,
        seed: options.seed,
        brands,
        ambassadors: brands * 8,
        visitors: u32::try_from((events / 8).clamp(100, 50_000))?,
        ..Mixed::default()
    };
    let factor = DAYS * DAY / (i64::try_from(events)? * STEP).max(1);
    let mut random = Random::new(options.seed ^ 0xBAD);
    let told = Workload::new(mixed)?.enumerate().flat_map(move |(place, line)| {
        let told = moved(line, factor);
        let bad = match random.below(1_000) {
            0 | 1 => Some(poison(&mut random, place)),
            2 | 3 => contradiction(&told.line),
            _ => None,
        };
        let bad = bad.map(|line| Told { line, recorded: None });
        [Some(told), bad].into_iter().flatten()
    });
    Ok(told)
}

fn poison(random: &mut Random, place: usize) -> String {
    match random.below(3) {
        0 => format!("{{\"specversion\":\"1.0\",\"id\":\"bad-{place}\""),
        1 => format!("what is this {place}?"),
        _ => format!(
            r#"{{"specversion":"1.0","id":"bad-{place}","source":"/proof","type":"tribute.sale.completed","brand":"brand-000","time":"2026-03-01T00:00:00Z","data":{{"order":{place}}}}}"#
        ),
    }
}

/// A sale told again under its own id, with another payload: the first one stands.
fn contradiction(line: &str) -> Option<String> {
    let other = line.replacen("\"quantity\":1", "\"quantity\":7", 1);
    (other != line && line.contains("tribute.sale.completed")).then_some(other)
}

/// A line of AFF-1 on our calendar: its recorded time is stretched, its delay stays what it is.
fn moved(line: String, factor: i64) -> Told {
    let (Some(time), Some(recorded)) = (field(&line, "time"), field(&line, "recordedtime")) else {
        return Told { line, recorded: None };
    };
    let delay = recorded.saturating_sub(time);
    let recorded = stretched(recorded, factor);
    if let Some(version) = version_of(&line) {
        return Told { line: publication(&line, version, recorded), recorded: Some(recorded) };
    }
    let line = with_field(&line, "time", recorded.saturating_sub(delay));
    Told { line: with_field(&line, "recordedtime", recorded), recorded: Some(recorded) }
}

const fn stretched(at: i64, factor: i64) -> i64 {
    if at < START { at } else { START + (at - START) * factor }
}

/// Which change of terms this is.
fn version_of(line: &str) -> Option<usize> {
    let number: usize = text(line, "id")?.strip_prefix("terms-")?.parse().ok()?;
    number.checked_sub(1)
}

fn publication(line: &str, version: usize, recorded: i64) -> String {
    let brand = text(line, "brand").unwrap_or_default();
    let number = brand.trim_start_matches("brand-").parse().unwrap_or_default();
    // AFF-1 publishes at 30 % and 63 % what holds from one and two thirds on.
    let third = DAYS * DAY / 3 * i64::try_from(version).unwrap_or_default();
    let from = if version == 0 { recorded } else { START + third };
    let (from, at) = (Timestamp::from_millis(from), Timestamp::from_millis(recorded));
    let toml = terms(number, version, from).replace('\n', "\\n");
    format!(
        r#"{{"specversion":"1.0","id":"terms-{}","source":"/aff-1","type":"tribute.program.published","brand":"{brand}","time":"{at}","recordedtime":"{at}","data":{{"terms":"{toml}"}}}}"#,
        version + 1
    )
}

/// Where the value of a text field of the envelope stands.
fn place(line: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let key = format!("\"{name}\":\"");
    let begin = line.find(&key)? + key.len();
    let length = line.get(begin..)?.find('"')?;
    Some(begin..begin + length)
}

/// A text field of the envelope.
pub(crate) fn text<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    line.get(place(line, name)?)
}

fn field(line: &str, name: &str) -> Option<i64> {
    let at: Timestamp = text(line, name)?.parse().ok()?;
    Some(at.millis())
}

fn with_field(line: &str, name: &str, at: i64) -> String {
    let mut line = line.to_owned();
    if let Some(place) = place(&line, name) {
        line.replace_range(place, &Timestamp::from_millis(at).to_string());
    }
    line
}
