use std::collections::BTreeMap;

use tribute_events::is_pseudonym;

use crate::{Cell, Column};

/// What the vault says of the pseudonyms that stand in a report's rows.
#[derive(Debug, Clone, Default)]
pub struct Readable {
    known: Option<BTreeMap<String, String>>,
}

/// What is shown of whom the vault has forgotten.
const REDACTED: &str = "redacted";
/// The fields whose pseudonyms are read. Every other one is a key, and stays what the facts hold.
const READ: [&str; 2] = ["account", "url"];

impl Readable {
    /// Shows what stands behind pseudonyms by this, and whatever is not in it as redacted.
    #[must_use]
    pub const fn by(known: BTreeMap<String, String>) -> Self {
        Self { known: Some(known) }
    }

    /// Shows pseudonyms as they are.
    #[must_use]
    pub const fn sealed() -> Self {
        Self { known: None }
    }

    /// What a text of these fields is shown as.
    #[must_use]
    pub fn text<'t>(&'t self, text: &'t str) -> &'t str {
        match &self.known {
            Some(known) if is_pseudonym(text) => known.get(text).map_or(REDACTED, String::as_str),
            _ => text,
        }
    }

    /// A text in which pseudonyms may stand, with what stands behind those that are known, as `write` writes it there.
    #[must_use]
    pub fn within(&self, text: &str, write: impl Fn(&str) -> String) -> String {
        let known = self.known.iter().flatten().filter(|(pseudonym, _)| text.contains(*pseudonym));
        known.fold(text.to_owned(), |text, (pseudonym, clear)| text.replace(pseudonym, &write(clear)))
    }

    pub(super) fn cells(&self, columns: &[Column], mut cells: Vec<Cell>) -> Vec<Cell> {
        for (column, cell) in columns.iter().zip(&mut cells) {
            if let (true, Cell::Text(text)) = (READ.contains(&column.name), &mut *cell) {
                *cell = Cell::text(self.text(text));
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_accounts_and_addresses_are_read_and_the_forgotten_are_redacted() {
        let (known, gone) = (format!("sealed:{}", "0a".repeat(16)), format!("sealed:{}", "0b".repeat(16)));
        let readable = Readable::by([(known.clone(), "tube:@jane".to_owned())].into());
        let columns = ["author", "account", "url"].map(Column::left);
        let cells = vec![Cell::text(known.as_str()), Cell::text(known.as_str()), Cell::text(gone.as_str())];
        let read = readable.cells(&columns, cells.clone());
        assert_eq!(read, [Cell::text(known.as_str()), Cell::text("tube:@jane"), Cell::text("redacted")]);
        assert_eq!(Readable::sealed().cells(&columns, cells.clone()), cells);
        assert_eq!(
            readable.within(&format!("by {known}, {gone}"), str::to_owned),
            format!("by tube:@jane, {gone}")
        );
    }
}
