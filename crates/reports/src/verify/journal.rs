//! The journals: every transaction balances, and every brand's chain of hashes is whole.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use tribute_events::{BrandId, EventId, ProgramId};
use tribute_ledger::{Account, Broken, Chain, Entry, Hash, Head, Recipe, Transaction, Voucher};
use tribute_money::Asset;

use super::{
    OnProgress, Progress, Verification,
    check::{Check, JournalHead, hexadecimal},
};
use crate::{
    ReportError,
    error::at,
    query::{Query, Source},
};

const STAGE: &str = "the journals";

/// An entry with the transaction that it belongs to; no entry where the transaction has none.
#[derive(FromQueryResult)]
struct Line {
    brand: String,
    number: i64,
    recipe: String,
    program: String,
    asset: String,
    effective_at: i64,
    recorded_at: i64,
    cause: String,
    memo: String,
    hash: Vec<u8>,
    account: Option<String>,
    entry_asset: Option<String>,
    amount: Option<i64>,
}

#[derive(FromQueryResult)]
struct Ends {
    brand: String,
    number: i64,
    hash: Vec<u8>,
}

#[derive(FromQueryResult)]
struct Orphan {
    brand: String,
    number: i64,
    count: i64,
}

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut journals = Journals::new();
    let text = "SELECT t.brand AS brand, t.number AS number, t.recipe AS recipe, t.program AS program, \
            t.asset AS asset, t.effective_at AS effective_at, t.recorded_at AS recorded_at, t.cause AS cause, \
            t.memo AS memo, t.hash AS hash, e.account AS account, e.asset AS entry_asset, e.amount AS amount \
        FROM ledger_transaction t LEFT JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
        ORDER BY t.brand, t.number, e.line";
    Query::new("ledger_transaction", text)
        .each(source, |line: Line| {
            journals.take(line);
            journals.balanced.tell(STAGE, progress);
            Ok(())
        })
        .await?;
    journals.close();
    let heads = Query::new("journal_head", "SELECT brand, number, hash FROM journal_head ORDER BY brand");
    heads
        .each(source, |ends: Ends| {
            journals.end(&ends);
            Ok(())
        })
        .await?;
    journals.finish(found);
    found.checks.push(orphans(source).await?);
    Ok(())
}

/// The journals on the way through them.
struct Journals {
    balanced: Check,
    chained: Check,
    chains: BTreeMap<String, Chain>,
    broken: BTreeMap<String, Broken>,
    open: Option<(Line, Vec<Entry>, Option<String>)>,
    ended: Vec<String>,
}

impl Journals {
    fn new() -> Self {
        Self {
            balanced: Check::new(
                "transactions_balance",
                "every ledger transaction has two entries or more, none of them zero, that sum to zero in its one asset",
            ),
            chained: Check::new(
                "hash_chains",
                "every brand's journal has no gap, no changed row, and ends where its head says",
            ),
            chains: BTreeMap::new(),
            broken: BTreeMap::new(),
            open: None,
            ended: Vec::new(),
        }
    }

    fn take(&mut self, line: Line) {
        let same = self
            .open
            .as_ref()
            .is_some_and(|(open, ..)| open.number == line.number && open.brand == line.brand);
        if !same {
            self.close();
        }
        let entry = line.account.as_deref().zip(line.amount);
        let entry = entry.map(|(account, amount)| Entry { account: Account::trusted(account), amount });
        let other = line.entry_asset.as_ref().filter(|asset| **asset != line.asset).cloned();
        let (_, entries, odd) = self.open.get_or_insert((line, Vec::new(), None));
        entries.extend(entry);
        *odd = odd.take().or(other);
    }

    /// Checks the transaction that is complete.
    fn close(&mut self) {
        let Some((line, entries, odd)) = self.open.take() else { return };
        let name = format!("{}/{}", line.brand, line.number);
        let transaction = match stored(&line, entries) {
            Ok(transaction) => transaction,
            Err(problem) => {
                self.balanced.count(Some(format!("{name}: {problem}")));
                let number = line.number.unsigned_abs();
                self.broken.entry(line.brand).or_insert(Broken::Changed { number });
                return;
            }
        };
        let odd = odd.map(|odd| format!("{name}: an entry is in {odd}, not in {}", line.asset));
        let unbalanced = transaction.check().err().map(|why| format!("{name}: {why}"));
        self.balanced.count(unbalanced.or(odd));
        self.chained.checked = self.chained.checked.saturating_add(1);
        if self.broken.contains_key(&line.brand) {
            return;
        }
        let genesis = || Chain::genesis(&BrandId::trusted(&line.brand));
        let chain = self.chains.entry(line.brand.clone()).or_insert_with(genesis);
        if let Err(broken) = chain.verify(line.number.unsigned_abs(), &transaction, &hash(&line.hash)) {
            self.broken.insert(line.brand, broken);
        }
    }

    /// Holds a brand's journal against the head that was kept beside it.
    fn end(&mut self, ends: &Ends) {
        self.ended.push(ends.brand.clone());
        let known = Head { number: ends.number.unsigned_abs(), hash: hash(&ends.hash) };
        let genesis = || Chain::genesis(&BrandId::trusted(&ends.brand));
        let chain = self.chains.entry(ends.brand.clone()).or_insert_with(genesis);
        let beyond = chain.head().number > known.number;
        if !self.broken.contains_key(&ends.brand) {
            let cut = Broken::Cut { number: known.number.saturating_add(1), head: known.number };
            let broken = if beyond { Some(cut) } else { chain.verify_head(&known).err() };
            self.broken.extend(broken.map(|broken| (ends.brand.clone(), broken)));
        }
    }

    fn finish(mut self, found: &mut Verification) {
        for (brand, broken) in &self.broken {
            self.chained.fail(format!("{brand}/{}: {broken}", broken.number()));
        }
        let headless = self.chains.keys().filter(|brand| !self.ended.contains(brand));
        for brand in headless {
            self.chained.fail(format!("{brand}: the journal has no head; restore it from a backup"));
        }
        let head = |(brand, chain): (String, Chain)| JournalHead {
            brand,
            number: chain.head().number,
            hash: hexadecimal(&chain.head().hash),
        };
        found.journal_heads = self.chains.into_iter().map(head).collect();
        found.checks.extend([self.balanced, self.chained]);
    }
}

fn stored(line: &Line, entries: Vec<Entry>) -> Result<Transaction, String> {
    let recipe: Recipe = line.recipe.parse().map_err(|why: tribute_ledger::LedgerError| why.to_string())?;
    let asset: Asset = line.asset.parse().map_err(|why: tribute_money::MoneyError| why.to_string())?;
    let voucher = Voucher {
        program: ProgramId::trusted(&line.program),
        effective_at: at(line.effective_at),
        recorded_at: at(line.recorded_at),
        cause: EventId::trusted(&line.cause),
        memo: line.memo.clone(),
    };
    Ok(Transaction::stored(voucher, recipe, asset, entries))
}

/// A stored hash. One of another length is no hash: zeros stand for it, which no row has.
fn hash(bytes: &[u8]) -> Hash {
    bytes.try_into().unwrap_or([0; 32])
}

/// Entries whose transaction is gone.
async fn orphans(source: &impl Source) -> Result<Check, ReportError> {
    let mut check = Check::new("entries_belong", "every ledger entry belongs to a transaction of its brand");
    let text = "SELECT e.brand AS brand, e.number AS number, CAST(COUNT(*) AS BIGINT) AS count FROM ledger_entry e \
        LEFT JOIN ledger_transaction t ON t.brand = e.brand AND t.number = e.number \
        WHERE t.number IS NULL GROUP BY e.brand, e.number ORDER BY e.brand, e.number";
    Query::new("ledger_entry", text)
        .each(source, |row: Orphan| {
            check.fail(format!(
                "{}/{}: {} entries without their transaction",
                row.brand, row.number, row.count
            ));
            Ok(())
        })
        .await?;
    #[derive(FromQueryResult)]
    struct Count {
        count: i64,
    }
    let count: Option<Count> =
        Query::new("ledger_entry", "SELECT CAST(COUNT(*) AS BIGINT) AS count FROM ledger_entry")
            .one(source)
            .await?;
    check.checked = count.map_or(0, |count| count.count.unsigned_abs());
    Ok(check)
}
