use schemars::JsonSchema;
use sea_orm::Value;
use serde::{Deserialize, Serialize};

use super::{Filter, Report};
use crate::query::Query;

/// One value of a row's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum KeyPart {
    /// A number, or an instant in ms UTC.
    Number(i64),
    /// A text.
    Text(String),
}

/// Where a row stands in its report: the values that the report is sorted by.
pub type RowKey = Vec<KeyPart>;

/// A part of a report that follows a row, so that each costs the same however far on it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The row before the first one; from the beginning where absent.
    pub after: Option<RowKey>,
    /// How many rows at most.
    pub limit: u64,
}

/// A report whose rows say where they stand in it.
pub trait Keyed: Report {
    /// The key of a row; rows come in ascending order of their keys.
    fn key(row: &Self::Row) -> RowKey;
}

impl KeyPart {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl From<KeyPart> for Value {
    fn from(part: KeyPart) -> Self {
        match part {
            KeyPart::Number(number) => number.into(),
            KeyPart::Text(text) => text.into(),
        }
    }
}

impl Filter {
    /// ` ORDER BY` these columns, which the keys of the rows are the values of; where a page is asked for, only the rows
    /// of the page. A column of which one value is asked for is left out of the comparison, so that an index which begins
    /// with it leads straight to the page.
    pub(crate) fn sorted(&self, query: &mut Query, columns: &[&str]) {
        let is_open = |column: &&str| match column.rsplit('.').next().unwrap_or(column) {
            "brand" => self.brand.is_none(),
            "program" => self.program.is_none(),
            "ambassador" => self.ambassador.is_none(),
            _ => true,
        };
        if let Some(after) = self.page.as_ref().and_then(|page| page.after.as_ref()) {
            let open = columns.iter().zip(after).filter(|(column, _)| is_open(column));
            let (names, values): (Vec<_>, Vec<_>) =
                open.map(|(column, part)| (*column, part.clone())).unzip();
            let values: Vec<_> = values.into_iter().map(|part| query.value(part)).collect();
            query.push(&format!(" AND ({}) > ({})", names.join(", "), values.join(", ")));
        }
        query.push(&format!(" ORDER BY {}", columns.join(", ")));
        if let Some(page) = &self.page {
            query.push(&format!(" LIMIT {}", page.limit));
        }
    }
}
