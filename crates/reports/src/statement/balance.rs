//! What was owed at an instant, and that the lines come to it.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use tribute_events::{AmbassadorId, ProgramId, Timestamp};
use tribute_formats::account_statement::{StatementAmount, StatementBalance, StatementLine};
use tribute_ledger::{Account, Holding};
use tribute_money::Asset;

use super::{StatementOf, lines::Change};
use crate::{
    ReportError,
    query::{Query, Source},
};

/// What is owed in each state, credits positive.
pub(super) type Held = BTreeMap<Holding, i64>;

/// The states that are owed. What was paid is not.
const OWED: [Holding; 4] = [Holding::Pending, Holding::Available, Holding::InTransit, Holding::Wallet];

/// The names of an ambassador's accounts on which something is owed.
pub(super) fn accounts(of: &StatementOf) -> [String; 4] {
    accounts_of(&of.ambassador)
}

/// The same of an ambassador of any brand.
pub(crate) fn accounts_of(ambassador: &AmbassadorId) -> [String; 4] {
    OWED.map(|holding| Account::of(ambassador, holding).as_str().to_owned())
}

#[derive(FromQueryResult)]
struct Sum {
    account: String,
    asset: String,
    amount: i64,
}

/// What was owed just before an instant, by asset.
pub(super) async fn before(
    source: &impl Source,
    of: &StatementOf,
    instant: Timestamp,
) -> Result<BTreeMap<String, Held>, ReportError> {
    let mut query = Query::new(
        "ledger_entry",
        "SELECT e.account AS account, e.asset AS asset, CAST(SUM(-e.amount) AS BIGINT) AS amount \
         FROM ledger_entry e JOIN ledger_transaction t ON t.brand = e.brand AND t.number = e.number WHERE 1 = 1",
    );
    query.only("e.brand", Some(of.brand.as_str()));
    query.one_of("e.account", accounts(of).iter().map(String::as_str));
    query.only("t.program", of.program.as_ref().map(ProgramId::as_str));
    query.between("t.effective_at", None, Some(instant));
    query.push(" GROUP BY e.account, e.asset");
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    query
        .each(source, |row: Sum| {
            if let Some((_, holding)) = Account::trusted(&row.account).holder() {
                held.entry(row.asset).or_default().insert(holding, row.amount);
            }
            Ok(())
        })
        .await?;
    Ok(held)
}

fn total(held: Option<&Held>) -> i64 {
    held.into_iter().flat_map(BTreeMap::values).copied().fold(0, i64::saturating_add)
}

/// A balance as it is shown: money by its states, tokens as one number.
pub(super) fn shown(asset: &Asset, held: Option<&Held>) -> Result<StatementBalance, ReportError> {
    let amount = |minor| shown_amount(minor, asset);
    let part = |holding| held.and_then(|held| held.get(&holding)).copied().unwrap_or_default();
    let of = |holding| asset.is_currency().then(|| amount(part(holding))).transpose();
    Ok(StatementBalance {
        pending: of(Holding::Pending)?,
        available: of(Holding::Available)?,
        in_transit: of(Holding::InTransit)?,
        total: amount(total(held))?,
    })
}

fn shown_amount(minor: i64, asset: &Asset) -> Result<StatementAmount, ReportError> {
    StatementAmount::new(minor, asset)
        .map_err(|why| ReportError::stored("ledger_entry", asset.as_str(), &why))
}

/// The lines, each with what is owed after it, from the opening balance to the closing one.
pub(super) fn running(
    of: &StatementOf,
    asset: &Asset,
    opening: Option<&Held>,
    changes: Vec<Change>,
    closing: Option<&Held>,
) -> Result<Vec<StatementLine>, ReportError> {
    let key = format!("{} of {} in {asset}", of.month, of.ambassador);
    let wrong = |problem: &str| ReportError::stored("ledger_entry", &key, &problem);
    let mut balance = total(opening);
    let mut lines = Vec::with_capacity(changes.len());
    for change in changes {
        balance = balance.checked_add(change.minor).ok_or_else(|| wrong("a balance beyond 64 bits"))?;
        lines.push(StatementLine {
            at: change.at,
            kind: change.kind,
            what: change.what,
            detail: change.detail,
            program: change.program,
            event_id: change.event_id,
            number: change.number,
            change: shown_amount(change.minor, asset)?,
            balance: shown_amount(balance, asset)?,
        });
    }
    if balance == total(closing) {
        return Ok(lines);
    }
    Err(wrong("opening balance and lines do not come to the closing balance"))
}
