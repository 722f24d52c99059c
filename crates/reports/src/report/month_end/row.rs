use serde::Serialize;

use crate::{
    Cell, Column,
    report::{Amount, Record, money::cells},
};

/// A row of the report of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthEndRow {
    /// The brand.
    pub brand: String,
    /// The month, `2026-03`.
    pub month: String,
    /// `period`, `accounts`, `payouts`, `bank`, `compared` or `differences`.
    pub part: &'static str,
    /// The account, the state of payouts, the account at the bank, or what is compared.
    pub name: String,
    /// What of it.
    pub item: String,
    /// How many.
    pub count: Option<u64>,
    /// How much, debits positive.
    pub amount: Option<Amount>,
    /// The payout, entry, transaction or event that it is of.
    pub id: Option<String>,
    /// Why.
    pub why: Option<String>,
}

impl Record for MonthEndRow {
    fn columns() -> Vec<Column> {
        let mut columns: Vec<_> = ["brand", "month"].map(Column::for_programs).into();
        columns.extend(["part", "name", "item"].map(Column::left));
        columns.extend(["count", "amount"].map(Column::right));
        columns.push(Column::for_programs("currency"));
        columns.extend(["id", "why"].map(Column::left));
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        let texts = [&self.brand, &self.month].map(|text| Cell::text(text.as_str()));
        let mut row: Vec<_> = texts.into();
        row.extend([self.part, &self.name, &self.item].map(|it| Cell::maybe((!it.is_empty()).then_some(it))));
        row.push(self.count.map_or(Cell::Nothing, Cell::count));
        row.extend(cells(self.amount.as_ref()));
        row.extend([&self.id, &self.why].map(|text| Cell::maybe(text.as_deref())));
        row
    }
}
