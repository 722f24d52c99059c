//! The rows of a brand's journal as the ledger's own transactions.

use sea_orm::FromQueryResult;
use tribute_events::{EventId, ProgramId};
use tribute_ledger::{Account, Anchor, Chain, Entry, Hash, Head, Recipe, Transaction, Voucher};
use tribute_money::Asset;

use crate::{
    ReportError,
    error::at,
    query::{Query, Source},
};

/// An entry with the transaction that it belongs to; no entry where the transaction has none.
#[derive(FromQueryResult)]
pub(crate) struct Line {
    pub(crate) brand: String,
    pub(crate) number: i64,
    recipe: String,
    program: String,
    pub(crate) asset: String,
    effective_at: i64,
    recorded_at: i64,
    cause: String,
    memo: String,
    hash: Vec<u8>,
    happened_at: Option<i64>,
    account: Option<String>,
    entry_asset: Option<String>,
    amount: Option<i64>,
}

/// What reads [`Line`]s; the caller adds conditions and the order.
pub(crate) const LINES: &str = "SELECT t.brand AS brand, t.number AS number, t.recipe AS recipe, \
        t.program AS program, t.asset AS asset, t.effective_at AS effective_at, t.recorded_at AS recorded_at, \
        t.cause AS cause, t.memo AS memo, t.hash AS hash, t.happened_at AS happened_at, e.account AS account, e.asset AS entry_asset, \
        e.amount AS amount \
    FROM ledger_transaction t LEFT JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number";

impl Line {
    /// The entry, where there is one.
    pub(crate) fn entry(&self) -> Option<Entry> {
        let (account, amount) = self.account.as_deref().zip(self.amount)?;
        Some(Entry { account: Account::trusted(account), amount })
    }

    /// The hash. One of another length is no hash: zeros stand for it, which no row has.
    pub(crate) fn hash(&self) -> Hash {
        hash_of(&self.hash)
    }

    /// The transaction with these entries, unchecked.
    pub(crate) fn transaction(&self, entries: Vec<Entry>) -> Result<Transaction, String> {
        let recipe: Recipe =
            self.recipe.parse().map_err(|why: tribute_ledger::LedgerError| why.to_string())?;
        let asset: Asset = self.asset.parse().map_err(|why: tribute_money::MoneyError| why.to_string())?;
        let voucher = Voucher {
            program: ProgramId::trusted(&self.program),
            effective_at: at(self.effective_at),
            recorded_at: at(self.recorded_at),
            cause: EventId::trusted(&self.cause),
            memo: self.memo.clone(),
        };
        Ok(Transaction::stored(voucher, recipe, asset, entries).happened(self.happened_at.map(at)))
    }
}

/// A stored hash; zeros, which no row has, where it has another length.
pub(crate) fn hash_of(bytes: &[u8]) -> Hash {
    bytes.try_into().unwrap_or([0; 32])
}

/// A transaction's row with its entries.
pub(crate) struct Row {
    pub(crate) head: Line,
    pub(crate) entries: Vec<Entry>,
    /// The asset of an entry that is in another one than the transaction.
    pub(crate) odd: Option<String>,
}

/// Lines on the way to rows: those of one transaction come one after the other.
#[derive(Default)]
pub(crate) struct Gathered {
    open: Option<Row>,
}

impl Gathered {
    /// Takes a line, and gives the transaction before it where this one begins another.
    pub(crate) fn take(&mut self, line: Line) -> Option<Row> {
        let entry = line.entry();
        let odd = line.entry_asset.as_ref().filter(|asset| **asset != line.asset).cloned();
        if let Some(open) = &mut self.open
            && open.head.number == line.number
            && open.head.brand == line.brand
        {
            open.entries.extend(entry);
            open.odd = open.odd.take().or(odd);
            return None;
        }
        self.open.replace(Row { head: line, entries: entry.into_iter().collect(), odd })
    }

    /// The last transaction.
    pub(crate) fn last(&mut self) -> Option<Row> {
        self.open.take()
    }
}

#[derive(FromQueryResult)]
pub(crate) struct StoredHead {
    pub(crate) brand: String,
    pub(crate) number: i64,
    hash: Vec<u8>,
}

impl StoredHead {
    pub(crate) fn head(&self) -> Head {
        Head { number: self.number.unsigned_abs(), hash: hash_of(&self.hash) }
    }
}

/// What reads [`StoredHead`]s.
pub(crate) const HEADS: &str = "SELECT brand, number, hash FROM journal_head WHERE 1 = 1";

/// The head of a brand's chain, to be printed.
pub(crate) async fn anchor(source: &impl Source, brand: &str) -> Result<Anchor, ReportError> {
    let mut query = Query::new("journal_head", HEADS);
    query.only("brand", Some(brand));
    let stored: Option<StoredHead> = query.one(source).await?;
    let genesis = || Chain::genesis(&tribute_events::BrandId::trusted(brand)).head();
    Ok(stored.map_or_else(genesis, |stored| stored.head()).into())
}
