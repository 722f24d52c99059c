use std::{collections::BTreeMap, fmt};

use tribute_events::Rejection;

/// What became of the events of a set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Lines written, by the source's type and the contract's.
    pub written: BTreeMap<(String, String), u64>,
    /// Lines written that the contract does not accept, by event type and rejection code. They are meant for the quarantine.
    pub rejected: BTreeMap<(String, &'static str), u64>,
    /// Lines read, those that were delivered twice twice.
    pub read: BTreeMap<String, u64>,
}

impl Report {
    /// Counts one event that was read.
    pub(super) fn count_read(&mut self, source: &str) {
        *self.read.entry(source.to_owned()).or_default() += 1;
    }

    /// Counts one line that was written for an event of type `source`.
    pub(super) fn count_written(&mut self, source: &str, event_type: &str, rejection: Option<Rejection>) {
        *self.written.entry((source.to_owned(), event_type.to_owned())).or_default() += 1;
        if let Some(rejection) = rejection {
            *self.rejected.entry((event_type.to_owned(), rejection.code.as_str())).or_default() += 1;
        }
    }

    /// All lines read.
    #[must_use]
    pub fn lines_read(&self) -> u64 {
        self.read.values().sum()
    }

    /// All lines written.
    #[must_use]
    pub fn lines_written(&self) -> u64 {
        self.written.values().sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<20} {:<32} {:>9}", "source", "event", "lines")?;
        for ((source, event), count) in &self.written {
            writeln!(f, "{source:<20} {event:<32} {count:>9}")?;
        }
        writeln!(f, "{:<53} {:>9}", "read", self.lines_read())?;
        writeln!(f, "{:<53} {:>9}", "written", self.lines_written())?;
        for ((event, code), count) in &self.rejected {
            writeln!(f, "for the quarantine: {event} ({code}) {count}")?;
        }
        Ok(())
    }
}
