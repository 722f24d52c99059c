use std::io::{self, Write};

use super::{Cell, Column, Style, Table, table::Named};

/// What a report looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// A table for people.
    #[default]
    People,
    /// An array of objects.
    Json,
    /// A header and a line for each row.
    Csv,
}

/// Writes rows as they come. JSON and CSV are written at once; a table for people is kept until the end, because
/// its columns are as wide as their widest cell.
pub struct Writer<W: Write> {
    columns: Vec<Column>,
    sink: Sink<W>,
}

enum Sink<W: Write> {
    People { table: Table, style: Style, out: W },
    Json { rows: u64, out: W },
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Writer<W> {
    /// Begins a report.
    ///
    /// # Errors
    /// Where `out` cannot be written to.
    pub fn new(columns: Vec<Column>, format: Format, style: Style, out: W) -> io::Result<Self> {
        let sink = match format {
            Format::People => Sink::People { table: Table::new(columns.clone()), style, out },
            Format::Json => Sink::Json { rows: 0, out },
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(columns.iter().map(|column| column.name)).map_err(from_csv)?;
                Sink::Csv(Box::new(writer))
            }
        };
        Ok(Self { columns, sink })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Where the output cannot be written to.
    pub fn row(&mut self, row: Vec<Cell>) -> io::Result<()> {
        match &mut self.sink {
            Sink::People { table, .. } => table.push(row),
            Sink::Json { rows, out } => {
                out.write_all(if *rows == 0 { b"[\n  " } else { b",\n  " })?;
                *rows = rows.saturating_add(1);
                serde_json::to_writer(out, &Named(&self.columns, &row))?;
            }
            Sink::Csv(writer) => {
                writer.write_record(row.iter().map(Cell::for_csv)).map_err(from_csv)?;
            }
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Where the output cannot be written to.
    pub fn finish(self) -> io::Result<()> {
        match self.sink {
            Sink::People { table, style, mut out } => writeln!(out, "{}", style.render(&table)),
            Sink::Json { rows: 0, mut out } => writeln!(out, "[]"),
            Sink::Json { mut out, .. } => writeln!(out, "\n]"),
            Sink::Csv(mut writer) => writer.flush(),
        }
    }
}

/// The writer's own error with its kind, where there is one.
fn from_csv(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let columns = [Column::left("order"), Column::right("amount"), Column::for_programs("currency")];
        let mut table = Table::new(columns);
        table.push(vec![Cell::text("10,01"), Cell::amount(Some("-12.30"), "GBP"), Cell::text("GBP")]);
        table.push(vec![Cell::text("quoted \"x\""), Cell::Nothing, Cell::Nothing]);
        table
    }

    #[test]
    fn programs_get_the_currency_in_a_field_of_its_own() {
        let json = table().to_json().unwrap();
        let want = "[\n  {\"order\":\"10,01\",\"amount\":\"-12.30\",\"currency\":\"GBP\"},\n  \
            {\"order\":\"quoted \\\"x\\\"\",\"amount\":null,\"currency\":null}\n]";
        assert_eq!(json, want);
        let csv = table().to_csv().unwrap();
        assert_eq!(csv, "order,amount,currency\n\"10,01\",-12.30,GBP\n\"quoted \"\"x\"\"\",,");
    }

    #[test]
    fn people_get_the_currency_beside_the_amount() {
        let text = table().to_text();
        assert_eq!(
            text,
            "order           amount\n─────────── ──────────\n10,01       -12.30 GBP\nquoted \"x\"           -"
        );
    }

    #[test]
    fn nothing_is_an_empty_array_and_a_lone_header() {
        let empty = Table::new([Column::left("order")]);
        assert_eq!(empty.to_json().unwrap(), "[]");
        assert_eq!(empty.to_csv().unwrap(), "order");
        assert_eq!(empty.to_text(), "order\n─────\n(none)");
    }
}
