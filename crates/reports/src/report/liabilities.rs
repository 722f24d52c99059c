use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_terms::Registry;

use super::{Amount, Books, Filter, Record, Report, Sink, money, rewards::currency};
use crate::{
    Cell, Column, ReportError,
    error::at,
    query::{Query, Source},
};

/// What a brand owes its ambassadors, by program and asset: the fold of the ledger's entries.
///
/// Where the filter has a `to`, as of that instant, inclusive, as it is known now. A perk that is promised counts at its
/// fair value, which the grant carries; units whose grant has none are counted apart and never guessed.
#[derive(Debug, Clone, Copy)]
pub struct Liabilities;

/// One program's liabilities in one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiabilityRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The currency, token or perk.
    pub asset: String,
    /// Earned, not cleared.
    pub pending: Option<Amount>,
    /// Cleared, not in a payout; less what ambassadors owe.
    pub available: Option<Amount>,
    /// In a payout that is not settled.
    pub in_transit: Option<Amount>,
    /// All three.
    pub owed: Option<Amount>,
    /// Tokens that ambassadors hold.
    pub outstanding: Option<Amount>,
    /// Units of a perk that are promised and not handed over.
    pub reserved: Option<i64>,
    /// What they are worth, in the program's currency.
    pub fair_value: Option<Amount>,
    /// Units among them that have no fair value.
    pub unvalued: Option<i64>,
}

impl Record for LiabilityRow {
    fn columns() -> Vec<Column> {
        let left = ["brand", "program", "asset"].map(Column::left);
        let amounts = ["pending", "available", "in_transit", "owed", "outstanding", "reserved", "fair_value"];
        let all = left.into_iter().chain(amounts.map(Column::right));
        all.chain([Column::for_programs("fair_value_currency"), Column::right("unvalued")]).collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let amount = |amount: &Option<Amount>| amount.as_ref().map_or(Cell::Nothing, Amount::cell);
        let units = |units: Option<i64>| units.map_or(Cell::Nothing, Cell::Number);
        let mut cells: Vec<_> =
            [&self.brand, &self.program, &self.asset].map(|text| Cell::text(text.as_str())).into();
        cells.extend([&self.pending, &self.available, &self.in_transit].map(amount));
        cells.extend([amount(&self.owed), amount(&self.outstanding), units(self.reserved)]);
        cells.extend(money::cells(self.fair_value.as_ref()));
        cells.push(units(self.unvalued));
        cells
    }
}

#[derive(FromQueryResult)]
struct Held {
    brand: String,
    program: String,
    asset: String,
    state: String,
    amount: i64,
}

/// The states by the last part of the account's name.
const TEXT: &str = "SELECT brand, program, asset, state, CAST(SUM(amount) AS BIGINT) AS amount FROM ( \
    SELECT t.brand AS brand, t.program AS program, e.asset AS asset, e.amount AS amount, CASE \
        WHEN e.account = 'perk:reserved' THEN 'reserved' WHEN e.account LIKE '%:pending' THEN 'pending' \
        WHEN e.account LIKE '%:available' THEN 'available' WHEN e.account LIKE '%:in_transit' THEN 'in_transit' \
        WHEN e.account LIKE '%:wallet' THEN 'wallet' ELSE 'paid' END AS state \
    FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
    WHERE (e.account LIKE 'ambassador:%' OR e.account = 'perk:reserved')";

#[derive(FromQueryResult)]
struct Promised {
    brand: String,
    program: String,
    asset: String,
    effective_at: Option<i64>,
    fair_value: Option<i64>,
    units: i64,
}

/// By grant: its id is the memo of what was booked for it.
const PERKS: &str = "SELECT t.brand AS brand, t.program AS program, e.asset AS asset, r.effective_at AS effective_at, \
        r.fair_value AS fair_value, CAST(SUM(e.amount) AS BIGINT) AS units \
    FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
    LEFT JOIN reward r ON r.brand = t.brand \
        AND r.grant_id = CASE WHEN t.memo LIKE 'grant %' THEN SUBSTR(t.memo, 7) ELSE t.memo END \
    WHERE e.account = 'perk:reserved'";

/// Brand, program, asset.
type Key = (String, String, String);

/// What promised perks are worth: the value in millionths with its currency, and units without a value.
#[derive(Default)]
struct Worth {
    value: Option<(i64, String)>,
    unvalued: i64,
}

impl Report for Liabilities {
    type Row = LiabilityRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, LiabilityRow>,
    ) -> Result<(), ReportError> {
        let source = books.database.connection();
        let mut sums: BTreeMap<Key, BTreeMap<String, i64>> = BTreeMap::new();
        let mut query = Query::new("ledger_entry", TEXT);
        narrow(&mut query, filter);
        query.push(") held GROUP BY brand, program, asset, state");
        query
            .each(source, |row: Held| {
                let key = (row.brand, row.program, row.asset);
                sums.entry(key).or_default().insert(row.state, row.amount);
                Ok(())
            })
            .await?;
        let worth = worth(source, books.registry, filter).await?;
        for (key, sums) in sums {
            let worth = worth.get(&key);
            if sums.iter().any(|(state, amount)| state != "paid" && *amount != 0) {
                sink(row_of(key, &sums, worth)?)?;
            }
        }
        Ok(())
    }
}

fn narrow(query: &mut Query, filter: &Filter) {
    query.only("t.brand", filter.brand.as_deref());
    query.only("t.program", filter.program.as_deref());
    query.until("t.effective_at", filter.to);
}

async fn worth(
    source: &impl Source,
    registry: &Registry,
    filter: &Filter,
) -> Result<BTreeMap<Key, Worth>, ReportError> {
    let mut all: BTreeMap<Key, Worth> = BTreeMap::new();
    let mut query = Query::new("reward", PERKS);
    narrow(&mut query, filter);
    query.push(" GROUP BY t.brand, t.program, e.asset, r.grant_id, r.effective_at, r.fair_value HAVING SUM(e.amount) <> 0");
    query
        .each(source, |row: Promised| {
            let of = row.effective_at.and_then(|then| currency(registry, &row.brand, &row.program, at(then)));
            let overflow = || ReportError::stored("reward", &row.asset, &"its fair value cannot be added up");
            let value =
                row.fair_value.map(|one| one.checked_mul(row.units).ok_or_else(overflow)).transpose()?;
            let worth = all.entry((row.brand, row.program, row.asset.clone())).or_default();
            match (value, of, &mut worth.value) {
                (Some(value), Some(of), None) => worth.value = Some((value, of)),
                (Some(value), Some(of), Some((sum, known))) if *known == of => {
                    *sum = sum.checked_add(value).ok_or_else(overflow)?;
                }
                _ => worth.unvalued = worth.unvalued.saturating_add(row.units),
            }
            Ok(())
        })
        .await?;
    Ok(all)
}

fn row_of(
    (brand, program, asset): Key,
    sums: &BTreeMap<String, i64>,
    worth: Option<&Worth>,
) -> Result<LiabilityRow, ReportError> {
    let (is_money, is_perk) = (asset.len() == 3, asset.starts_with("SKU:"));
    // What is owed stands on the credit side.
    let owed = |state: &str| sums.get(state).copied().unwrap_or_default().saturating_neg();
    let total = ["pending", "available", "in_transit"].into_iter().map(owed).fold(0, i64::saturating_add);
    let amount =
        |wanted: bool, minor| wanted.then(|| Amount::minor("ledger_entry", minor, &asset)).transpose();
    let value = worth.and_then(|worth| worth.value.as_ref());
    Ok(LiabilityRow {
        pending: amount(is_money, owed("pending"))?,
        available: amount(is_money, owed("available"))?,
        in_transit: amount(is_money, owed("in_transit"))?,
        owed: amount(is_money, total)?,
        outstanding: amount(!is_money && !is_perk, owed("wallet"))?,
        reserved: is_perk.then(|| owed("reserved").saturating_neg()),
        fair_value: value.map(|(value, of)| Amount::millionths("reward", *value, of)).transpose()?,
        unvalued: is_perk.then(|| worth.map_or(0, |worth| worth.unvalued)),
        brand,
        program,
        asset,
    })
}
