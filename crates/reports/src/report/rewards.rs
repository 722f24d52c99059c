use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::{BrandId, ProgramId, Timestamp};
use tribute_terms::Registry;

use super::{Amount, Books, Filter, Record, Report, Sink, money};
use crate::{Cell, Column, ReportError, error::at, query::Query};

/// Tokens and perks that missions granted.
#[derive(Debug, Clone, Copy)]
pub struct Rewards;

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RewardRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The mission.
    pub mission: String,
    /// The ambassador.
    pub ambassador: String,
    /// Which time round, from 1.
    pub round: i64,
    /// The grant's id.
    pub grant: String,
    /// The token or perk.
    pub asset: String,
    /// How many.
    pub units: i64,
    /// When it was earned.
    pub effective_at: Timestamp,
    /// `granted`, `waiting`, `reserved`, `delivered`, `cancelled` or `revoked`.
    pub status: String,
    /// Its value for the tax form, in the program's currency.
    pub fair_value: Option<Amount>,
}

impl Record for RewardRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("mission"),
            Column::left("ambassador"),
            Column::right("round"),
            Column::left("grant"),
            Column::left("asset"),
            Column::right("units"),
            Column::left("effective_at"),
            Column::left("status"),
            Column::right("fair_value"),
            Column::for_programs("fair_value_currency"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.mission.as_str()),
            Cell::text(self.ambassador.as_str()),
            Cell::Number(self.round),
            Cell::text(self.grant.as_str()),
            Cell::text(self.asset.as_str()),
            Cell::Number(self.units),
            Cell::at(self.effective_at),
            Cell::text(self.status.as_str()),
        ];
        cells.extend(money::cells(self.fair_value.as_ref()));
        cells
    }
}

#[derive(FromQueryResult)]
struct Stored {
    brand: String,
    grant_id: String,
    program: String,
    mission: String,
    ambassador: String,
    round: i64,
    asset: String,
    units: i64,
    effective_at: i64,
    status: String,
    fair_value: Option<i64>,
}

impl Report for Rewards {
    type Row = RewardRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, RewardRow>,
    ) -> Result<(), ReportError> {
        let mut query = Query::new(
            "reward",
            "SELECT brand, grant_id, program, mission, ambassador, round, asset, units, effective_at, status, \
                fair_value FROM reward WHERE 1 = 1",
        );
        filter.narrow(&mut query, ["brand", "program", "ambassador"]);
        filter.during(&mut query, "effective_at");
        query.push(" ORDER BY brand, program, mission, ambassador, round, grant_id");
        query.each(books.database.connection(), |row: Stored| sink(row_of(books.registry, row)?)).await
    }
}

fn row_of(registry: &Registry, row: Stored) -> Result<RewardRow, ReportError> {
    let effective_at = at(row.effective_at);
    let currency = currency(registry, &row.brand, &row.program, effective_at);
    let fair_value = row.fair_value.zip(currency);
    Ok(RewardRow {
        fair_value: fair_value
            .map(|(value, currency)| Amount::millionths("reward", value, &currency))
            .transpose()?,
        brand: row.brand,
        program: row.program,
        mission: row.mission,
        ambassador: row.ambassador,
        round: row.round,
        grant: row.grant_id,
        asset: row.asset,
        units: row.units,
        effective_at,
        status: row.status,
    })
}

/// The currency of a program at an instant; of its first terms before that.
pub(crate) fn currency(registry: &Registry, brand: &str, program: &str, at: Timestamp) -> Option<String> {
    let program = registry.program(&BrandId::trusted(brand), &ProgramId::trusted(program))?;
    let terms = program.terms_at(at).or_else(|| program.versions().first())?;
    Some(terms.program.currency.to_string())
}
