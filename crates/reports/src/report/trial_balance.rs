use sea_orm::FromQueryResult;
use serde::Serialize;

use super::{Amount, Books, Filter, Record, Report, Sink};
use crate::{Cell, Column, ReportError, query::Query};

/// What every account of the ledger holds: debits positive, credits negative, and each asset sums to zero.
///
/// Where the filter has a `to`, as of that instant, those entries included that took effect at that very instant.
#[derive(Debug, Clone, Copy)]
pub struct TrialBalance;

/// One account in one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialBalanceRow {
    /// The brand.
    pub brand: String,
    /// The account.
    pub account: String,
    /// What it is counted in.
    pub asset: String,
    /// The balance where it is a debit.
    pub debit: Option<Amount>,
    /// The balance where it is a credit.
    pub credit: Option<Amount>,
}

impl Record for TrialBalanceRow {
    fn columns() -> Vec<Column> {
        let left = ["brand", "account", "asset"].map(Column::left);
        left.into_iter().chain(["debit", "credit"].map(Column::right)).collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let text = [&self.brand, &self.account, &self.asset].map(|text| Cell::text(text.as_str()));
        let amounts = [&self.debit, &self.credit].map(|it| it.as_ref().map_or(Cell::Nothing, Amount::cell));
        text.into_iter().chain(amounts).collect()
    }
}

#[derive(FromQueryResult)]
struct Held {
    brand: String,
    account: String,
    asset: String,
    amount: i64,
}

impl Report for TrialBalance {
    type Row = TrialBalanceRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, TrialBalanceRow>,
    ) -> Result<(), ReportError> {
        let mut query = Query::new(
            "ledger_entry",
            "SELECT e.brand AS brand, e.account AS account, e.asset AS asset, \
                CAST(SUM(e.amount) AS BIGINT) AS amount \
             FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number WHERE 1 = 1",
        );
        query.only("t.brand", filter.brand.as_deref());
        query.only("t.program", filter.program.as_deref());
        query.until("t.effective_at", filter.to);
        query.push(
            " GROUP BY e.brand, e.account, e.asset HAVING SUM(e.amount) <> 0 ORDER BY e.brand, e.asset, e.account",
        );
        query.each(books.database.connection(), |held: Held| sink(row_of(held)?)).await
    }
}

fn row_of(held: Held) -> Result<TrialBalanceRow, ReportError> {
    let side = |wanted: bool, amount: i64| {
        wanted.then(|| Amount::minor("ledger_entry", amount, &held.asset)).transpose()
    };
    Ok(TrialBalanceRow {
        debit: side(held.amount > 0, held.amount)?,
        credit: side(held.amount < 0, held.amount.saturating_neg())?,
        brand: held.brand,
        account: held.account,
        asset: held.asset,
    })
}
