//! The journals: every transaction balances, and every brand's chain of hashes is whole.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use tribute_events::BrandId;
use tribute_ledger::{Anchor, Broken, Chain, Head};

use super::{
    OnProgress, Progress, Verification,
    anchor::AnchorCheck,
    check::{Check, JournalHead, hexadecimal},
};
use crate::{
    ReportError,
    journal::{Gathered, HEADS, LINES, Line, Row, StoredHead},
    query::{Query, Source},
};

const STAGE: &str = "the journals";

#[derive(FromQueryResult)]
struct Orphan {
    brand: String,
    number: i64,
    count: i64,
}

pub(super) async fn check(
    source: &impl Source,
    anchors: &[Anchor],
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut journals = Journals::new(anchors);
    let text = format!("{LINES} ORDER BY t.brand, t.number, e.line");
    Query::new("ledger_transaction", text)
        .each(source, |line: Line| {
            journals.take(line);
            journals.balanced.tell(STAGE, progress);
            Ok(())
        })
        .await?;
    if let Some(last) = journals.gathered.last() {
        journals.check(last);
    }
    let heads = Query::new("journal_head", format!("{HEADS} ORDER BY brand"));
    heads
        .each(source, |ends: StoredHead| {
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
    gathered: Gathered,
    anchors: Vec<AnchorCheck>,
    ended: Vec<String>,
}

impl Journals {
    fn new(anchors: &[Anchor]) -> Self {
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
            gathered: Gathered::default(),
            anchors: anchors.iter().copied().map(AnchorCheck::new).collect(),
            ended: Vec::new(),
        }
    }

    fn take(&mut self, line: Line) {
        if let Some(row) = self.gathered.take(line) {
            self.check(row);
        }
    }

    fn check(&mut self, Row { head, entries, odd }: Row) {
        let name = format!("{}/{}", head.brand, head.number);
        let number = head.number.unsigned_abs();
        let transaction = match head.transaction(entries) {
            Ok(transaction) => transaction,
            Err(problem) => {
                self.balanced.count(Some(format!("{name}: {problem}")));
                self.broken.entry(head.brand).or_insert(Broken::Changed { number });
                return;
            }
        };
        let changed = odd.as_ref().map(|_| Broken::Changed { number });
        let odd = odd.map(|odd| format!("{name}: an entry is in {odd}, not in {}", head.asset));
        let unbalanced = transaction.check().err().map(|why| format!("{name}: {why}"));
        self.balanced.count(unbalanced.or(odd));
        self.chained.checked = self.chained.checked.saturating_add(1);
        if self.broken.contains_key(&head.brand) {
            return;
        }
        let chain = chain_of(&mut self.chains, &mut self.anchors, &head.brand);
        let verified = chain.verify(number, &transaction, &head.hash());
        match changed.or(verified.err()) {
            Some(broken) => {
                self.broken.insert(head.brand, broken);
            }
            None => meet(&mut self.anchors, &head.brand, &chain.head()),
        }
    }

    /// Holds a brand's journal against the head that was kept beside it.
    fn end(&mut self, ends: &StoredHead) {
        self.ended.push(ends.brand.clone());
        let known = ends.head();
        let chain = chain_of(&mut self.chains, &mut self.anchors, &ends.brand);
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
        found.anchors = self.anchors;
    }
}

/// A brand's chain so far; the empty journal is the first anchor that may have been kept.
fn chain_of<'c>(
    chains: &'c mut BTreeMap<String, Chain>,
    anchors: &mut [AnchorCheck],
    brand: &str,
) -> &'c mut Chain {
    chains.entry(brand.to_owned()).or_insert_with(|| {
        let genesis = Chain::genesis(&BrandId::trusted(brand));
        meet(anchors, brand, &genesis.head());
        genesis
    })
}

/// Marks the anchors that are this head.
fn meet(anchors: &mut [AnchorCheck], brand: &str, head: &Head) {
    for check in anchors.iter_mut().filter(|check| check.anchor.hash == head.hash) {
        check.found = Some((brand.to_owned(), head.number));
    }
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
