use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::{DAY, Timestamp};

use super::{Amount, Books, Filter, Record, Report, Sink, clock};
use crate::{Cell, Column, ReportError, error::at, query::Query};

/// How long what is available has been so: days since it cleared.
///
/// First in, first out: what was paid or taken back went against what cleared first, so that what is left is what cleared
/// last. Money of a payout that came back is as old as it was. The buckets and `owed_back` add up to the available
/// balance of [`super::Liabilities`]. Where the filter has a `to`, as of that instant, inclusive; otherwise everything
/// that is booked, by its age at the clock.
#[derive(Debug, Clone, Copy)]
pub struct Ageing;

/// One ambassador's available balance of one program and currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgeingRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The ambassador.
    pub ambassador: String,
    /// The currency.
    pub currency: String,
    /// Cleared 30 days ago or less.
    pub days_0_30: Amount,
    /// Cleared 31 to 60 days ago.
    pub days_31_60: Amount,
    /// Cleared 61 to 90 days ago.
    pub days_61_90: Amount,
    /// Cleared more than 90 days ago.
    pub over_90_days: Amount,
    /// What the ambassador owes instead: zero or negative.
    pub owed_back: Amount,
    /// All of them.
    pub available: Amount,
}

impl Record for AgeingRow {
    fn columns() -> Vec<Column> {
        let left = ["brand", "program", "ambassador", "currency"].map(Column::left);
        let right = ["days_0_30", "days_31_60", "days_61_90", "over_90_days", "owed_back", "available"];
        left.into_iter().chain(right.map(Column::right)).collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let text = [&self.brand, &self.program, &self.ambassador, &self.currency];
        let amounts = [&self.days_0_30, &self.days_31_60, &self.days_61_90, &self.over_90_days];
        let amounts = amounts.into_iter().chain([&self.owed_back, &self.available]).map(Amount::cell);
        text.map(|text| Cell::text(text.as_str())).into_iter().chain(amounts).collect()
    }
}

/// What cleared, the newest first, beside the balance of its account.
#[derive(FromQueryResult)]
struct Entry {
    brand: String,
    program: String,
    account: String,
    asset: String,
    effective_at: i64,
    /// What cleared: zero where the entry is none that clears.
    cleared: i64,
    balance: i64,
}

/// Only what clears or gives up a debt makes anything available; all else takes from it, or gives back what it took.
const TEXT: &str = "SELECT t.brand AS brand, t.program AS program, e.account AS account, e.asset AS asset, \
        t.effective_at AS effective_at, \
        CASE WHEN t.recipe IN ('clear', 'write_off') AND e.amount < 0 THEN -e.amount ELSE 0 END AS cleared, \
        CAST(SUM(-e.amount) OVER (PARTITION BY t.brand, t.program, e.account, e.asset) AS BIGINT) AS balance \
    FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
    WHERE e.account LIKE 'ambassador:%:available'";

impl Report for Ageing {
    type Row = AgeingRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, AgeingRow>,
    ) -> Result<(), ReportError> {
        let source = books.database.connection();
        let as_of = match filter.to {
            Some(to) => to,
            None => clock(source).await?,
        };
        let mut query = Query::new("ledger_entry", TEXT);
        query.only("t.brand", filter.brand.as_deref());
        query.only("t.program", filter.program.as_deref());
        let account =
            filter.ambassador.as_deref().map(|ambassador| format!("ambassador:{ambassador}:available"));
        query.only("e.account", account.as_deref());
        query.until("t.effective_at", filter.to);
        query.push(" ORDER BY t.brand, t.program, e.account, e.asset, t.effective_at DESC, t.number DESC");
        let mut open: Option<Aged> = None;
        query
            .each(source, |entry: Entry| {
                if open.as_ref().is_none_or(|aged| !aged.is_of(&entry))
                    && let Some(aged) = open.replace(Aged::begin(&entry))
                {
                    aged.give(sink)?;
                }
                if let Some(aged) = &mut open {
                    aged.take(&entry, as_of);
                }
                Ok(())
            })
            .await?;
        open.map_or(Ok(()), |aged| aged.give(sink))
    }
}

/// An account on the way through what cleared on it, from the newest to the oldest.
struct Aged {
    brand: String,
    program: String,
    account: String,
    asset: String,
    balance: i64,
    left: i64,
    buckets: [i64; 4],
}

impl Aged {
    fn begin(entry: &Entry) -> Self {
        Self {
            brand: entry.brand.clone(),
            program: entry.program.clone(),
            account: entry.account.clone(),
            asset: entry.asset.clone(),
            balance: entry.balance,
            left: entry.balance.max(0),
            buckets: [0; 4],
        }
    }

    fn is_of(&self, entry: &Entry) -> bool {
        [&self.brand, &self.program, &self.account, &self.asset]
            == [&entry.brand, &entry.program, &entry.account, &entry.asset]
    }

    fn take(&mut self, entry: &Entry, as_of: Timestamp) {
        let part = entry.cleared.min(self.left);
        let days = as_of.since(at(entry.effective_at)).checked_div(DAY).unwrap_or_default();
        let [new, month, two_months, old] = &mut self.buckets;
        let bucket = match days {
            ..=30 => new,
            31..=60 => month,
            61..=90 => two_months,
            _ => old,
        };
        *bucket = bucket.saturating_add(part);
        self.left = self.left.saturating_sub(part);
    }

    fn give(self, sink: Sink<'_, AgeingRow>) -> Result<(), ReportError> {
        if self.balance == 0 {
            return Ok(());
        }
        let amount = |minor| Amount::minor("ledger_entry", minor, &self.asset);
        let [new, month, two_months, old] = self.buckets;
        let held = tribute_ledger::Account::trusted(&self.account);
        sink(AgeingRow {
            days_0_30: amount(new)?,
            days_31_60: amount(month)?,
            days_61_90: amount(two_months)?,
            over_90_days: amount(old)?,
            owed_back: amount(self.balance.min(0))?,
            available: amount(self.balance)?,
            ambassador: held.holder().map_or("", |(ambassador, _)| ambassador).to_owned(),
            brand: self.brand,
            program: self.program,
            currency: self.asset,
        })
    }
}
