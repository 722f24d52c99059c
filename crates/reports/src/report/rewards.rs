use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::{BrandId, ProgramId, Timestamp};
use tribute_terms::Registry;

use super::{Amount, Books, Filter, KeyPart, Keyed, Record, Report, RowKey, Sink, money};
use crate::{Cell, Column, ReportError, error::at, query::Query};

/// Tokens and perks that missions granted.
#[derive(Debug, Clone, Copy)]
pub struct Rewards;

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
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
    /// `granted`, `waiting`, `reserved`, `delivered`, `cancelled`, `revoked`, `capped` or `missed`.
    pub status: String,
    /// When it clears, where it has not yet: until then its tokens cannot be spent, and its perk is not handed over.
    pub clears_at: Option<Timestamp>,
    /// Whether a finding keeps it from clearing.
    pub held: bool,
    /// How many of its tokens expired.
    pub expired: Option<i64>,
    /// Why it waits, brings less than the mission says, or stands on nothing any more; or that it was handed over already.
    pub reason: Option<String>,
    /// What its units are worth together for the tax form, in the program's currency.
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
            Column::left("clears_at"),
            Column::left("held"),
            Column::right("expired"),
            Column::left("reason"),
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
            self.clears_at.map_or(Cell::Nothing, Cell::at),
            Cell::text(if self.held { "held" } else { "" }),
            self.expired.map_or(Cell::Nothing, Cell::Number),
            Cell::maybe(self.reason.as_deref()),
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
    expired: Option<i64>,
    reason: Option<String>,
    locks_at: Option<i64>,
    held: Option<i64>,
    handed_over: Option<i64>,
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
            "SELECT r.brand AS brand, r.grant_id AS grant_id, r.program AS program, r.mission AS mission, \
                r.ambassador AS ambassador, r.round AS round, r.asset AS asset, r.units AS units, \
                r.effective_at AS effective_at, r.status AS status, r.fair_value AS fair_value, \
                r.expired AS expired, r.reason AS reason, l.locks_at AS locks_at, l.held AS held, \
                (SELECT MIN(w.at) FROM waiting_event w WHERE w.brand = r.brand AND w.kind = 'perk.fulfilled' \
                    AND w.subject = r.grant_id) AS handed_over \
             FROM reward r LEFT JOIN reward_lock l ON l.brand = r.brand AND l.grant_id = r.grant_id WHERE 1 = 1",
        );
        filter.narrow(&mut query, ["r.brand", "r.program", "r.ambassador"]);
        filter.during(&mut query, "r.effective_at");
        filter.sorted(
            &mut query,
            &["r.brand", "r.program", "r.mission", "r.ambassador", "r.round", "r.grant_id"],
        );
        query.each(books.database.connection(), |row: Stored| sink(row_of(books.registry, row)?)).await
    }
}

impl Keyed for Rewards {
    fn key(row: &RewardRow) -> RowKey {
        let mut key: RowKey =
            [&row.brand, &row.program, &row.mission, &row.ambassador].map(KeyPart::text).into();
        key.extend([KeyPart::Number(row.round), KeyPart::text(row.grant.as_str())]);
        key
    }
}

fn row_of(registry: &Registry, row: Stored) -> Result<RewardRow, ReportError> {
    let effective_at = at(row.effective_at);
    let currency = currency(registry, &row.brand, &row.program, effective_at);
    let worth = row.fair_value.map(|one| {
        one.checked_mul(row.units)
            .ok_or_else(|| ReportError::stored("reward", &row.grant_id, &"its fair value is too large"))
    });
    let fair_value = worth.transpose()?.zip(currency);
    let reason = row.reason.or_else(|| is_heard(&row.status, row.handed_over));
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
        clears_at: row.locks_at.map(at),
        held: row.held.is_some(),
        expired: row.expired,
        reason,
    })
}

/// What is said of a grant whose delivery waits until it clears.
pub(crate) fn is_heard(status: &str, handed_over: Option<i64>) -> Option<String> {
    let handed_over = handed_over.filter(|_| status == "reserved").map(at)?;
    Some(format!("handed over on {handed_over}, which is booked when it clears"))
}

/// The currency of a program at an instant; of its first terms before that.
pub(crate) fn currency(registry: &Registry, brand: &str, program: &str, at: Timestamp) -> Option<String> {
    let program = registry.program(&BrandId::trusted(brand), &ProgramId::trusted(program))?;
    let terms = program.terms_at(at).or_else(|| program.versions().first())?;
    Some(terms.program.currency.to_string())
}
