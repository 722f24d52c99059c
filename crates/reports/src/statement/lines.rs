//! What changed what is owed, transaction by transaction.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{ProgramId, Timestamp};
use tribute_formats::account_statement::LineKind;
use tribute_ledger::Recipe;

use super::{StatementOf, balance, words};
use crate::{
    ReportError,
    explain::event,
    journal::{Gathered, LINES, Line, Row},
    query::{Query, Source},
};

/// A change of what is owed in one asset.
pub(super) struct Change {
    pub(super) at: Timestamp,
    pub(super) kind: LineKind,
    pub(super) what: String,
    pub(super) detail: String,
    pub(super) program: String,
    pub(super) event_id: String,
    pub(super) number: u64,
    pub(super) minor: i64,
}

/// Every change of the month by asset, in the order of effective time.
pub(super) async fn read(
    source: &impl Source,
    of: &StatementOf,
) -> Result<BTreeMap<String, Vec<Change>>, ReportError> {
    let mut query = Query::new("ledger_transaction", format!("{LINES} WHERE 1 = 1"));
    query.only("t.brand", Some(of.brand.as_str()));
    query.one_of("e.account", balance::accounts(of).iter().map(String::as_str));
    query.only("t.program", of.program.as_ref().map(ProgramId::as_str));
    query.between("t.effective_at", Some(of.month.from), Some(of.month.to));
    query.push(" ORDER BY t.effective_at, t.number, e.line");
    let (mut gathered, mut rows) = (Gathered::default(), Vec::new());
    query
        .each(source, |line: Line| {
            rows.extend(gathered.take(line));
            Ok(())
        })
        .await?;
    rows.extend(gathered.last());
    let mut changes = Vec::new();
    for row in rows {
        changes.extend(change(row)?);
    }
    let causes: BTreeSet<String> = changes.iter().map(|(_, change, _)| change.event_id.clone()).collect();
    let events = event::named(source, of.brand.as_str(), &causes).await?;
    let mut by_asset: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for (asset, mut change, memo) in changes {
        let event_type = events.get(&change.event_id).map_or("", |event| event.event_type.as_str());
        let (what, detail) = words::of(change.kind, &memo, event_type);
        (change.what, change.detail) = (what, detail + &change.detail);
        by_asset.entry(asset).or_default().push(change);
    }
    Ok(by_asset)
}

/// What a transaction changes, with its asset and memo; nothing where it only moves between states.
fn change(row: Row) -> Result<Option<(String, Change, String)>, ReportError> {
    let key = format!("{}/{}", row.head.brand, row.head.number);
    let refused = |why: String| ReportError::stored("ledger_transaction", &key, &why);
    // Only the ambassador's own entries are here: what they sum to is the change. Credits are owed.
    let sum = row.entries.iter().try_fold(0_i64, |sum, entry| sum.checked_sub(entry.amount));
    let minor = sum.ok_or_else(|| refused("an amount beyond 64 bits".to_owned()))?;
    let transaction = row.head.transaction(row.entries).map_err(refused)?;
    let kind = match (transaction.recipe(), minor > 0) {
        _ if minor == 0 => return Ok(None),
        (Recipe::Accrue, true) => LineKind::Earned,
        (Recipe::Accrue, false) => LineKind::TakenBack,
        (Recipe::SettlePayout, _) => LineKind::Paid,
        (Recipe::UnsettlePayout, _) => LineKind::Returned,
        (Recipe::ExchangeOut | Recipe::ExchangeIn, _) => LineKind::Exchanged,
        (Recipe::WithholdTax, _) => LineKind::Withheld,
        (Recipe::ReleaseTax, _) => LineKind::Released,
        (Recipe::WriteOff, _) => LineKind::WrittenOff,
        (Recipe::Adjust, _) => LineKind::Adjusted,
        (Recipe::GrantTokens, true) => LineKind::Granted,
        (Recipe::GrantTokens, false) => LineKind::Revoked,
        (Recipe::SpendTokens, _) => LineKind::Spent,
        (Recipe::ExpireTokens, _) => LineKind::Expired,
        (other, _) => return Err(refused(format!("`{other}` cannot change what is owed to an ambassador"))),
    };
    let change = Change {
        at: transaction.effective_at(),
        kind,
        what: String::new(),
        detail: transaction.happened_at().map(words::happened).unwrap_or_default(),
        program: transaction.program().to_string(),
        event_id: transaction.cause().to_string(),
        number: row.head.number.unsigned_abs(),
        minor,
    };
    Ok(Some((transaction.asset().to_string(), change, transaction.memo().to_owned())))
}
