use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::DAY;

use super::{Amount, Books, Filter, Record, Report, Sink};
use crate::{Cell, Column, ReportError, error::at, query::Query};

/// What was earned, taken back, cleared and paid in each month, by program and currency: from the ledger's transactions,
/// by their effective time. Months are those of UTC.
///
/// What is owed changes by `accrued - reversed + written_off + adjusted + exchanged - withheld - paid + returned`.
#[derive(Debug, Clone, Copy)]
pub struct Accruals;

/// One month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccrualRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The currency.
    pub currency: String,
    /// The month, `2026-03`.
    pub month: String,
    /// Earned.
    pub accrued: Amount,
    /// Taken back by refunds, edits, verdicts.
    pub reversed: Amount,
    /// Passed the end of its hold, less what was taken back there.
    pub cleared: Amount,
    /// Kept back of payouts for the tax authority, less what was given back with a payout.
    pub withheld: Amount,
    /// Arrived at ambassadors, in the currency in which it was paid.
    pub paid: Amount,
    /// Came back after it had arrived.
    pub returned: Amount,
    /// Debts that were given up.
    pub written_off: Amount,
    /// What corrections by hand gave to ambassadors, less what they took.
    pub adjusted: Amount,
    /// What payouts brought into this currency by an exchange; negative where they took it out.
    pub exchanged: Amount,
}

impl Record for AccrualRow {
    fn columns() -> Vec<Column> {
        let left = ["brand", "program", "currency", "month"].map(Column::left);
        let right = ["accrued", "reversed", "cleared", "withheld", "paid", "returned"].map(Column::right);
        let right = right.into_iter().chain(["written_off", "adjusted", "exchanged"].map(Column::right));
        left.into_iter().chain(right).collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let text = [&self.brand, &self.program, &self.currency, &self.month];
        let amounts = [&self.accrued, &self.reversed, &self.cleared, &self.withheld, &self.paid];
        let amounts = amounts
            .into_iter()
            .chain([&self.returned, &self.written_off, &self.adjusted, &self.exchanged])
            .map(Amount::cell);
        text.map(|text| Cell::text(text.as_str())).into_iter().chain(amounts).collect()
    }
}

/// A day's sums of one recipe, on the account that tells.
#[derive(FromQueryResult)]
struct Day {
    brand: String,
    program: String,
    asset: String,
    recipe: String,
    day: i64,
    debited: i64,
    credited: i64,
}

const TEXT: &str = "SELECT t.brand AS brand, t.program AS program, e.asset AS asset, t.recipe AS recipe, \
        t.effective_at / 86400000 AS day, \
        CAST(SUM(CASE WHEN e.amount > 0 THEN e.amount ELSE 0 END) AS BIGINT) AS debited, \
        CAST(SUM(CASE WHEN e.amount < 0 THEN -e.amount ELSE 0 END) AS BIGINT) AS credited \
    FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
    WHERE ((t.recipe = 'accrue' AND e.account LIKE 'ambassador:%:pending') \
        OR (t.recipe IN ('clear', 'write_off', 'adjust') AND e.account LIKE 'ambassador:%:available') \
        OR (t.recipe IN ('exchange_in', 'exchange_out') AND e.account LIKE 'ambassador:%:in_transit') \
        OR (t.recipe IN ('withhold_tax', 'release_tax') AND e.account = 'tax_withheld') \
        OR (t.recipe IN ('settle_payout', 'unsettle_payout') AND e.account IN ('cash', 'store_credit', 'gift_card')))";

/// Brand, program, currency, month.
type Key = (String, String, String, String);

#[derive(Default)]
struct Month {
    accrued: i64,
    reversed: i64,
    cleared: i64,
    withheld: i64,
    paid: i64,
    returned: i64,
    written_off: i64,
    adjusted: i64,
    exchanged: i64,
}

impl Month {
    fn add(&mut self, day: &Day) {
        let add = |sum: &mut i64, amount: i64| *sum = sum.saturating_add(amount);
        match day.recipe.as_str() {
            "accrue" => {
                add(&mut self.accrued, day.credited);
                add(&mut self.reversed, day.debited);
            }
            "clear" => add(&mut self.cleared, day.credited.saturating_sub(day.debited)),
            "write_off" => add(&mut self.written_off, day.credited),
            "adjust" => add(&mut self.adjusted, day.credited.saturating_sub(day.debited)),
            "exchange_in" | "exchange_out" => {
                add(&mut self.exchanged, day.credited.saturating_sub(day.debited));
            }
            "withhold_tax" | "release_tax" => {
                add(&mut self.withheld, day.credited.saturating_sub(day.debited));
            }
            "settle_payout" => add(&mut self.paid, day.credited),
            _ => add(&mut self.returned, day.debited),
        }
    }
}

impl Report for Accruals {
    type Row = AccrualRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, AccrualRow>,
    ) -> Result<(), ReportError> {
        let mut months: BTreeMap<Key, Month> = BTreeMap::new();
        let mut query = Query::new("ledger_transaction", TEXT);
        query.only("t.brand", filter.brand.as_deref());
        query.only("t.program", filter.program.as_deref());
        filter.during(&mut query, "t.effective_at");
        query.push(" GROUP BY t.brand, t.program, e.asset, t.recipe, t.effective_at / 86400000");
        query
            .each(books.database.connection(), |day: Day| {
                let month = at(day.day.saturating_mul(DAY)).to_string().chars().take(7).collect();
                let key = (day.brand.clone(), day.program.clone(), day.asset.clone(), month);
                months.entry(key).or_default().add(&day);
                Ok(())
            })
            .await?;
        for (key, month) in months {
            sink(row_of(key, &month)?)?;
        }
        Ok(())
    }
}

fn row_of((brand, program, currency, name): Key, month: &Month) -> Result<AccrualRow, ReportError> {
    let amount = |minor| Amount::minor("ledger_entry", minor, &currency);
    Ok(AccrualRow {
        accrued: amount(month.accrued)?,
        reversed: amount(month.reversed)?,
        cleared: amount(month.cleared)?,
        withheld: amount(month.withheld)?,
        paid: amount(month.paid)?,
        returned: amount(month.returned)?,
        written_off: amount(month.written_off)?,
        adjusted: amount(month.adjusted)?,
        exchanged: amount(month.exchanged)?,
        brand,
        program,
        currency,
        month: name,
    })
}
