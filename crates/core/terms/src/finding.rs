//! What a check found, and where in the file it belongs.

use crate::Problem;

/// Where in the file a finding belongs: a table, which one of that name, and a key in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    table: &'static str,
    index: usize,
    key: &'static str,
}

impl Place {
    pub(crate) const fn new(table: &'static str, index: usize, key: &'static str) -> Self {
        Self { table, index, key }
    }

    pub(crate) const fn with(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// The line of the key, or of its table's header; 0 where the file writes them in another way.
    pub(crate) fn line(self, text: &str) -> usize {
        let header = |line: &str| {
            let line = line.split('#').next().unwrap_or_default().trim();
            line.trim_matches(['[', ']']).trim() == self.table && line.starts_with('[')
        };
        let numbered = || (1_usize..).zip(text.lines());
        let Some((start, _)) = numbered().filter(|(_, line)| header(line)).nth(self.index) else { return 0 };
        let part_of_table = |line: &str| {
            let line = line.trim_start();
            !line.starts_with('[') || line.trim_start_matches('[').starts_with(&format!("{}.", self.table))
        };
        let names_key = |line: &str| line.trim_start().trim_start_matches('[').contains(self.key);
        numbered()
            .skip(start)
            .take_while(|(_, line)| part_of_table(line))
            .find(|(_, line)| !self.key.is_empty() && names_key(line))
            .map_or(start, |(line, _)| line)
    }
}

/// What was found, and where.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<(Place, String)>);

impl Findings {
    pub(crate) fn add(&mut self, place: Place, message: String) {
        self.0.push((place, message));
    }

    /// Adds the message unless the condition holds.
    pub(crate) fn unless(&mut self, holds: bool, place: Place, message: impl FnOnce() -> String) {
        if !holds {
            self.add(place, message());
        }
    }

    /// As problems, with their lines in `text`, in the order of the lines.
    pub(crate) fn located(self, text: Option<&str>) -> Vec<Problem> {
        let line = |place: Place| text.map_or(0, |text| place.line(text));
        let mut problems: Vec<_> =
            self.0.into_iter().map(|(place, message)| Problem { line: line(place), message }).collect();
        problems.sort_by_key(|problem| problem.line);
        problems
    }
}
