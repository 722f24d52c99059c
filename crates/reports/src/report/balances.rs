use std::collections::BTreeMap;

use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_ledger::Holding;

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

/// What somebody holds of an asset that has accounts: what is owed, as positive.
#[derive(FromQueryResult)]
struct Held {
    brand: String,
    holder: String,
    asset: String,
    pending: i64,
    available: i64,
    in_transit: i64,
    paid: i64,
    wallet: i64,
}

/// What somebody has of a perk.
#[derive(FromQueryResult)]
struct Perk {
    brand: String,
    holder: String,
    asset: String,
    reserved: i64,
    delivered: i64,
}

/// Brand, holder, asset. A holder is what the names of an ambassador's accounts begin with, `ambassador:ada:`.
type Key = (String, String, String);

#[derive(Default)]
struct Sums {
    held: BTreeMap<Holding, i64>,
    reserved: i64,
    delivered: i64,
}

/// The holder of an account, as the index by it has it: its name without the holding, whose letters these are.
const HOLDER: &str = "rtrim(account, 'abcdefghijklmnopqrstuvwxyz_')";
/// The holder of a perk, as the index by it has it.
const PERK_HOLDER: &str = "('ambassador:' || ambassador || ':')";

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
        accounts(filter)
            .each(source, |row: Held| {
                use Holding::{Available, InTransit, Paid, Pending, Wallet};
                let amounts = [row.pending, row.available, row.in_transit, row.paid, row.wallet];
                let held = [Pending, Available, InTransit, Paid, Wallet].into_iter().zip(amounts).collect();
                sums.entry((row.brand, row.holder, row.asset)).or_default().held = held;
                Ok(())
            })
            .await?;
        if filter.to.is_none() {
            perks(filter)
                .each(source, |row: Perk| {
                    let sums = sums.entry((row.brand, row.holder, row.asset)).or_default();
                    (sums.reserved, sums.delivered) = (row.reserved, row.delivered);
                    Ok(())
                })
                .await?;
        }
        let rows = sums.into_iter().map(|(key, sums)| row_of(filter, key, &sums));
        if let Some(page) = &filter.page {
            let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
            return rows.take(most).try_for_each(|row| sink(row?));
        }
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|a, b| (&a.brand, &a.ambassador, &a.asset).cmp(&(&b.brand, &b.ambassador, &b.asset)));
        rows.into_iter().try_for_each(sink)
    }
}

/// Pages are in the order of the names of accounts, which the index has: `ada-2` before `ada`, since `ada-2:` is before
/// `ada:`. The whole report is in the order of ambassadors.
impl Keyed for Balances {
    fn key(row: &BalanceRow) -> RowKey {
        let holder = holder_of(&row.ambassador);
        [row.brand.as_str(), &holder, &row.asset].map(KeyPart::text).into()
    }
}

fn holder_of(ambassador: &str) -> String {
    format!("ambassador:{ambassador}:")
}

/// The sums of what somebody holds, where any is not 0: an account may stand at zero for no other reason than the order
/// in which events arrived. Those of everything from `balance`; of a program, or as of an instant, of the ledger's entries,
/// of which the database reads all that there are by then.
fn accounts(filter: &Filter) -> Query {
    let held = HOLDINGS.map(|holding| {
        let holding = holding.as_str();
        let own = format!("CASE WHEN account = {HOLDER} || '{holding}' THEN amount ELSE 0 END");
        (format!("CAST(SUM(-({own})) AS BIGINT) AS {holding}"), format!("SUM({own}) <> 0"))
    });
    let shown: Vec<&str> = held.iter().map(|(sum, _)| sum.as_str()).collect();
    let head = format!("SELECT brand, {HOLDER} AS holder, asset, {}", shown.join(", "));
    let mut query = if filter.program.is_none() && filter.to.is_none() {
        Query::new("balance", format!("{head} FROM balance WHERE 1 = 1"))
    } else {
        let mut query = Query::new(
            "ledger_entry",
            format!(
                "{head} FROM (SELECT e.brand AS brand, e.account AS account, e.asset AS asset, e.amount AS amount \
                 FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number WHERE 1 = 1"
            ),
        );
        query.only("t.brand", filter.brand.as_deref());
        query.only("t.program", filter.program.as_deref());
        query.until("t.effective_at", filter.to);
        query.push(") AS entry WHERE 1 = 1");
        query
    };
    // A semicolon follows a colon: these are the names that begin with `ambassador:`.
    query.push(&format!(" AND {HOLDER} > 'ambassador:' AND {HOLDER} < 'ambassador;'"));
    let is_held: Vec<&str> = held.iter().map(|(_, is)| is.as_str()).collect();
    finish(query, filter, HOLDER, &is_held.join(" OR "))
}

const HOLDINGS: [Holding; 5] =
    [Holding::Pending, Holding::Available, Holding::InTransit, Holding::Paid, Holding::Wallet];

fn perks(filter: &Filter) -> Query {
    let units = ["reserved", "delivered"].map(|status| {
        format!("CAST(SUM(CASE WHEN status = '{status}' THEN units ELSE 0 END) AS BIGINT) AS {status}")
    });
    let mut query = Query::new(
        "reward",
        format!(
            "SELECT brand, {PERK_HOLDER} AS holder, asset, {} FROM reward \
             WHERE status IN ('reserved', 'delivered')",
            units.join(", ")
        ),
    );
    query.only("program", filter.program.as_deref());
    finish(query, filter, PERK_HOLDER, "SUM(units) <> 0")
}

/// Narrows, groups, sorts and cuts a query of what holders have, of whom `holder` is the expression.
fn finish(mut query: Query, filter: &Filter, holder: &str, having: &str) -> Query {
    query.only("brand", filter.brand.as_deref());
    let own = filter.ambassador.as_deref().map(holder_of);
    query.only(holder, own.as_deref());
    if let Some([brand, from, asset]) =
        filter.page.as_ref().and_then(|page| page.after.as_deref()).and_then(|key| key.first_chunk())
    {
        let [brand, from, asset] = [brand, from, asset].map(|part| query.value(part.clone()));
        query.push(&format!(" AND (brand, {holder}, asset) > ({brand}, {from}, {asset})"));
        // Of one brand it is said once more, so that the index leads to where the page begins.
        if filter.brand.is_some() {
            query.push(&format!(" AND {holder} >= {from}"));
        }
    }
    query.push(&format!(" GROUP BY brand, {holder}, asset HAVING {having} ORDER BY brand, {holder}, asset"));
    if let Some(page) = &filter.page {
        query.push(&format!(" LIMIT {}", page.limit));
    }
    query
}

fn row_of(filter: &Filter, (brand, holder, asset): Key, sums: &Sums) -> Result<BalanceRow, ReportError> {
    let named = holder.strip_prefix("ambassador:").and_then(|it| it.strip_suffix(':'));
    let ambassador = named.unwrap_or(&holder).to_owned();
    let held = |holding| sums.held.get(&holding).copied().unwrap_or_default();
    let amount = |holding| Amount::minor("balance", held(holding), &asset);
    let (money, perk) = (asset.len() == 3, asset.starts_with("SKU:"));
    let of_money = |holding| money.then(|| amount(holding)).transpose();
    Ok(BalanceRow {
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
    })
}
