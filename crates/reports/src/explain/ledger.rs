use std::{collections::BTreeSet, fmt};

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::Timestamp;
use tribute_ledger::Memo;

use super::{Candidate, EventRef, event, find::id_of};
use crate::{
    ReportError,
    error::{at, money},
    query::{Query, Source},
    report::{Amount, Books},
};

/// A transaction of a brand's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TransactionView {
    /// Its number.
    pub number: i64,
    /// What kind of transaction it is.
    pub recipe: String,
    /// Its program.
    pub program: String,
    /// When it took effect.
    pub effective_at: Timestamp,
    /// When it was booked.
    pub recorded_at: Timestamp,
    /// The event that caused it.
    pub cause: String,
    /// Source, rule and terms in short.
    pub memo: String,
    /// Its lines.
    pub entries: Vec<EntryView>,
}

/// One line of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryView {
    /// The account.
    pub account: String,
    /// The amount: a debit where positive, a credit where negative.
    pub amount: Amount,
}

/// A transaction, with the event that caused it and what it speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TransactionStory {
    /// The brand.
    pub brand: String,
    /// The transaction.
    #[serde(flatten)]
    pub transaction: TransactionView,
    /// Its hash in the brand's chain.
    pub hash: String,
    /// The event that caused it.
    pub event: Option<EventRef>,
    /// Ids that may be asked for next.
    pub see: Vec<String>,
}

#[derive(FromQueryResult)]
struct Line {
    number: i64,
    recipe: String,
    program: String,
    asset: String,
    effective_at: i64,
    recorded_at: i64,
    cause: String,
    memo: String,
    hash: Vec<u8>,
    account: String,
    amount: i64,
}

/// A statement over the transactions of a brand with their entries; the caller adds conditions and ends it.
pub(super) fn transactions(brand: &str) -> Query {
    let mut query = Query::new(
        "ledger_transaction",
        "SELECT t.number AS number, t.recipe AS recipe, t.program AS program, t.asset AS asset, \
            t.effective_at AS effective_at, t.recorded_at AS recorded_at, t.cause AS cause, t.memo AS memo, \
            t.hash AS hash, e.account AS account, e.amount AS amount \
         FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number WHERE 1 = 1",
    );
    query.only("t.brand", Some(brand));
    query
}

/// The transactions that a statement finds, each with its lines.
pub(super) async fn read(
    mut query: Query,
    source: &impl Source,
) -> Result<Vec<(TransactionView, Vec<u8>)>, ReportError> {
    query.push(" ORDER BY t.number, e.line");
    let mut found: Vec<(TransactionView, Vec<u8>)> = Vec::new();
    query
        .each(source, |line: Line| {
            let amount = Amount {
                amount: money("ledger_entry", line.amount, &line.asset)?,
                currency: line.asset.clone(),
            };
            let entry = EntryView { account: line.account.clone(), amount };
            match found.last_mut().filter(|(last, _)| last.number == line.number) {
                Some((last, _)) => last.entries.push(entry),
                None => {
                    let hash = line.hash.clone();
                    found.push((view(line, entry), hash));
                }
            }
            Ok(())
        })
        .await?;
    Ok(found)
}

fn view(line: Line, entry: EntryView) -> TransactionView {
    TransactionView {
        number: line.number,
        recipe: line.recipe,
        program: line.program,
        effective_at: at(line.effective_at),
        recorded_at: at(line.recorded_at),
        cause: line.cause,
        memo: line.memo,
        entries: vec![entry],
    }
}

pub(super) async fn tell(books: &Books<'_>, one: &Candidate) -> Result<TransactionStory, ReportError> {
    let source = books.database.connection();
    let number = one.id.rsplit_once('/').map_or("", |(_, number)| number);
    let number: i64 = number.parse().unwrap_or_default();
    let mut query = transactions(&one.brand);
    let name = query.value(number);
    query.push(&format!(" AND t.number = {name}"));
    let found = read(query, source).await?.into_iter().next();
    let (transaction, hash) =
        found.ok_or_else(|| ReportError::stored("ledger_transaction", &one.id, &"it has no entries"))?;
    let causes = BTreeSet::from([transaction.cause.clone()]);
    let event = event::named(source, &one.brand, &causes).await?.remove(&transaction.cause);
    let see = see(&transaction);
    let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(TransactionStory { brand: one.brand.clone(), transaction, hash, event, see })
}

/// What the memo speaks of.
fn see(transaction: &TransactionView) -> Vec<String> {
    let (source, rule) = match Memo::read(&transaction.memo) {
        Memo::Earning { source, rule, .. } => (source, rule),
        Memo::Payout(payout) => return vec![payout.to_owned()],
        Memo::Grant(_) | Memo::Other(_) => return Vec::new(),
    };
    let holders = transaction.entries.iter().filter_map(|entry| {
        let account = tribute_ledger::Account::trusted(&entry.account);
        account.holder().map(|(ambassador, _)| ambassador.to_owned())
    });
    let ambassadors: BTreeSet<String> = holders.collect();
    let earnings =
        ambassadors.iter().map(|ambassador| id_of([&transaction.program, source, ambassador, rule]));
    earnings.chain([source.to_owned()]).collect()
}

impl fmt::Display for TransactionView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {} effective {}: ", self.number, self.recipe, self.effective_at)?;
        for (index, entry) in self.entries.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{} {} {}", entry.account, entry.amount.amount, entry.amount.currency)?;
        }
        Ok(())
    }
}

impl fmt::Display for TransactionStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = &self.transaction;
        writeln!(f, "Transaction {}/{} of program {}: {}", self.brand, it.number, it.program, it.recipe)?;
        writeln!(f, "  effective {}, booked {}", it.effective_at, it.recorded_at)?;
        writeln!(f, "  memo      {}", it.memo)?;
        match &self.event {
            Some(event) => writeln!(f, "  cause     {event}")?,
            None => writeln!(f, "  cause     {} (not in the log)", it.cause)?,
        }
        for entry in &it.entries {
            writeln!(f, "  {:<44} {:>16} {}", entry.account, entry.amount.amount, entry.amount.currency)?;
        }
        writeln!(f, "  hash      {}", self.hash)?;
        self.see.iter().try_for_each(|id| writeln!(f, "  see       tribute explain {id}"))
    }
}
