use std::ops::Bound;

use schemars::JsonSchema;
use serde::Serialize;
use tribute_events::{AmbassadorId, Timestamp};
use tribute_terms::Turn;

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
        // Two changes may be of one instant.
        key.extend([
            KeyPart::Number(row.at.millis()),
            KeyPart::text(row.cause.as_deref().unwrap_or_default()),
        ]);
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
        let mut missing = filter.page.as_ref().map_or(u64::MAX, |page| page.limit);
        let after = filter.page.as_ref().and_then(|page| page.after.as_deref()).map(Place::of).transpose()?;
        let programs = books.registry.every_program();
        for (brand, id, program) in
            programs.filter(|(brand, id, _)| filter.admits(brand.as_str(), id.as_str()))
        {
            let name = (brand.as_str(), id.as_str());
            let Some(from) = Place::within(after.as_ref(), name) else { continue };
            let wanted = |who: &str| filter.ambassador.as_deref().is_none_or(|it| it == who);
            let begin = from.map_or(Bound::Unbounded, |it| Bound::Included(it.ambassador));
            let people = program.ambassadors().range::<str, _>((begin, Bound::Unbounded));
            for (who, _) in people.filter(|(who, _)| wanted(who.as_str())) {
                let turns = program.turns(who);
                let passed = from.filter(|it| it.ambassador == who.as_str()).map_or(0, |it| it.passed(turns));
                let is_told =
                    |turn: &&Turn| filter.is_during(turn.at) && (turn.cause.is_some() || turn.at <= now);
                for turn in turns.iter().skip(passed).filter(is_told) {
                    if missing == 0 {
                        return Ok(());
                    }
                    missing = missing.saturating_sub(1);
                    sink(row_of(name, who, turn))?;
                }
            }
        }
        Ok(())
    }
}

/// Where a page begins: after a change of somebody's standing.
struct Place<'p> {
    program: (&'p str, &'p str),
    ambassador: &'p str,
    at: i64,
    cause: &'p str,
}

impl<'p> Place<'p> {
    fn of(key: &'p [KeyPart]) -> Result<Self, ReportError> {
        use KeyPart::{Number, Text};
        match key {
            [Text(brand), Text(program), Text(ambassador), Number(at), Text(cause)] => {
                Ok(Self { program: (brand, program), ambassador, at: *at, cause })
            }
            _ => {
                Err(ReportError::stored("cursor", "standings", &"the key is not one of a change of standing"))
            }
        }
    }

    /// What of a place bears on a program: nothing on those after it; `None` for those that were told before it.
    fn within<'a>(place: Option<&'a Self>, program: (&str, &str)) -> Option<Option<&'a Self>> {
        match place {
            Some(place) if program < place.program => None,
            place => Some(place.filter(|it| it.program == program)),
        }
    }

    /// How many of the ambassador's changes were told: up to the one that the place names, or of its time.
    fn passed(&self, turns: &[Turn]) -> usize {
        let cause = |turn: &Turn| turn.cause.as_ref().map_or("", |it| it.as_str()) == self.cause;
        let named = turns.iter().position(|turn| turn.at.millis() == self.at && cause(turn));
        named.map_or_else(
            || turns.partition_point(|turn| turn.at.millis() <= self.at),
            |place| place.saturating_add(1),
        )
    }
}

fn row_of((brand, program): (&str, &str), who: &AmbassadorId, turn: &Turn) -> StandingRow {
    StandingRow {
        brand: brand.to_owned(),
        program: program.to_owned(),
        ambassador: who.to_string(),
        at: turn.at,
        standing: turn.standing.as_str().to_owned(),
        why: turn.why.clone(),
        cause: turn.cause.as_ref().map(ToString::to_string),
    }
}
