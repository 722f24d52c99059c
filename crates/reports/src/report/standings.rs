use schemars::JsonSchema;
use serde::Serialize;
use tribute_events::Timestamp;

use super::{Books, Filter, KeyPart, Keyed, Record, Report, RowKey, Sink, clock};
use crate::{Cell, Column, ReportError};

/// How everybody's standing in their programs changed, and why; what was tried in vain is told too. What the terms are to
/// decide at an instant to which the clock has not come yet is not told.
#[derive(Debug, Clone, Copy)]
pub struct Standings;

/// One change of one ambassador's standing in one program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StandingRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The ambassador.
    pub ambassador: String,
    /// From when on.
    pub at: Timestamp,
    /// `invited`, `applied`, `waitlisted`, `approved`, `rejected`, `suspended`, `left` or `banned`.
    pub standing: String,
    /// Why.
    pub why: String,
    /// The event that brought it about; absent where places were given out by the terms.
    pub cause: Option<String>,
}

impl Record for StandingRow {
    fn columns() -> Vec<Column> {
        ["brand", "program", "ambassador", "at", "standing", "why", "cause"].map(Column::left).into()
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.ambassador.as_str()),
            Cell::at(self.at),
            Cell::text(self.standing.as_str()),
            Cell::text(self.why.as_str()),
            Cell::maybe(self.cause.as_deref()),
        ]
    }
}

impl Keyed for Standings {
    fn key(row: &StandingRow) -> RowKey {
        let mut key: RowKey = [&row.brand, &row.program, &row.ambassador].map(KeyPart::text).into();
        key.push(KeyPart::Number(row.at.millis()));
        key
    }
}

impl Report for Standings {
    type Row = StandingRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, StandingRow>,
    ) -> Result<(), ReportError> {
        let now = clock(books.database.connection()).await?;
        let programs = books.registry.every_program();
        for (brand, id, program) in
            programs.filter(|(brand, id, _)| filter.admits(brand.as_str(), id.as_str()))
        {
            let wanted = |who: &str| filter.ambassador.as_deref().is_none_or(|it| it == who);
            for who in program.ambassadors().keys().filter(|who| wanted(who.as_str())) {
                let turns = program
                    .turns(who)
                    .iter()
                    .filter(|turn| filter.is_during(turn.at) && (turn.cause.is_some() || turn.at <= now));
                for turn in turns {
                    sink(StandingRow {
                        brand: brand.to_string(),
                        program: id.to_string(),
                        ambassador: who.to_string(),
                        at: turn.at,
                        standing: turn.standing.as_str().to_owned(),
                        why: turn.why.clone(),
                        cause: turn.cause.as_ref().map(ToString::to_string),
                    })?;
                }
            }
        }
        Ok(())
    }
}
