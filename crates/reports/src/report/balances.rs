use std::collections::BTreeMap;

use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::AmbassadorId;
use tribute_ledger::{Account, Holding};

use super::{Amount, Books, Filter, KeyPart, Keyed, Record, Report, RowKey, Sink};
use crate::{Cell, Column, ReportError, query::Query};

/// What everybody has in each asset, by state: from the ledger's accounts, with what is owed as positive.
///
/// An ambassador's accounts are the brand's, whatever the program: only where the filter names a program are the
/// entries of that program's transactions added up instead. Where it has a `to`, the balances are as of that instant:
/// the fold of the entries that took effect by then, those of that very instant included. Perks have no accounts of
/// their own by ambassador, only grants as they stand now: as of an instant there are none.
#[derive(Debug, Clone, Copy)]
pub struct Balances;

/// One ambassador's value in one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BalanceRow {
    /// The brand.
    pub brand: String,
    /// The program, where only its transactions are counted.
    pub program: Option<String>,
    /// The ambassador.
    pub ambassador: String,
    /// What it is counted in.
    pub asset: String,
    /// Earned, not cleared. Decimal text, as all amounts here.
    pub pending: Option<Amount>,
    /// Cleared, not in a payout. Negative where the ambassador owes it.
    pub available: Option<Amount>,
    /// In a payout that is not settled.
    pub in_transit: Option<Amount>,
    /// Arrived.
    pub paid: Option<Amount>,
    /// Tokens that the ambassador holds.
    pub wallet: Option<Amount>,
    /// Units of a perk that are promised to the ambassador and not handed over.
    pub perks_reserved: Option<i64>,
    /// Units of a perk that were handed over.
    pub perks_delivered: Option<i64>,
}

impl Record for BalanceRow {
    fn columns() -> Vec<Column> {
        let mut columns = vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("ambassador"),
            Column::left("asset"),
        ];
        let numbers =
            ["pending", "available", "in_transit", "paid", "wallet", "perks_reserved", "perks_delivered"];
        columns.extend(numbers.map(Column::right));
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(self.brand.as_str()),
            Cell::maybe(self.program.as_deref()),
            Cell::text(self.ambassador.as_str()),
            Cell::text(self.asset.as_str()),
        ];
        let amounts = [&self.pending, &self.available, &self.in_transit, &self.paid, &self.wallet];
        cells.extend(amounts.map(|amount| amount.as_ref().map_or(Cell::Nothing, Amount::cell)));
        let units = [self.perks_reserved, self.perks_delivered];
        cells.extend(units.map(|units| units.map_or(Cell::Nothing, Cell::Number)));
        cells
    }
}

#[derive(FromQueryResult)]
struct Held {
    brand: String,
    account: String,
    asset: String,
    amount: i64,
}

#[derive(FromQueryResult)]
struct Perk {
    brand: String,
    ambassador: String,
    asset: String,
    status: String,
    units: i64,
}

/// Brand, ambassador, asset.
type Key = (String, String, String);

#[derive(Default)]
struct Sums {
    held: BTreeMap<Holding, i64>,
    reserved: i64,
    delivered: i64,
}

impl Report for Balances {
    type Row = BalanceRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, BalanceRow>,
    ) -> Result<(), ReportError> {
        let source = books.database.connection();
        let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
        let wanted = |ambassador: &str| filter.ambassador.as_deref().is_none_or(|it| it == ambassador);
        accounts(filter)
            .each(source, |row: Held| {
                if let Some((ambassador, holding)) = Account::trusted(&row.account).holder()
                    && wanted(ambassador)
                {
                    let key = (row.brand, ambassador.to_owned(), row.asset);
                    sums.entry(key).or_default().held.insert(holding, row.amount.saturating_neg());
                }
                Ok(())
            })
            .await?;
        if filter.to.is_none() {
            perks(filter)
                .each(source, |row: Perk| {
                    let sums = sums.entry((row.brand, row.ambassador, row.asset)).or_default();
                    match row.status.as_str() {
                        "delivered" => sums.delivered = row.units,
                        _ => sums.reserved = row.units,
                    }
                    Ok(())
                })
                .await?;
        }
        for (key, sums) in sums {
            if let Some(row) = row_of(filter, key, &sums)? {
                sink(row)?;
            }
        }
        Ok(())
    }
}

impl Keyed for Balances {
    fn key(row: &BalanceRow) -> RowKey {
        [&row.brand, &row.ambassador, &row.asset].map(KeyPart::text).into()
    }
}

fn accounts(filter: &Filter) -> Query {
    if filter.program.is_none() && filter.to.is_none() {
        let mut query = Query::new(
            "balance",
            "SELECT brand, account, asset, amount FROM balance WHERE account LIKE 'ambassador:%'",
        );
        query.only("brand", filter.brand.as_deref());
        narrow_to_holder(&mut query, "account", filter);
        return query;
    }
    let mut query = Query::new(
        "ledger_entry",
        "SELECT e.brand AS brand, e.account AS account, e.asset AS asset, CAST(SUM(e.amount) AS BIGINT) AS amount \
         FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
         WHERE e.account LIKE 'ambassador:%'",
    );
    query.only("t.brand", filter.brand.as_deref());
    query.only("t.program", filter.program.as_deref());
    narrow_to_holder(&mut query, "e.account", filter);
    query.until("t.effective_at", filter.to);
    query.push(" GROUP BY e.brand, e.account, e.asset");
    query
}

/// Only the accounts of the ambassador that is asked for.
fn narrow_to_holder(query: &mut Query, column: &str, filter: &Filter) {
    if let Some(ambassador) = &filter.ambassador {
        let ambassador = AmbassadorId::trusted(ambassador);
        let names = HOLDINGS.map(|holding| Account::of(&ambassador, holding));
        query.one_of(column, names.iter().map(Account::as_str));
    }
}

const HOLDINGS: [Holding; 5] =
    [Holding::Pending, Holding::Available, Holding::InTransit, Holding::Paid, Holding::Wallet];

fn perks(filter: &Filter) -> Query {
    let mut query = Query::new(
        "reward",
        "SELECT brand, ambassador, asset, status, CAST(SUM(units) AS BIGINT) AS units FROM reward \
         WHERE status IN ('reserved', 'delivered')",
    );
    filter.narrow(&mut query, ["brand", "program", "ambassador"]);
    query.push(" GROUP BY brand, ambassador, asset, status");
    query
}

/// A row, unless there is nothing in it: an account may stand at zero for no other reason than the order in
/// which events arrived.
fn row_of(
    filter: &Filter,
    (brand, ambassador, asset): Key,
    sums: &Sums,
) -> Result<Option<BalanceRow>, ReportError> {
    if sums.held.values().all(|amount| *amount == 0) && sums.reserved == 0 && sums.delivered == 0 {
        return Ok(None);
    }
    let held = |holding| sums.held.get(&holding).copied().unwrap_or_default();
    let amount = |holding| Amount::minor("balance", held(holding), &asset);
    let (money, perk) = (asset.len() == 3, asset.starts_with("SKU:"));
    let of_money = |holding| money.then(|| amount(holding)).transpose();
    Ok(Some(BalanceRow {
        pending: of_money(Holding::Pending)?,
        available: of_money(Holding::Available)?,
        in_transit: of_money(Holding::InTransit)?,
        paid: of_money(Holding::Paid)?,
        wallet: (!money && !perk).then(|| amount(Holding::Wallet)).transpose()?,
        perks_reserved: perk.then_some(sums.reserved),
        perks_delivered: perk.then_some(sums.delivered),
        brand,
        program: filter.program.clone(),
        ambassador,
        asset,
    }))
}
