use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use smol_str::SmolStr;
use tribute_ledger::Account;

use super::{MonthEndRow, Of};
use crate::{
    ReportError,
    query::{Query, Source},
    report::Amount,
};

/// What an account's entries of one kind come to, before the month (`opening`) or in it.
#[derive(FromQueryResult)]
struct Sum {
    account: String,
    asset: String,
    recipe: String,
    amount: i64,
    count: i64,
}

/// An account's opening balance, and its entries of the month by kind.
#[derive(Default)]
struct Moved {
    opening: i64,
    kinds: BTreeMap<String, (u64, i64)>,
}

/// Opening balance, entries by kind and closing balance of every account of money.
pub(super) async fn rows(of: &Of<'_>, source: &impl Source) -> Result<Vec<MonthEndRow>, ReportError> {
    let mut query = Query::new("ledger_entry", "");
    let from = query.value(of.month.from.millis());
    query.push(&format!(
        "SELECT e.account AS account, e.asset AS asset, CASE WHEN t.effective_at < {from} THEN 'opening' ELSE t.recipe END \
            AS recipe, CAST(SUM(e.amount) AS BIGINT) AS amount, CAST(COUNT(*) AS BIGINT) AS count \
         FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
         WHERE LENGTH(e.asset) = 3"
    ));
    query.only("t.brand", Some(of.brand));
    query.between("t.effective_at", None, Some(of.month.to));
    query.push(&format!(
        " GROUP BY e.account, e.asset, CASE WHEN t.effective_at < {from} THEN 'opening' ELSE t.recipe END"
    ));
    let mut accounts: BTreeMap<(SmolStr, String), Moved> = BTreeMap::new();
    query
        .each(source, |sum: Sum| {
            let moved = accounts.entry((Account::trusted(&sum.account).kind(), sum.asset)).or_default();
            if sum.recipe == "opening" {
                moved.opening = moved.opening.saturating_add(sum.amount);
            } else {
                let (count, amount) = moved.kinds.entry(sum.recipe).or_default();
                *count = count.saturating_add(sum.count.unsigned_abs());
                *amount = amount.saturating_add(sum.amount);
            }
            Ok(())
        })
        .await?;
    let mut rows = Vec::new();
    for ((account, asset), moved) in accounts {
        rows.extend(rows_of(of, &account, &asset, moved)?);
    }
    Ok(rows)
}

fn rows_of(of: &Of<'_>, account: &str, asset: &str, moved: Moved) -> Result<Vec<MonthEndRow>, ReportError> {
    let mut balance = moved.opening;
    if balance == 0 && moved.kinds.is_empty() {
        return Ok(Vec::new());
    }
    let row = |item: &str, count, minor| {
        let amount = Some(Amount::minor("ledger_entry", minor, asset)?);
        Ok::<_, ReportError>(MonthEndRow {
            item: item.to_owned(),
            count,
            amount,
            ..of.row("accounts", account)
        })
    };
    let mut rows = vec![row("opening", None, balance)?];
    for (kind, (count, amount)) in moved.kinds {
        let beyond = || ReportError::stored("ledger_entry", account, &"a balance beyond 64 bits");
        balance = balance.checked_add(amount).ok_or_else(beyond)?;
        rows.push(row(&kind, Some(count), amount)?);
    }
    rows.push(row("closing", None, balance)?);
    Ok(rows)
}
