use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::Timestamp;
use tribute_payouts::Fixing;

use super::{Amount, Books, Filter, KeyPart, Keyed, Record, Report, RowKey, Sink, money};
use crate::{
    Cell, Column, ReportError,
    error::{self, at},
    query::Query,
};

/// What was paid, carried and held.
#[derive(Debug, Clone, Copy)]
pub struct Payouts;

/// What a run decided for one balance, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PayoutRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The ambassador.
    pub ambassador: String,
    /// The run's cut-off.
    pub run_at: Timestamp,
    /// The payout; for a carried or held balance the id that it would have had.
    pub payout: String,
    /// The balance taken.
    pub balance: Amount,
    /// The amount to pay; absent where nothing is paid.
    pub amount: Option<Amount>,
    /// What of the balance is kept back for the tax authority; absent where nothing is.
    pub withheld: Option<Amount>,
    /// How it is paid; absent where the export decides.
    pub method: Option<String>,
    /// Where it was converted: the day that the rates were fixed on.
    pub fixing_day: Option<String>,
    /// Units of the balance's currency for one euro.
    pub rate_from: Option<String>,
    /// Units of the currency paid for one euro.
    pub rate_to: Option<String>,
    /// `proposed` and onwards, `carried`, or `held`.
    pub status: String,
    /// Why it is carried or held, or why it failed.
    pub reason: Option<String>,
}

impl Record for PayoutRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("ambassador"),
            Column::left("run_at"),
            Column::left("payout"),
            Column::right("balance"),
            Column::for_programs("balance_currency"),
            Column::right("amount"),
            Column::for_programs("currency"),
            Column::right("withheld"),
            Column::left("method"),
            Column::left("fixing_day"),
            Column::right("rate_from"),
            Column::right("rate_to"),
            Column::left("status"),
            Column::left("reason"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let text = |text: &String| Cell::text(text.as_str());
        let mut cells = vec![text(&self.brand), text(&self.program), text(&self.ambassador)];
        cells.extend([Cell::at(self.run_at), text(&self.payout)]);
        cells.extend(money::cells(Some(&self.balance)));
        cells.extend(money::cells(self.amount.as_ref()));
        cells.push(self.withheld.as_ref().map_or(Cell::Nothing, Amount::cell));
        cells.push(Cell::maybe(self.method.as_deref()));
        cells.extend([&self.fixing_day, &self.rate_from, &self.rate_to].map(|it| Cell::maybe(it.as_deref())));
        cells.extend([text(&self.status), Cell::maybe(self.reason.as_deref())]);
        cells
    }
}

#[derive(FromQueryResult)]
struct Stored {
    brand: String,
    payout: String,
    program: String,
    ambassador: String,
    run_at: i64,
    balance_asset: String,
    balance: i64,
    asset: Option<String>,
    amount: Option<i64>,
    fixing: Option<String>,
    withheld: Option<i64>,
    method: Option<String>,
    status: String,
    reason: Option<String>,
}

impl Report for Payouts {
    type Row = PayoutRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, PayoutRow>,
    ) -> Result<(), ReportError> {
        let mut query = Query::new(
            "payout",
            "SELECT brand, payout, program, ambassador, run_at, balance_asset, balance, asset, amount, fixing, \
                withheld, method, status, reason FROM payout WHERE 1 = 1",
        );
        filter.narrow(&mut query, ["brand", "program", "ambassador"]);
        filter.during(&mut query, "run_at");
        filter.sorted(&mut query, &["brand", "program", "ambassador", "run_at", "balance_asset", "payout"]);
        query.each(books.database.connection(), |row: Stored| sink(row_of(row)?)).await
    }
}

impl Keyed for Payouts {
    fn key(row: &PayoutRow) -> RowKey {
        let mut key: RowKey = [&row.brand, &row.program, &row.ambassador].map(KeyPart::text).into();
        key.push(KeyPart::Number(row.run_at.millis()));
        key.extend([&row.balance.currency, &row.payout].map(KeyPart::text));
        key
    }
}

fn row_of(row: Stored) -> Result<PayoutRow, ReportError> {
    let fixing =
        row.fixing.as_deref().map(|text| error::json::<Fixing>("payout", &row.payout, text)).transpose()?;
    let amount = row.asset.as_deref().zip(row.amount);
    Ok(PayoutRow {
        balance: Amount::minor("payout", row.balance, &row.balance_asset)?,
        amount: amount.map(|(asset, amount)| Amount::minor("payout", amount, asset)).transpose()?,
        withheld: row.withheld.map(|kept| Amount::minor("payout", kept, &row.balance_asset)).transpose()?,
        method: row.method,
        fixing_day: fixing.as_ref().map(|fixing| fixing.day.to_string()),
        rate_from: fixing.as_ref().map(|fixing| fixing.from.rate.to_string()),
        rate_to: fixing.as_ref().map(|fixing| fixing.to.rate.to_string()),
        brand: row.brand,
        program: row.program,
        ambassador: row.ambassador,
        run_at: at(row.run_at),
        payout: row.payout,
        status: row.status,
        reason: row.reason,
    })
}
