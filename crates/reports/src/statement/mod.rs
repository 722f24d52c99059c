//! An ambassador's statement of a month, from the ledger: opening balance, every change, closing balance.
//!
//! What is owed is what is pending, available and in transit; of tokens, the wallet. Clearing, and a payout that is
//! proposed or given up, move it between these and change no total: they show in the balances. Times are effective times
//! in UTC, as the books know them now: what arrives late changes the month in which it took effect, unless that was closed,
//! and the anchor says which books a statement is from. It is read from one state of the database.
//!
//! The closing balance is read from the ledger by itself; where the opening balance and the lines do not come to it,
//! there is an error and no statement.

mod balance;
mod lines;

mod table;
mod words;

use std::collections::BTreeSet;

use sea_orm::FromQueryResult;
use serde::Deserialize;
use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_formats::account_statement::{
    Statement, StatementAccount, StatementAmount, StatementHold, StatementPayout, StatementPerk,
};
use tribute_payouts::Fixing;
use tribute_store::Database;

use crate::{
    ReportError,
    error::{self, asset, at},
    journal::anchor,
    query::{Query, Source},
    verify::snapshot,
};

pub(crate) use balance::accounts_of;
pub use table::table;
pub use tribute_events::{Month, NotAMonth};

/// Whose statement, and of which month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementOf {
    /// The brand.
    pub brand: BrandId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// Only this program.
    pub program: Option<ProgramId>,
    /// The month.
    pub month: Month,
}

/// Makes a statement.
///
/// # Errors
/// [`ReportError::NoAmbassador`] where the brand's books know nothing of the ambassador; where the database is away or
/// holds what does not add up.
pub async fn statement(database: &Database, of: &StatementOf) -> Result<Statement, ReportError> {
    let source = snapshot(database).await?;
    let opening = balance::before(&source, of, of.month.from).await?;
    let closing = balance::before(&source, of, of.month.to).await?;
    let mut lines = lines::read(&source, of).await?;
    let assets: BTreeSet<_> = opening.keys().chain(closing.keys()).chain(lines.keys()).cloned().collect();
    let mut accounts = Vec::new();
    for name in assets {
        let kept = asset("ledger_entry", &name)?;
        let lines = lines.remove(&name).unwrap_or_default();
        let (opens, closes) = (opening.get(&name), closing.get(&name));
        let lines = balance::running(of, &kept, opens, lines, closes)?;
        let [opening, closing] = [opens, closes].map(|held| balance::shown(&kept, held));
        let (opening, closing) = (opening?, closing?);
        if opening.total.minor() != 0 || closing.total.minor() != 0 || !lines.is_empty() {
            accounts.push(StatementAccount { asset: kept, opening, lines, closing });
        }
    }
    let statement = Statement {
        brand: of.brand.to_string(),
        program: of.program.as_ref().map(ToString::to_string),
        ambassador: of.ambassador.to_string(),
        month: of.month.to_string(),
        from: of.month.from,
        to: of.month.to,
        anchor: anchor(&source, of.brand.as_str()).await?,
        accounts,
        payouts: payouts(&source, of).await?,
        perks: perks(&source, of).await?,
        holds: holds(&source, of).await?,
    };
    let silent = statement.accounts.is_empty() && statement.payouts.is_empty() && statement.perks.is_empty();
    if silent && !is_known(&source, of).await? {
        return Err(ReportError::NoAmbassador {
            brand: of.brand.to_string(),
            ambassador: of.ambassador.to_string(),
        });
    }
    source.rollback().await.map_err(ReportError::read("*"))?;
    Ok(statement)
}

/// ` AND` brand, ambassador and program of a table that has these columns.
fn narrow(query: &mut Query, of: &StatementOf) {
    query.only("brand", Some(of.brand.as_str()));
    query.only("ambassador", Some(of.ambassador.as_str()));
    query.only("program", of.program.as_ref().map(ProgramId::as_str));
}

#[derive(FromQueryResult)]
struct StoredPayout {
    payout: String,
    run_at: i64,
    balance_asset: String,
    balance: i64,
    asset: Option<String>,
    amount: Option<i64>,
    fixing: Option<String>,
    history: String,
}

#[derive(Deserialize)]
struct Happened {
    at: Timestamp,
    status: String,
    #[serde(default)]
    reason: Option<String>,
}

/// The payouts that something happened to in the month, as they stood at its end.
async fn payouts(source: &impl Source, of: &StatementOf) -> Result<Vec<StatementPayout>, ReportError> {
    let mut query = Query::new(
        "payout",
        "SELECT payout, run_at, balance_asset, balance, asset, amount, fixing, history FROM payout WHERE 1 = 1",
    );
    narrow(&mut query, of);
    query.between("run_at", None, Some(of.month.to));
    query.push(" ORDER BY run_at, balance_asset, payout");
    let mut payouts = Vec::new();
    query
        .each(source, |row: StoredPayout| {
            let history: Vec<Happened> = error::json("payout", &row.payout, &row.history)?;
            let during = history.iter().any(|it| of.month.from <= it.at && it.at < of.month.to);
            if let (true, Some(last)) = (during, history.into_iter().rfind(|it| it.at < of.month.to)) {
                payouts.push(payout(row, last)?);
            }
            Ok(())
        })
        .await?;
    Ok(payouts)
}

fn payout(row: StoredPayout, last: Happened) -> Result<StatementPayout, ReportError> {
    let fixing =
        row.fixing.as_deref().map(|text| error::json::<Fixing>("payout", &row.payout, text)).transpose()?;
    let paid = row.asset.as_deref().zip(row.amount);
    Ok(StatementPayout {
        run_at: at(row.run_at),
        balance: amount(row.balance, &row.balance_asset)?,
        amount: paid.map(|(asset, minor)| amount(minor, asset)).transpose()?,
        rate: fixing.as_ref().map(words::rate),
        status: last.status,
        reason: last.reason,
        payout: row.payout,
    })
}

fn amount(minor: i64, of: &str) -> Result<StatementAmount, ReportError> {
    let kept = asset("payout", of)?;
    StatementAmount::new(minor, &kept).map_err(|why| ReportError::stored("payout", of, &why))
}

#[derive(FromQueryResult)]
struct StoredPerk {
    effective_at: i64,
    asset: String,
    mission: String,
    units: i64,
    status: String,
}

async fn perks(source: &impl Source, of: &StatementOf) -> Result<Vec<StatementPerk>, ReportError> {
    let mut query = Query::new(
        "reward",
        "SELECT effective_at, asset, mission, units, status FROM reward WHERE asset LIKE 'SKU:%'",
    );
    narrow(&mut query, of);
    query.between("effective_at", Some(of.month.from), Some(of.month.to));
    query.push(" ORDER BY effective_at, grant_id");
    let rows: Vec<StoredPerk> = query.all(source).await?;
    let perk = |row: StoredPerk| StatementPerk {
        at: at(row.effective_at),
        perk: row.asset,
        mission: row.mission,
        units: row.units,
        status: row.status,
    };
    Ok(rows.into_iter().map(perk).collect())
}

#[derive(FromQueryResult)]
struct StoredHold {
    found_at: i64,
    source: String,
    kind: String,
}

/// Earnings that a finding held at the month's end.
async fn holds(source: &impl Source, of: &StatementOf) -> Result<Vec<StatementHold>, ReportError> {
    let mut query = Query::new(
        "held_earning",
        "SELECT f.found_at AS found_at, h.source AS source, f.kind AS kind FROM held_earning h \
         JOIN finding f ON f.brand = h.brand AND f.program = h.program AND f.finding = h.finding WHERE 1 = 1",
    );
    query.only("h.brand", Some(of.brand.as_str()));
    query.only("h.ambassador", Some(of.ambassador.as_str()));
    query.only("h.program", of.program.as_ref().map(ProgramId::as_str));
    query.between("f.found_at", None, Some(of.month.to));
    let end = query.value(of.month.to.millis());
    query.push(&format!(
        " AND (f.status <> 'released' OR f.decided_at >= {end}) ORDER BY f.found_at, h.source, f.finding"
    ));
    let rows: Vec<StoredHold> = query.all(source).await?;
    let hold = |row: StoredHold| StatementHold {
        since: at(row.found_at),
        what: words::subject(&row.source),
        reason: format!("{}: a person looks at it", row.kind.replace('_', " ")),
    };
    Ok(rows.into_iter().map(hold).collect())
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

/// Whether anything was ever booked for the ambassador, or asked of a payout run.
async fn is_known(source: &impl Source, of: &StatementOf) -> Result<bool, ReportError> {
    let mut query =
        Query::new("ledger_entry", "SELECT CAST(COUNT(*) AS BIGINT) AS count FROM balance WHERE 1 = 1");
    query.only("brand", Some(of.brand.as_str()));
    let names = balance::accounts(of);
    query.one_of("account", names.iter().map(String::as_str));
    let count: Option<Count> = query.one(source).await?;
    Ok(count.is_some_and(|count| count.count > 0))
}
