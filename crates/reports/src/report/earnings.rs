use std::collections::BTreeMap;

use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use tribute_commission::{Earning, Step};
use tribute_events::Timestamp;
use tribute_store::{Database, entity::earning::Model};

use super::{Amount, Books, Filter, Record, Report, Sink, clock, money};
use crate::{
    Cell, Column, ReportError,
    error::{self, at},
    query::Query,
};

/// What was earned, for what, and what became of it.
#[derive(Debug, Clone, Copy)]
pub struct Earnings;

/// What became of an earning. Where its parts went different ways, of the largest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EarningStatus {
    /// Its clearing instant is to come.
    Accrued,
    /// A finding keeps it from clearing.
    Held,
    /// It can be paid.
    Cleared,
    /// A payout took it.
    InPayout,
    /// That payout is settled.
    Paid,
    /// Nothing is left of it: it was taken back.
    Reversed,
    /// It came to nothing from the start.
    Nothing,
}

impl EarningStatus {
    /// The status as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accrued => "accrued",
            Self::Held => "held",
            Self::Cleared => "cleared",
            Self::InPayout => "in_payout",
            Self::Paid => "paid",
            Self::Reversed => "reversed",
            Self::Nothing => "nothing",
        }
    }

    /// Of an amount that stands: from when what is open of it clears, and how much of it is open, in a payout, and paid;
    /// of what is open, how much is held.
    pub(crate) fn of(clears_at: Timestamp, clock: Timestamp, parts: [i64; 4]) -> Self {
        let [open, in_payout, paid, held] = parts.map(i64::unsigned_abs);
        match () {
            () if held > 0 && open >= in_payout && open >= paid => Self::Held,
            () if clears_at > clock && open >= in_payout && open >= paid => Self::Accrued,
            () if open >= in_payout && open >= paid => Self::Cleared,
            () if in_payout >= paid => Self::InPayout,
            () => Self::Paid,
        }
    }

    /// Of an earning of which nothing stands: whether something did at one of its `steps`.
    pub(crate) fn of_none(steps: &[Step]) -> Self {
        if steps.iter().any(|step| step.amount != 0) { Self::Reversed } else { Self::Nothing }
    }
}

/// What one source earns one ambassador by one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EarningRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// `order:1001`, `post:p1`, `period:2026-03`.
    pub source: String,
    /// The ambassador.
    pub ambassador: String,
    /// The rule of the terms.
    pub rule: String,
    /// `commission`, `fee`, `bonus`, `recruiter` or `prize`.
    pub kind: String,
    /// The amount that stands.
    pub amount: Amount,
    /// When the source happened.
    pub at: Timestamp,
    /// When it clears.
    pub clears_at: Timestamp,
    /// What became of it.
    pub status: EarningStatus,
    /// The version of the terms.
    pub terms_version: String,
}

impl Record for EarningRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("source"),
            Column::left("ambassador"),
            Column::left("rule"),
            Column::left("kind"),
            Column::right("amount"),
            Column::for_programs("currency"),
            Column::left("at"),
            Column::left("clears_at"),
            Column::left("status"),
            Column::left("terms_version"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let texts = [&self.brand, &self.program, &self.source, &self.ambassador, &self.rule, &self.kind];
        let mut cells: Vec<Cell> = texts.map(|text| Cell::text(text.as_str())).into();
        cells.extend(money::cells(Some(&self.amount)));
        cells.extend([Cell::at(self.at), Cell::at(self.clears_at)]);
        cells.extend([Cell::text(self.status.as_str()), Cell::text(self.terms_version.as_str())]);
        cells
    }
}

#[derive(FromQueryResult)]
struct Stored {
    brand: String,
    program: String,
    source: String,
    ambassador: String,
    rule: String,
    kind: String,
    asset: String,
    amount: i64,
    source_at: i64,
    clears_at: i64,
    terms_version: String,
    open: i64,
    in_payout: i64,
    paid: i64,
    held: i64,
    /// From when the first of what is open can be paid: who let it go decides that anew.
    opens_at: Option<i64>,
    /// The earning as booked, where nothing stands of it.
    booked: Option<String>,
}

impl Report for Earnings {
    type Row = EarningRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, EarningRow>,
    ) -> Result<(), ReportError> {
        let source = books.database.connection();
        let clock = clock(source).await?;
        query(filter).each(source, |row: Stored| sink(row_of(row, clock)?)).await
    }
}

/// The database adds up each earning's movements by where they are and joins them: one sort, no look-up a row.
fn query(filter: &Filter) -> Query {
    let mut query = Query::new(
        "earning",
        format!(
            "SELECT e.brand AS brand, e.program AS program, e.source AS source, e.ambassador AS ambassador, \
            e.rule AS rule, e.kind AS kind, e.asset AS asset, e.amount AS amount, e.source_at AS source_at, \
            e.clears_at AS clears_at, e.terms_version AS terms_version, COALESCE(m.open, 0) AS open, \
            COALESCE(m.in_payout, 0) AS in_payout, COALESCE(m.paid, 0) AS paid, \
            COALESCE(m.held, 0) AS held, m.opens_at AS opens_at, \
            CASE WHEN e.amount = 0 THEN e.earning END AS booked \
         FROM earning e LEFT JOIN ( \
            SELECT n.brand AS brand, n.program AS program, n.source AS source, n.ambassador AS ambassador, n.rule AS rule, \
                {TOTALS} FROM ( \
            SELECT m.brand AS brand, m.program AS program, m.source AS source, m.ambassador AS ambassador, m.rule AS rule, \
                m.available_at AS available_at, {PARTS} \
            FROM movement m LEFT JOIN payout p ON p.brand = m.brand AND p.payout = m.payout WHERE 1 = 1"
        ),
    );
    filter.narrow(&mut query, ["m.brand", "m.program", "m.ambassador"]);
    query.push(
        " GROUP BY m.brand, m.program, m.source, m.ambassador, m.rule, m.available_at) n \
         GROUP BY n.brand, n.program, n.source, n.ambassador, n.rule) m \
         ON m.brand = e.brand AND m.program = e.program AND m.source = e.source AND m.ambassador = e.ambassador \
            AND m.rule = e.rule WHERE 1 = 1",
    );
    filter.narrow(&mut query, ["e.brand", "e.program", "e.ambassador"]);
    filter.during(&mut query, "e.source_at");
    query.push(" ORDER BY e.brand, e.program, e.source, e.ambassador, e.rule");
    query
}

/// What became of some earnings of one brand, each as [`Earnings`] has it. Only of what can have been paid the movements are
/// read, by an index.
///
/// # Errors
/// Where the database is away or holds what cannot be read.
pub async fn earning_statuses(
    database: &Database,
    rows: &[Model],
) -> Result<Vec<EarningStatus>, ReportError> {
    let clock = clock(database.connection()).await?;
    let due: Vec<_> = rows.iter().filter(|row| row.amount != 0 && at(row.clears_at) <= clock).collect();
    let moved = moved(database, &due).await?;
    let status = |row: &Model| {
        if row.amount == 0 {
            let booked = error::json::<Earning>("earning", &row.source, &row.earning)?;
            return Ok(EarningStatus::of_none(&booked.steps));
        }
        let (opens_at, parts) = moved.get(&name_of(row)).copied().unwrap_or_default();
        Ok(EarningStatus::of(opened_at(row.clears_at, opens_at), clock, parts))
    };
    rows.iter().map(status).collect()
}

/// Program, source, ambassador and rule.
type Name = (String, String, String, String);

fn name_of(row: &Model) -> Name {
    (row.program.clone(), row.source.clone(), row.ambassador.clone(), row.rule.clone())
}

#[derive(FromQueryResult)]
struct Moved {
    program: String,
    source: String,
    ambassador: String,
    rule: String,
    opens_at: Option<i64>,
    open: i64,
    in_payout: i64,
    paid: i64,
    held: i64,
}

/// How much of each earning is open, in a payout and paid, and of what is open, held.
async fn moved(
    database: &Database,
    rows: &[&Model],
) -> Result<BTreeMap<Name, (Option<i64>, [i64; 4])>, ReportError> {
    let mut sums = BTreeMap::new();
    let Some(first) = rows.first() else { return Ok(sums) };
    let mut query = Query::new("movement", "WITH wanted (source, ambassador) AS (VALUES ");
    let wanted: std::collections::BTreeSet<_> =
        rows.iter().map(|row| (row.source.as_str(), row.ambassador.as_str())).collect();
    for (place, (source, ambassador)) in wanted.into_iter().enumerate() {
        let (source, ambassador) = (query.value(source), query.value(ambassador));
        let comma = if place == 0 { "" } else { ", " };
        query.push(&format!("{comma}({source}, {ambassador})"));
    }
    // The order of the join is the one that is written: each of those that are wanted is looked up.
    query.push(&format!(
        ") SELECT n.program AS program, n.source AS source, n.ambassador AS ambassador, n.rule AS rule, {TOTALS} FROM ( \
         SELECT m.program AS program, m.source AS source, m.ambassador AS ambassador, m.rule AS rule, \
             m.available_at AS available_at, {PARTS} \
         FROM wanted w CROSS JOIN movement m LEFT JOIN payout p ON p.brand = m.brand AND p.payout = m.payout \
         WHERE m.source = w.source AND m.ambassador = w.ambassador"
    ));
    query.only("m.brand", Some(&first.brand));
    query.push(
        " GROUP BY m.program, m.source, m.ambassador, m.rule, m.available_at) n \
         GROUP BY n.program, n.source, n.ambassador, n.rule",
    );
    let take = |row: Moved| {
        let name = (row.program, row.source, row.ambassador, row.rule);
        sums.insert(name, (row.opens_at, [row.open, row.in_payout, row.paid, row.held]));
        Ok(())
    };
    query.each(database.connection(), take).await?;
    Ok(sums)
}

/// The sums of movements that are available at one instant, by where they are.
const PARTS: &str = "CAST(SUM(CASE WHEN m.held IS NOT NULL THEN m.amount ELSE 0 END) AS BIGINT) AS held, \
     CAST(SUM(CASE WHEN m.payout IS NULL THEN m.amount ELSE 0 END) AS BIGINT) AS open, \
     CAST(SUM(CASE WHEN m.payout IS NOT NULL AND p.status <> 'settled' THEN m.amount ELSE 0 END) AS BIGINT) AS in_payout, \
     CAST(SUM(CASE WHEN p.status = 'settled' THEN m.amount ELSE 0 END) AS BIGINT) AS paid";

/// The sums of all instants, and the first one at which something is left of what is open: what was booked and taken back
/// again, as facts came in one order or another, opens nothing.
const TOTALS: &str = "CAST(SUM(n.held) AS BIGINT) AS held, CAST(SUM(n.open) AS BIGINT) AS open, \
     CAST(SUM(n.in_payout) AS BIGINT) AS in_payout, CAST(SUM(n.paid) AS BIGINT) AS paid, \
     MIN(CASE WHEN n.open > n.held THEN n.available_at END) AS opens_at";

/// When an earning is available: a release from a hold may be later than its own clearing instant.
fn opened_at(clears_at: i64, opens_at: Option<i64>) -> Timestamp {
    at(opens_at.unwrap_or(clears_at).max(clears_at))
}

fn row_of(row: Stored, clock: Timestamp) -> Result<EarningRow, ReportError> {
    let clears_at = opened_at(row.clears_at, row.opens_at);
    let parts = [row.open, row.in_payout, row.paid, row.held];
    let status = match &row.booked {
        Some(booked) => {
            EarningStatus::of_none(&error::json::<Earning>("earning", &row.source, booked)?.steps)
        }
        None => EarningStatus::of(clears_at, clock, parts),
    };
    Ok(EarningRow {
        amount: Amount::minor("earning", row.amount, &row.asset)?,
        status,
        brand: row.brand,
        program: row.program,
        source: row.source,
        ambassador: row.ambassador,
        rule: row.rule,
        kind: row.kind,
        at: at(row.source_at),
        clears_at,
        terms_version: row.terms_version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_that_of_the_largest_part() {
        let status = |clears_at, parts| EarningStatus::of(at(clears_at), at(10), parts).as_str();
        assert_eq!(status(11, [7, 0, 0, 0]), "accrued");
        assert_eq!(status(10, [7, 0, 0, 0]), "cleared");
        assert_eq!(status(5, [0, 7, 0, 0]), "in_payout");
        assert_eq!(status(5, [-3, 0, 10, 0]), "paid");
        assert_eq!(status(5, [7, 0, 0, 7]), "held");
    }
}
