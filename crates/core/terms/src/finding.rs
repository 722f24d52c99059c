//! What a check found, and where in the file it belongs.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

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

    /// Where the key begins in a file, or its table where it does not name the key; nothing where it has no such table.
    ///
    /// The key may stand in the table itself, or in a table within it: `percent` in `pays`, `expression` in `when`.
    fn offset(self, file: &Spanned<DeTable<'_>>) -> Option<usize> {
        let mut table = file.get_ref();
        let mut start = None;
        for name in self.table.split('.') {
            let (key, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
            let (at, found) = match value.get_ref() {
                DeValue::Array(list) => {
                    let one = list.get(self.index)?;
                    (one.span().start, one.get_ref().as_table()?)
                }
                other => (key.span().start, other.as_table()?),
            };
            (start, table) = (Some(at), found);
        }
        key_within(table, self.key).or(start)
    }
}

/// Where a key begins: in the table itself, else in the tables within it, those of one depth before those below.
fn key_within(table: &DeTable<'_>, key: &str) -> Option<usize> {
    let mut level = vec![table];
    while !level.is_empty() {
        let mut keys = level.iter().flat_map(|table| table.keys());
        if let Some(found) = keys.find(|it| it.get_ref() == key) {
            return Some(found.span().start);
        }
        level = level.iter().flat_map(|it| it.values()).filter_map(|it| it.get_ref().as_table()).collect();
    }
    None
}

/// The line of a byte of a text, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count().saturating_add(1)
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
        let file = text.and_then(|text| Some((text, DeTable::parse(text).ok()?)));
        let line = |place: Place| {
            let found = file.as_ref().and_then(|(text, file)| Some(line_of(text, place.offset(file)?)));
            found.unwrap_or(0)
        };
        let mut problems: Vec<_> =
            self.0.into_iter().map(|(place, message)| Problem { line: line(place), message }).collect();
        problems.sort_by_key(|problem| problem.line);
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, place: Place) -> usize {
        let mut findings = Findings::default();
        findings.add(place, String::new());
        findings.located(Some(text)).first().unwrap().line
    }

    #[test]
    fn the_line_is_the_keys_own() {
        let text = "[program]\nid = 'a'\n\n# from here on\n[[commission]]\nid = 'one'\n[[commission]]\n# id and from\n\
                    video = 'x'\nwhen.followers_from = 3\nwhen.from = 'y'\n[commission.pays.tiers]\nsteps = [{ from = '0' }]\n";
        let of = |index, key| line(text, Place::new("commission", index, key));
        assert_eq!((of(1, "from"), of(1, "followers_from"), of(1, "steps")), (11, 10, 13));
        assert_eq!((of(0, "id"), of(1, "id"), of(1, "")), (6, 7, 7), "the table where the key is not there");
        assert_eq!(of(2, "id"), 0);
        assert_eq!(line(text, Place::new("program", 0, "id")), 2);
    }

    #[test]
    fn tables_in_lists_have_lines_too() {
        let text = "commission = [\n  { id = 'one' },\n  { id = 'two',\n    when = { from = 'y' } },\n]\nvetting = { approve_from = 1 }\n";
        let of = |index, key| line(text, Place::new("commission", index, key));
        assert_eq!((of(0, "id"), of(1, "id"), of(1, "from"), of(1, "until")), (2, 3, 4, 3));
        assert_eq!(line(text, Place::new("vetting", 0, "approve_from")), 6);
    }
}
