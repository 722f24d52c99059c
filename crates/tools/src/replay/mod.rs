//! Turns a neutral set of events into the contract.
//!
//! A set is a folder with `replay.ndjson.xz` (events in the order of their time), `products.ndjson` (kinds of
//! products) and `delivery.txt.gz` (line numbers in the order of arrival, some of them twice).
//!
//! Each program is a brand of its own, with the program's id. Every event of the source becomes at least one
//! line; what the contract has no type for becomes `tribute.replay.<type>`, to be quarantined. The events are
//! history: `recordedtime` is the event's own time, in both orders, so that both give the same result.

mod payloads;
mod report;
mod source;
mod translate;

use std::path::{Path, PathBuf};

use tribute_events::{Arrival, decode};

pub use report::Report;

use self::translate::Translator;
use crate::{Compression, Output, ToolError, files::read_text};

/// In which order the lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// In the order of the events' times, each once.
    #[default]
    Event,
    /// In the order of delivery: late ones late, double ones twice.
    Arrival,
}

/// What to convert, and where to.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of the set.
    pub input: PathBuf,
    /// The folder that gets `events.ndjson`; made where it is missing.
    pub output: PathBuf,
    /// In which order.
    pub order: Order,
    /// How the output is packed.
    pub compression: Compression,
}

/// The terms that go with the set: file name and text.
#[must_use]
pub const fn terms() -> &'static [(&'static str, &'static str)] {
    &[
        ("gifts-uk.toml", include_str!("../../../../deploy/programs/gifts-uk.toml")),
        ("grocer-us.toml", include_str!("../../../../deploy/programs/grocer-us.toml")),
    ]
}

/// Converts a set and says what became of each type.
///
/// # Errors
/// A file that cannot be read or written, or a line that is not of the set's form, with its number.
pub fn convert(options: &Options) -> Result<Report, ToolError> {
    let text = read_text(&options.input.join("replay.ndjson.xz"))?;
    let lines: Vec<&str> = text.lines().collect();
    let translator = translator(&options.input, &lines)?;
    std::fs::create_dir_all(&options.output).map_err(ToolError::file(&options.output))?;
    let path = options.output.join(format!("events.ndjson{}", options.compression.suffix()));
    let mut output = Output::create(&path)?;
    let mut report = Report::default();
    for number in order(options, lines.len())? {
        let wrong = |reason| ToolError::Line { file: "replay.ndjson".into(), line: number, reason };
        let line = number.checked_sub(1).and_then(|index| lines.get(index));
        let line = line.ok_or_else(|| wrong("the delivery names a line that is not there".to_owned()))?;
        let (source, events) = translator.translate(line).map_err(wrong)?;
        report.count_read(&source);
        for event in events {
            output.line(&event.line).map_err(ToolError::file(&path))?;
            let rejection = decode(event.line.as_bytes(), Arrival::Backfill).err();
            report.count_written(&source, &event.event_type, rejection);
        }
    }
    output.finish().map_err(ToolError::file(&path))?;
    Ok(report)
}

fn translator(input: &Path, lines: &[&str]) -> Result<Translator, ToolError> {
    let mut products = Vec::new();
    for (index, line) in read_text(&input.join("products.ndjson"))?.lines().enumerate() {
        let wrong = |error: serde_json::Error| ToolError::Line {
            file: "products.ndjson".into(),
            line: index + 1,
            reason: error.to_string(),
        };
        products.push(serde_json::from_str(line).map_err(wrong)?);
    }
    let mut translator = Translator::new(products);
    for (index, line) in lines.iter().enumerate() {
        let wrong = |reason| ToolError::Line { file: "replay.ndjson".into(), line: index + 1, reason };
        translator.learn(line).map_err(wrong)?;
    }
    Ok(translator)
}

/// Line numbers, from 1, in the order that is asked for.
fn order(options: &Options, lines: usize) -> Result<Vec<usize>, ToolError> {
    if options.order == Order::Event {
        return Ok((1..=lines).collect());
    }
    let text = read_text(&options.input.join("delivery.txt.gz"))?;
    let number = |(index, line): (usize, &str)| {
        line.trim().parse().map_err(|_| ToolError::Line {
            file: "delivery.txt".into(),
            line: index + 1,
            reason: format!("`{line}` is not a line number"),
        })
    };
    text.lines().enumerate().map(number).collect()
}

#[cfg(test)]
mod tests;
