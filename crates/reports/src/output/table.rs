use serde::{Serialize, Serializer, ser::SerializeMap};
use tribute_events::Timestamp;

use super::{Format, Style, Writer};
use crate::ReportError;

/// On which side a column's texts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// A column: the stable name of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name, in `snake_case`.
    pub name: &'static str,
    /// The side on which its texts stand.
    pub align: Align,
    /// Left out for people: the currency beside an amount that shows it anyway.
    pub for_programs_only: bool,
}

impl Column {
    /// A column of texts.
    #[must_use]
    pub const fn left(name: &'static str) -> Self {
        Self { name, align: Align::Left, for_programs_only: false }
    }

    /// A column of numbers or amounts.
    #[must_use]
    pub const fn right(name: &'static str) -> Self {
        Self { name, align: Align::Right, for_programs_only: false }
    }

    /// A column of texts that only programs need.
    #[must_use]
    pub const fn for_programs(name: &'static str) -> Self {
        Self { name, align: Align::Left, for_programs_only: true }
    }
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// An amount as a decimal text, and what it is counted in.
    Amount(String, String),
    /// Yes or no.
    Flag(bool),
    /// No value: `null` in JSON, empty in CSV, a dash for people.
    Nothing,
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A text where there is one.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Nothing, Self::text)
    }

    /// An instant.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self::Text(at.to_string())
    }

    /// A count; the largest number that there is where it does not fit.
    #[must_use]
    pub fn count(count: u64) -> Self {
        Self::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// An amount where there is one.
    #[must_use]
    pub fn amount(amount: Option<&str>, currency: &str) -> Self {
        amount.map_or(Self::Nothing, |amount| Self::Amount(amount.to_owned(), currency.to_owned()))
    }

    /// As people read it.
    #[must_use]
    pub fn for_people(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Amount(amount, currency) if currency.is_empty() => amount.clone(),
            Self::Amount(amount, currency) => format!("{amount} {currency}"),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Nothing => "-".to_owned(),
        }
    }

    /// As it stands in CSV.
    #[must_use]
    pub fn for_csv(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Amount(amount, _) => amount.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Nothing => String::new(),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) | Self::Amount(text, _) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Nothing => serializer.serialize_none(),
        }
    }
}

/// A row with the names of its fields.
pub(super) struct Named<'a>(pub(super) &'a [Column], pub(super) &'a [Cell]);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            map.serialize_entry(column.name, cell)?;
        }
        map.end()
    }
}

/// Rows in memory, with their columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// For people, as wide as it comes and without colours.
    #[must_use]
    pub fn to_text(&self) -> String {
        Style::default().render(self)
    }

    /// An array of objects.
    ///
    /// # Errors
    /// [`ReportError::Write`]; writing to memory does not fail.
    pub fn to_json(&self) -> Result<String, ReportError> {
        self.written(Format::Json)
    }

    /// A header and a line for each row.
    ///
    /// # Errors
    /// [`ReportError::Write`]; writing to memory does not fail.
    pub fn to_csv(&self) -> Result<String, ReportError> {
        self.written(Format::Csv)
    }

    fn written(&self, format: Format) -> Result<String, ReportError> {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(self.columns.clone(), format, Style::default(), &mut bytes)?;
        for row in &self.rows {
            writer.row(row.clone())?;
        }
        writer.finish()?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }
}
