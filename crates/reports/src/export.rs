//! A brand's ledger as a file for accountants.

use std::{collections::BTreeSet, io::Write};

use sea_orm::FromQueryResult;
use tribute_events::{BrandId, Timestamp};
use tribute_formats::books::{Booked, BooksFile, BooksFormat, BooksHead, Chart, Opening};
use tribute_ledger::{Account, Anchor};
use tribute_money::Asset;
use tribute_store::Database;

use crate::{
    ReportError,
    error::{asset, at},
    journal::{Gathered, LINES, Line, Row, anchor},
    query::{Query, Source},
    verify::snapshot,
};

/// Which part of which books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// The brand.
    pub brand: BrandId,
    /// From this instant on, by effective time; what was before is in the opening balances.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many transactions.
    pub transactions: u64,
    /// The head of the brand's chain at that moment.
    pub anchor: Anchor,
}

/// Writes a brand's ledger, transaction by transaction. It is one state of the database, whatever is booked meanwhile.
///
/// # Errors
/// Where the database is away or holds what cannot be read, the chart does not fit the format, or `out` refuses.
pub async fn export(
    database: &Database,
    extent: &Extent,
    format: BooksFormat,
    chart: Chart,
    out: impl Write + Send,
) -> Result<Exported, ReportError> {
    let source = snapshot(database).await?;
    let head = head(&source, extent).await?;
    let anchor = head.anchor;
    if anchor.number == Some(0) {
        return Err(ReportError::NoLedger { brand: extent.brand.to_string() });
    }
    let mut file = BooksFile::begin(format, chart, head, out)?;
    openings(&source, extent, &mut file).await?;
    let mut transactions = 0_u64;
    let mut write = |row: Row| {
        transactions = transactions.saturating_add(1);
        file.transaction(&booked(row)?).map_err(ReportError::from)
    };
    let mut gathered = Gathered::default();
    let mut query = Query::new("ledger_transaction", format!("{LINES} WHERE 1 = 1"));
    query.only("t.brand", Some(extent.brand.as_str()));
    query.between("t.effective_at", extent.from, extent.to);
    query.push(" ORDER BY t.effective_at, t.number, e.line");
    query.each(&source, |line: Line| gathered.take(line).map_or(Ok(()), &mut write)).await?;
    gathered.last().map_or(Ok(()), write)?;
    file.finish()?;
    source.rollback().await.map_err(ReportError::read("*"))?;
    Ok(Exported { transactions, anchor })
}

fn booked(Row { head, entries, odd }: Row) -> Result<Booked, ReportError> {
    let key = format!("{}/{}", head.brand, head.number);
    let refused = |why: String| ReportError::stored("ledger_transaction", &key, &why);
    if let Some(odd) = odd {
        return Err(refused(format!("an entry is in {odd}, not in {}", head.asset)));
    }
    let transaction = head.transaction(entries).map_err(refused)?;
    transaction.check().map_err(|why| refused(why.to_string()))?;
    Ok(Booked { number: head.number.unsigned_abs(), hash: head.hash(), transaction })
}

#[derive(FromQueryResult)]
struct Used {
    account: String,
    asset: String,
}

#[derive(FromQueryResult)]
struct First {
    at: Option<i64>,
}

const OF_BRAND: &str =
    "FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number WHERE 1 = 1";

async fn head(source: &impl Source, extent: &Extent) -> Result<BooksHead, ReportError> {
    let brand = extent.brand.as_str();
    let (mut accounts, mut assets) = (BTreeSet::new(), BTreeSet::new());
    let mut used = Query::new(
        "ledger_entry",
        format!("SELECT DISTINCT e.account AS account, e.asset AS asset {OF_BRAND}"),
    );
    used.only("t.brand", Some(brand));
    used.between("t.effective_at", None, extent.to);
    used.each(source, |row: Used| {
        accounts.insert(Account::trusted(&row.account));
        assets.insert(asset("ledger_entry", &row.asset)?);
        Ok(())
    })
    .await?;
    let mut first = Query::new(
        "ledger_transaction",
        "SELECT MIN(effective_at) AS at FROM ledger_transaction WHERE 1 = 1",
    );
    first.only("brand", Some(brand));
    let first: Option<First> = first.one(source).await?;
    let first = first.and_then(|first| first.at).map_or(Timestamp::from_millis(0), at);
    Ok(BooksHead {
        brand: extent.brand.clone(),
        from: extent.from,
        to: extent.to,
        anchor: anchor(source, brand).await?,
        begins: extent.from.unwrap_or(first),
        accounts,
        assets,
    })
}

#[derive(FromQueryResult)]
struct Held {
    account: String,
    asset: String,
    amount: i64,
}

async fn openings(
    source: &impl Source,
    extent: &Extent,
    file: &mut BooksFile<impl Write>,
) -> Result<(), ReportError> {
    let Some(from) = extent.from else { return Ok(()) };
    let mut query = Query::new(
        "ledger_entry",
        format!(
            "SELECT e.account AS account, e.asset AS asset, CAST(SUM(e.amount) AS BIGINT) AS amount {OF_BRAND}"
        ),
    );
    query.only("t.brand", Some(extent.brand.as_str()));
    query.between("t.effective_at", None, Some(from));
    query.push(" GROUP BY e.asset, e.account HAVING SUM(e.amount) <> 0 ORDER BY e.asset, e.account");
    let mut all: Vec<(Asset, Vec<Opening>)> = Vec::new();
    for row in query.all::<Held>(source).await? {
        let asset = asset("ledger_entry", &row.asset)?;
        let opening = Opening { account: Account::trusted(&row.account), amount: row.amount };
        match all.last_mut().filter(|(last, _)| *last == asset) {
            Some((_, balances)) => balances.push(opening),
            None => all.push((asset, vec![opening])),
        }
    }
    Ok(all.iter().try_for_each(|(asset, balances)| file.opening(asset, balances))?)
}
