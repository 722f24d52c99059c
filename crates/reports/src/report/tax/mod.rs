mod dac7;
mod facts;
mod rules;
mod total;

use std::collections::BTreeMap;

use serde::Serialize;
use tribute_events::Timestamp;
use tribute_money::{Millionths, MoneyError};

use super::{Amount, Books, Filter, Record, Report, Sink};
use crate::{Cell, Column, ReportError};
use facts::{Got, Key};

pub use dac7::{Dac7, Dac7Row};
pub use rules::{TaxRules, TaxRulesError, TaxThreshold};
pub use total::{TaxTotal, tax_totals};

/// The name of the rail of payouts of which none is told.
const UNKNOWN_RAIL: &str = "unknown";

/// What everybody got in a calendar year of UTC, for tax forms: by brand, ambassador and currency.
///
/// Cash counts when its payout was settled; a payout that came back counts in no year. What a refund takes back later
/// lowers no cash that was paid. Perks and shipments count at fair value when they were handed over; units without a value
/// are counted apart, and while there are any a total below the threshold is not known to be below. Nothing is
/// converted: each currency stands by itself, beside the threshold in it. Of the filter only brand and ambassador
/// bear on it: a form is due for all of a brand's programs together.
#[derive(Debug, Clone, Copy)]
pub struct Tax<'r> {
    /// The year.
    pub year: u16,
    /// Thresholds and rates.
    pub rules: &'r TaxRules,
}

/// What one person got from one brand in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxRow {
    /// The brand.
    pub brand: String,
    /// The ambassador.
    pub ambassador: String,
    /// The currency.
    pub currency: String,
    /// Money that arrived, without what processors report by themselves.
    pub cash_paid: Amount,
    /// Perks and shipments, at fair value.
    pub perks: Amount,
    /// Units among them that have no fair value.
    pub unvalued: i64,
    /// What was kept back for the tax authority of payouts that arrived: it is income all the same.
    pub withheld: Amount,
    /// Cash, perks and what was kept back.
    pub total: Amount,
    /// Money that arrived by processors, who report it themselves.
    pub by_processors: Amount,
    /// All money that arrived, by rail; `unknown` where the export names none.
    pub rails: BTreeMap<String, Amount>,
    /// From which total on a form is due.
    pub threshold: TaxThreshold,
    /// Whether it is reached; absent where that is not known.
    pub reached: Option<bool>,
    /// Whether a tax form is on file.
    pub tax_form: bool,
    /// The rate of backup withholding, where a form is due and none is on file.
    pub backup_withholding: Option<String>,
}

impl TaxRow {
    /// Whether somebody has to see to the person's tax form: none is on file, and one is due, or may be for all that is
    /// known.
    #[must_use]
    pub fn lacks_form(&self) -> bool {
        let asked = match &self.threshold {
            TaxThreshold::Known { .. } => self.reached != Some(false),
            TaxThreshold::NotKnownYet => self.unvalued > 0 || !is_zero(&self.total),
            TaxThreshold::None => false,
        };
        asked && !self.tax_form
    }
}

fn is_zero(amount: &Amount) -> bool {
    amount.amount.parse().is_ok_and(|it: Millionths| it == Millionths::ZERO)
}

impl Record for TaxRow {
    fn columns() -> Vec<Column> {
        let left = ["brand", "ambassador", "currency"].map(Column::left);
        let amounts =
            ["cash_paid", "perks", "unvalued", "withheld", "total", "by_processors"].map(Column::right);
        let mut columns: Vec<_> = left.into_iter().chain(amounts).collect();
        columns.extend([
            Column::left("rails"),
            Column::left("form"),
            Column::right("threshold"),
            Column::left("reached"),
            Column::left("tax_form"),
            Column::right("backup_withholding"),
        ]);
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells: Vec<_> =
            [&self.brand, &self.ambassador, &self.currency].map(|it| Cell::text(it.as_str())).into();
        cells.extend([self.cash_paid.cell(), self.perks.cell(), Cell::Number(self.unvalued)]);
        cells.push(self.withheld.cell());
        cells.extend([self.total.cell(), self.by_processors.cell()]);
        let rails = self.rails.iter().map(|(rail, paid)| format!("{rail} {} {}", paid.amount, paid.currency));
        let rails = rails.collect::<Vec<_>>().join(", ");
        cells.push(Cell::maybe((!rails.is_empty()).then_some(rails)));
        cells.extend(match &self.threshold {
            TaxThreshold::Known { form, amount } => [Cell::text(form.as_str()), amount.cell()],
            TaxThreshold::NotKnownYet | TaxThreshold::None => [Cell::Nothing, Cell::Nothing],
        });
        cells.push(self.reached.map_or(Cell::Nothing, Cell::Flag));
        cells.extend([Cell::Flag(self.tax_form), Cell::maybe(self.backup_withholding.as_deref())]);
        cells
    }
}

impl Report for Tax<'_> {
    type Row = TaxRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, TaxRow>,
    ) -> Result<(), ReportError> {
        let source = books.database.connection();
        let year = (first_of(self.year)?, first_of(self.year.saturating_add(1))?);
        let mut all: BTreeMap<Key, Got> = BTreeMap::new();
        facts::payments(source, filter, year, &mut all).await?;
        facts::withheld(source, filter, year, &mut all).await?;
        facts::perks(source, books.registry, filter, year, &mut all).await?;
        for (key, got) in all {
            let tax_form = facts::has_tax_form(books.registry, &key.0, &key.1, year.1.minus(1));
            sink(self.row_of(key, &got, tax_form)?)?;
        }
        Ok(())
    }
}

/// The first instant of a year.
fn first_of(year: u16) -> Result<Timestamp, ReportError> {
    let text = format!("{year:04}-01-01T00:00:00Z");
    text.parse().map_err(|why| ReportError::stored("year", &text, &why))
}

impl Tax<'_> {
    fn row_of(
        &self,
        (brand, ambassador, currency): Key,
        got: &Got,
        tax_form: bool,
    ) -> Result<TaxRow, ReportError> {
        let overflow = |why: MoneyError| ReportError::stored("payout", &ambassador, &why);
        let amount = |value: Millionths| Amount::millionths("payout", value.get(), &currency);
        let (mut cash, mut by_processors, mut rails) = (Millionths::ZERO, Millionths::ZERO, BTreeMap::new());
        for (rail, paid) in &got.cash {
            let sum = if self.rules.is_processor(rail) { &mut by_processors } else { &mut cash };
            *sum = sum.plus(*paid).map_err(overflow)?;
            let name = if rail.is_empty() { UNKNOWN_RAIL } else { rail };
            rails.insert(name.to_owned(), amount(*paid)?);
        }
        let total = cash.plus(got.perks).and_then(|it| it.plus(got.withheld)).map_err(overflow)?;
        let threshold = self.rules.threshold(&currency, self.year)?;
        let reached = match self.rules.limit(&currency, self.year) {
            Some(limit) if total >= limit.amount => Some(true),
            Some(_) if got.unvalued == 0 => Some(false),
            _ => None,
        };
        let withheld = (reached == Some(true) && !tax_form)
            .then(|| self.rules.backup_withholding(&currency, self.year).map(|rate| rate.to_string()));
        Ok(TaxRow {
            cash_paid: amount(cash)?,
            perks: amount(got.perks)?,
            unvalued: got.unvalued,
            withheld: amount(got.withheld)?,
            total: amount(total)?,
            by_processors: amount(by_processors)?,
            rails,
            threshold,
            reached,
            tax_form,
            backup_withholding: withheld.flatten(),
            brand,
            ambassador,
            currency,
        })
    }
}
