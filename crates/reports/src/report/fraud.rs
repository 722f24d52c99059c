use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::Timestamp;

use super::{Books, Filter, KeyPart, Keyed, Record, Report, RowKey, Sink};
use crate::{
    Cell, Column, ReportError,
    error::{self, at},
    query::Query,
};

/// What looks like fraud, what it rests on, and what a person made of it.
#[derive(Debug, Clone, Copy)]
pub struct Fraud;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The finding, as a decision on it names it.
    pub finding: String,
    /// Whose earnings it holds.
    pub ambassador: String,
    /// When the first of them was about to clear.
    pub found_at: Timestamp,
    /// `open`, `confirmed` or `released`.
    pub status: String,
    /// How many earnings it holds, or held.
    pub earnings: i64,
    /// What it rests on.
    pub evidence: Vec<String>,
    /// When a person decided.
    pub decided_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl Record for FindingRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("finding"),
            Column::left("ambassador"),
            Column::left("found_at"),
            Column::left("status"),
            Column::right("earnings"),
            Column::left("evidence"),
            Column::left("decided_at"),
            Column::left("decided_by"),
            Column::left("reason"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.finding.as_str()),
            Cell::text(self.ambassador.as_str()),
            Cell::at(self.found_at),
            Cell::text(self.status.as_str()),
            Cell::Number(self.earnings),
            Cell::text(self.evidence.join("; ")),
            self.decided_at.map_or(Cell::Nothing, Cell::at),
            Cell::maybe(self.decided_by.as_deref()),
            Cell::maybe(self.reason.as_deref()),
        ]
    }
}

#[derive(FromQueryResult)]
struct Stored {
    brand: String,
    program: String,
    finding: String,
    ambassador: String,
    found_at: i64,
    status: String,
    earnings: i64,
    evidence: String,
    decided_at: Option<i64>,
    decided_by: Option<String>,
    reason: Option<String>,
}

impl Report for Fraud {
    type Row = FindingRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, FindingRow>,
    ) -> Result<(), ReportError> {
        let mut query = Query::new(
            "finding",
            "SELECT f.brand AS brand, f.program AS program, f.finding AS finding, f.ambassador AS ambassador, \
                f.found_at AS found_at, f.status AS status, f.evidence AS evidence, f.decided_at AS decided_at, \
                f.decided_by AS decided_by, f.reason AS reason, \
                (SELECT COUNT(*) FROM held_earning h WHERE h.brand = f.brand AND h.program = f.program \
                    AND h.finding = f.finding) AS earnings \
             FROM finding f WHERE 1 = 1",
        );
        filter.narrow(&mut query, ["f.brand", "f.program", "f.ambassador"]);
        filter.during(&mut query, "f.found_at");
        filter.sorted(&mut query, &["f.brand", "f.program", "f.finding"]);
        query.each(books.database.connection(), |row: Stored| sink(row_of(row)?)).await
    }
}

impl Keyed for Fraud {
    fn key(row: &FindingRow) -> RowKey {
        [&row.brand, &row.program, &row.finding].map(KeyPart::text).into()
    }
}

fn row_of(row: Stored) -> Result<FindingRow, ReportError> {
    Ok(FindingRow {
        evidence: error::json("finding", &row.finding, &row.evidence)?,
        brand: row.brand,
        program: row.program,
        finding: row.finding,
        ambassador: row.ambassador,
        found_at: at(row.found_at),
        status: row.status,
        earnings: row.earnings,
        decided_at: row.decided_at.map(at),
        decided_by: row.decided_by,
        reason: row.reason,
    })
}
