//! What DAC7 (Council Directive (EU) 2021/514, Annex V, section III B) has a platform report of each seller: the
//! consideration, the number of activities and the taxes withheld, each by quarter.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::{AmbassadorId, BrandId, TaxFormKind, Timestamp};
use tribute_money::{Millionths, MoneyError};
use tribute_terms::{TaxForm, View};

use super::{Amount, Books, Filter, Record, Report, Sink, facts::Key, first_of};
use crate::{
    Cell, Column, ReportError,
    error::{self, at},
    query::Query,
};

/// What every seller got in the quarters of a calendar year of UTC: by brand, ambassador and currency.
///
/// The consideration is money that arrived and stayed, of whatever rail, without what was kept back; it counts in the
/// quarter in which it arrived. Activities are the orders, posts and periods that its payouts pay for. Perks are not
/// consideration that was paid, and are left out. Nothing is converted.
#[derive(Debug, Clone, Copy)]
pub struct Dac7 {
    /// The year.
    pub year: u16,
}

/// What one seller got from one brand in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dac7Row {
    /// The brand.
    pub brand: String,
    /// The ambassador.
    pub ambassador: String,
    /// The currency.
    pub currency: String,
    /// What was paid in each quarter.
    pub consideration: [Amount; 4],
    /// What it was paid for in each quarter, counted.
    pub activities: [i64; 4],
    /// What was withheld in each quarter.
    pub withheld: [Amount; 4],
    /// Whether the seller's self-certification is on file at the end of the year.
    pub certified: bool,
}

impl Record for Dac7Row {
    fn columns() -> Vec<Column> {
        let left = ["brand", "ambassador", "currency"].map(Column::left);
        let numbers = ["paid_q1", "paid_q2", "paid_q3", "paid_q4", "activities_q1", "activities_q2"];
        let more =
            ["activities_q3", "activities_q4", "withheld_q1", "withheld_q2", "withheld_q3", "withheld_q4"];
        let numbers = numbers.into_iter().chain(more).map(Column::right);
        left.into_iter().chain(numbers).chain([Column::left("certified")]).collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let text = [&self.brand, &self.ambassador, &self.currency].map(|it| Cell::text(it.as_str()));
        let mut cells: Vec<Cell> = text.into();
        cells.extend(self.consideration.iter().map(Amount::cell));
        cells.extend(self.activities.map(Cell::Number));
        cells.extend(self.withheld.iter().map(Amount::cell));
        cells.push(Cell::Flag(self.certified));
        cells
    }
}

#[derive(Default)]
struct Quarters {
    paid: [Millionths; 4],
    activities: [i64; 4],
    withheld: [Millionths; 4],
}

#[derive(FromQueryResult)]
struct Arrived {
    brand: String,
    ambassador: String,
    payout: String,
    asset: String,
    kept_asset: String,
    amount: i64,
    kept: i64,
    arrived: i64,
    activities: i64,
}

/// By payout: its id is in the memo of what was booked for it. One that came back has nothing left.
const TEXT: &str = "SELECT p.brand AS brand, p.ambassador AS ambassador, p.payout AS payout, e.asset AS asset, \
        p.balance_asset AS kept_asset, COALESCE(p.withheld, 0) AS kept, CAST(-SUM(e.amount) AS BIGINT) AS amount, \
        MAX(CASE WHEN t.recipe = 'settle_payout' THEN t.effective_at END) AS arrived, \
        (SELECT COUNT(DISTINCT m.source) FROM movement m WHERE m.brand = p.brand AND m.payout = p.payout \
            AND m.amount > 0) AS activities \
    FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
    JOIN payout p ON p.brand = t.brand AND p.payout = SUBSTR(t.memo, 8) \
    WHERE t.recipe IN ('settle_payout', 'unsettle_payout') AND t.memo LIKE 'payout %' \
        AND e.account IN ('cash', 'store_credit', 'gift_card')";

impl Report for Dac7 {
    type Row = Dac7Row;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, Dac7Row>,
    ) -> Result<(), ReportError> {
        let (from, to) = (first_of(self.year)?, first_of(self.year.saturating_add(1))?);
        let mut all: BTreeMap<Key, Quarters> = BTreeMap::new();
        let mut query = Query::new("ledger_entry", TEXT);
        query.only("p.brand", filter.brand.as_deref());
        query.only("p.ambassador", filter.ambassador.as_deref());
        query.push(
            " GROUP BY p.brand, p.ambassador, p.payout, e.asset, p.balance_asset, p.withheld HAVING SUM(e.amount) <> 0",
        );
        let arrived = "MAX(CASE WHEN t.recipe = 'settle_payout' THEN t.effective_at END)";
        query.between(arrived, Some(from), Some(to));
        query.each(books.database.connection(), |row: Arrived| add(&mut all, row)).await?;
        for (key, quarters) in all {
            sink(row_of(books, key, &quarters, to.minus(1))?)?;
        }
        Ok(())
    }
}

fn add(all: &mut BTreeMap<Key, Quarters>, row: Arrived) -> Result<(), ReportError> {
    let stored = |why: MoneyError| ReportError::stored("payout", &row.payout, &why);
    let quarter = quarter_of(at(row.arrived));
    let mut put = |asset: &str, minor: i64, kept: bool| {
        let exponent = error::asset("payout", asset)?.exponent().map_err(stored)?;
        let amount = Millionths::from_minor(minor, exponent).map_err(stored)?;
        let key = (row.brand.clone(), row.ambassador.clone(), asset.to_owned());
        let of = all.entry(key).or_default();
        let sums = if kept { &mut of.withheld } else { &mut of.paid };
        if let Some(sum) = sums.get_mut(quarter) {
            *sum = sum.plus(amount).map_err(stored)?;
        }
        if let Some(count) = of.activities.get_mut(quarter).filter(|_| !kept) {
            *count = count.saturating_add(row.activities);
        }
        Ok::<_, ReportError>(())
    };
    put(&row.asset, row.amount, false)?;
    if row.kept > 0 { put(&row.kept_asset, row.kept, true) } else { Ok(()) }
}

/// 0 to 3, by the month of UTC.
fn quarter_of(at: Timestamp) -> usize {
    match at.to_string().get(5..7) {
        Some("01" | "02" | "03") => 0,
        Some("04" | "05" | "06") => 1,
        Some("07" | "08" | "09") => 2,
        _ => 3,
    }
}

fn row_of(
    books: &Books<'_>,
    (brand, ambassador, currency): Key,
    of: &Quarters,
    last: Timestamp,
) -> Result<Dac7Row, ReportError> {
    let amount = |value: Millionths| Amount::millionths("payout", value.get(), &currency);
    let amounts = |[a, b, c, d]: [Millionths; 4]| {
        Ok::<_, ReportError>([amount(a)?, amount(b)?, amount(c)?, amount(d)?])
    };
    let papers = books.registry.papers(&BrandId::trusted(&brand), &AmbassadorId::trusted(&ambassador));
    let form = papers.and_then(|papers| papers.tax_form_at(View::ALL, last));
    let certified = matches!(form, Some(TaxForm::OnFile { form: Some(TaxFormKind::Dac7), .. }));
    Ok(Dac7Row {
        consideration: amounts(of.paid)?,
        activities: of.activities,
        withheld: amounts(of.withheld)?,
        certified,
        brand,
        ambassador,
        currency,
    })
}
