use std::{collections::BTreeMap, collections::BTreeSet, fmt};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use tribute_events::Timestamp;
use tribute_payouts::{Fixing, matching::PayoutReferences};
use tribute_store::entity::{movement, payout};

use super::{Candidate, EventRef, TransactionView, event, find::id_of, ledger};
use crate::{
    ReportError,
    error::{self, at},
    report::{Amount, Books},
};

/// A payout, or a balance that was carried or held: what is in it, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayoutStory {
    /// The brand.
    pub brand: String,
    /// The payout.
    pub payout: String,
    /// The program.
    pub program: String,
    /// The ambassador.
    pub ambassador: String,
    /// The run's cut-off.
    pub run_at: Timestamp,
    /// The balance.
    pub balance: Amount,
    /// The amount to pay.
    pub amount: Option<Amount>,
    /// What of the balance is kept back for the tax authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Amount>,
    /// How it is paid; absent where the export decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The rates of the conversion.
    pub fixing: Option<Fixing>,
    /// Where it stands.
    pub status: String,
    /// Why it was carried or held, or why it failed.
    pub reason: Option<String>,
    /// What became of it.
    pub history: Vec<HistoryView>,
    /// What is in it. Empty where its money went back.
    pub earnings: Vec<PaidEarning>,
    /// The ledger's transactions.
    pub transactions: Vec<TransactionView>,
    /// The events that brought it about.
    pub events: Vec<EventRef>,
}

/// One line of a payout's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryView {
    /// When.
    pub at: Timestamp,
    /// The new status.
    pub status: String,
    /// The event that brought it about.
    pub cause: String,
    /// Who approved it.
    #[serde(default)]
    pub by: Option<String>,
    /// The bank's or the file's name for it.
    #[serde(default)]
    pub reference: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// What the bank calls it, once it is exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<PayoutReferences>,
}

/// An earning's part of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaidEarning {
    /// `program/source/ambassador/rule`.
    pub earning: String,
    /// How much of the balance is its.
    pub amount: Amount,
}

pub(super) async fn tell(books: &Books<'_>, one: &Candidate) -> Result<PayoutStory, ReportError> {
    let source = books.database.connection();
    let key = (one.brand.clone(), one.id.clone());
    let row = payout::Entity::find_by_id(key).one(source).await.map_err(ReportError::read("payout"))?;
    let row = row.ok_or_else(|| ReportError::stored("payout", &one.id, &"it is gone"))?;
    let history: Vec<HistoryView> = error::json("payout", &row.payout, &row.history)?;
    let mut query = ledger::transactions(&one.brand);
    let memo = query.value(format!("payout {}", row.payout));
    query.push(&format!(" AND t.memo = {memo}"));
    let transactions = ledger::read(query, source).await?.into_iter().map(|(view, _)| view).collect();
    let causes: BTreeSet<String> = history.iter().map(|line| line.cause.clone()).collect();
    let mut events: Vec<EventRef> = event::named(source, &one.brand, &causes).await?.into_values().collect();
    events.sort();
    let amount = row.asset.as_deref().zip(row.amount);
    Ok(PayoutStory {
        earnings: earnings(books, &row).await?,
        balance: Amount::minor("payout", row.balance, &row.balance_asset)?,
        amount: amount.map(|(asset, amount)| Amount::minor("payout", amount, asset)).transpose()?,
        withheld: row.withheld.map(|kept| Amount::minor("payout", kept, &row.balance_asset)).transpose()?,
        method: row.method,
        fixing: row.fixing.as_deref().map(|text| error::json("payout", &row.payout, text)).transpose()?,
        run_at: at(row.run_at),
        brand: row.brand,
        payout: row.payout,
        program: row.program,
        ambassador: row.ambassador,
        status: row.status,
        reason: row.reason,
        history,
        transactions,
        events,
    })
}

async fn earnings(books: &Books<'_>, row: &payout::Model) -> Result<Vec<PaidEarning>, ReportError> {
    let query = movement::Entity::find()
        .filter(movement::Column::Brand.eq(&row.brand))
        .filter(movement::Column::Payout.eq(&row.payout));
    let moved = query.all(books.database.connection()).await.map_err(ReportError::read("movement"))?;
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for it in moved {
        let id = id_of([&it.program, &it.source, &it.ambassador, &it.rule]);
        let sum = sums.entry(id).or_default();
        *sum = sum.saturating_add(it.amount);
    }
    let view = |(earning, sum)| {
        Ok(PaidEarning { earning, amount: Amount::minor("movement", sum, &row.balance_asset)? })
    };
    sums.into_iter().map(view).collect()
}

impl fmt::Display for PayoutStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { payout, ambassador, program, brand, .. } = self;
        writeln!(f, "Payout {payout} to {ambassador} of program {program}, brand {brand}: {}", self.status)?;
        writeln!(f, "  run       {}", self.run_at)?;
        writeln!(f, "  balance   {} {}", self.balance.amount, self.balance.currency)?;
        match (&self.amount, &self.fixing) {
            (None, _) => writeln!(f, "  to pay    nothing")?,
            (Some(it), None) => writeln!(f, "  to pay    {} {}", it.amount, it.currency)?,
            (Some(it), Some(fixing)) => {
                writeln!(f, "  to pay    {} {}, fixed on {}", it.amount, it.currency, fixing.day)?;
                for quote in [&fixing.from, &fixing.to] {
                    writeln!(f, "            1 EUR = {} {} on {}", quote.rate, quote.currency, quote.day)?;
                }
            }
        }
        self.withheld.iter().try_for_each(|it| {
            writeln!(f, "  withheld  {} {}, for the tax authority", it.amount, it.currency)
        })?;
        self.method.iter().try_for_each(|method| writeln!(f, "  by        {method}"))?;
        self.reason.iter().try_for_each(|reason| writeln!(f, "  reason    {reason}"))?;
        for line in &self.history {
            write!(f, "  {}  {}", line.at, line.status)?;
            line.by.iter().try_for_each(|by| write!(f, " by {by}"))?;
            line.reference.iter().try_for_each(|it| write!(f, ", reference {it}"))?;
            line.reason.iter().try_for_each(|it| write!(f, ": {it}"))?;
            writeln!(f, " (event {})", line.cause)?;
            line.references.iter().try_for_each(|it| {
                let names = [("end to end", &it.end_to_end), ("message", &it.message), ("trace", &it.trace)];
                let mut named = names.iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
                named.try_for_each(|(name, text)| writeln!(f, "            {name} {text}"))
            })?;
        }
        for it in &self.earnings {
            writeln!(f, "  pays      {} {} of {}", it.amount.amount, it.amount.currency, it.earning)?;
        }
        self.transactions.iter().try_for_each(|it| writeln!(f, "  ledger    {it}"))?;
        writeln!(f, "  events")?;
        self.events.iter().try_for_each(|event| writeln!(f, "    {event}"))
    }
}
