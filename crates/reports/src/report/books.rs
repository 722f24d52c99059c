use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::Timestamp;
use tribute_store::Database;
use tribute_terms::Registry;

use super::Page;
use crate::{
    Cell, Column, ReportError,
    error::at,
    query::{Query, Source},
};

/// What reports are made of: the database, and the configuration that its events add up to.
#[derive(Clone, Copy)]
pub struct Books<'a> {
    /// The database.
    pub database: &'a Database,
    /// Every program, as [`tribute_services::Engine::registry`] knows it.
    pub registry: &'a Registry,
}

/// Which rows are wanted; all where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only this brand.
    pub brand: Option<String>,
    /// Only this program.
    pub program: Option<String>,
    /// Only this ambassador.
    pub ambassador: Option<String>,
    /// Only from this instant on.
    pub from: Option<Timestamp>,
    /// Only before this instant; of balances: as they stood at it.
    pub to: Option<Timestamp>,
    /// Only this page, of reports that have a key; of the others all rows.
    pub page: Option<Page>,
}

impl Filter {
    /// Whether a row of this brand and program is wanted.
    pub(crate) fn admits(&self, brand: &str, program: &str) -> bool {
        let same = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|it| it == value);
        same(&self.brand, brand) && same(&self.program, program)
    }

    /// Whether an instant is wanted.
    pub(crate) fn is_during(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    /// ` AND` brand, program and ambassador, of these columns.
    pub(crate) fn narrow(&self, query: &mut Query, columns: [&str; 3]) {
        let values = [&self.brand, &self.program, &self.ambassador];
        for (column, value) in columns.into_iter().zip(values) {
            query.only(column, value.as_deref());
        }
    }

    /// ` AND` the time in this column.
    pub(crate) fn during(&self, query: &mut Query, column: &str) {
        query.between(column, self.from, self.to);
    }
}

/// A row of a report.
pub trait Record: Serialize + Send {
    /// Its fields.
    fn columns() -> Vec<Column>;
    /// Its values, one for each column.
    fn cells(&self) -> Vec<Cell>;
}

/// Takes rows as they come.
pub type Sink<'s, R> = &'s mut (dyn FnMut(R) -> Result<(), ReportError> + Send);

/// A report: typed rows, one by one.
pub trait Report {
    /// Its rows.
    type Row: Record;

    /// Its fields; some are left out, or named after what is asked for.
    fn columns(&self) -> Vec<Column> {
        Self::Row::columns()
    }

    /// Gives every row that the filter admits to `sink`, in the order of their keys.
    ///
    /// # Errors
    /// Where the database is away, holds what cannot be read, or `sink` refuses.
    fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, Self::Row>,
    ) -> impl Future<Output = Result<(), ReportError>> + Send;
}

/// The rows of a report, all at once.
///
/// # Errors
/// As for [`Report::each`].
pub async fn collect<R: Report>(
    report: &R,
    books: &Books<'_>,
    filter: &Filter,
) -> Result<Vec<R::Row>, ReportError> {
    let mut rows = Vec::new();
    report
        .each(books, filter, &mut |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
    Ok(rows)
}

#[derive(FromQueryResult)]
struct Clock {
    at: i64,
}

/// How far the clock has come; the beginning of time where it never ticked.
pub(crate) async fn clock(source: &impl Source) -> Result<Timestamp, ReportError> {
    let row: Option<Clock> = Query::new("clock", "SELECT at FROM clock WHERE id = 0").one(source).await?;
    Ok(row.map_or(Timestamp::MIN, |row| at(row.at)))
}
