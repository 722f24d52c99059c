//! The earnings of an order, post or period, as the books have them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tribute_commission::{Earning, Step};
use tribute_events::Timestamp;
use tribute_store::entity::{earning, finding, held_earning, movement, payout};

use super::{EarningView, MovementView, StepView, TransactionView, find::id_of, ledger};
use crate::{
    ReportError,
    error::{self, at},
    query::Source,
    report::{Amount, Books, EarningStatus, clock},
};

/// Ambassador and rule.
type Rule = (String, String);

/// Every earning of an order, post or period, by program; those that were taken back whole included.
pub(super) async fn of_source(
    books: &Books<'_>,
    brand: &str,
    source_name: &str,
) -> Result<BTreeMap<String, Vec<EarningView>>, ReportError> {
    let source = books.database.connection();
    let stored = earning::Entity::find()
        .filter(earning::Column::Brand.eq(brand))
        .filter(earning::Column::Source.eq(source_name));
    let stored = stored.all(source).await.map_err(ReportError::read("earning"))?;
    let moved = movement::Entity::find()
        .filter(movement::Column::Brand.eq(brand))
        .filter(movement::Column::Source.eq(source_name));
    let mut moved = moved.all(source).await.map_err(ReportError::read("movement"))?;
    moved.sort_by_key(|row| (row.effective_at, row.seq));
    let statuses = statuses(source, brand, &moved).await?;
    let transactions = transactions(source, brand, source_name, &moved).await?;
    let clock = clock(source).await?;
    let findings = findings(source, brand, source_name).await?;
    let mut rows: BTreeMap<(String, Rule), (Option<earning::Model>, Vec<movement::Model>)> = BTreeMap::new();
    for row in stored {
        let key = (row.program.clone(), (row.ambassador.clone(), row.rule.clone()));
        rows.entry(key).or_default().0 = Some(row);
    }
    for row in moved {
        let key = (row.program.clone(), (row.ambassador.clone(), row.rule.clone()));
        rows.entry(key).or_default().1.push(row);
    }
    let mut views: BTreeMap<String, Vec<EarningView>> = BTreeMap::new();
    for ((program, rule), (stored, moved)) in rows {
        let context = Context {
            program: &program,
            source_name,
            statuses: &statuses,
            findings: &findings,
            transactions: &transactions,
            clock,
        };
        let view = context.view(rule, stored.as_ref(), &moved)?;
        views.entry(program).or_default().push(view);
    }
    Ok(views)
}

/// What findings say of the earnings of a source, by program and ambassador.
type Held = BTreeMap<(String, String), Vec<String>>;

async fn findings(source: &impl Source, brand: &str, source_name: &str) -> Result<Held, ReportError> {
    let held = held_earning::Entity::find()
        .filter(held_earning::Column::Brand.eq(brand))
        .filter(held_earning::Column::Source.eq(source_name));
    let held = held.all(source).await.map_err(ReportError::read("held_earning"))?;
    let mut found = Held::new();
    for row in held {
        let key = (row.brand, row.program.clone(), row.finding);
        let one = finding::Entity::find_by_id(key).one(source).await.map_err(ReportError::read("finding"))?;
        let Some(one) = one else { continue };
        let evidence: Vec<String> = error::json("finding", &one.finding, &one.evidence)?;
        let decided = match (&one.decided_by, &one.reason) {
            (Some(by), Some(reason)) => format!(" by {by}: {reason}"),
            _ => String::new(),
        };
        let text = format!("{} ({}{decided}): {}", one.finding, one.status, evidence.join("; "));
        found.entry((row.program, row.ambassador)).or_default().push(text);
    }
    Ok(found)
}

async fn statuses(
    source: &impl Source,
    brand: &str,
    moved: &[movement::Model],
) -> Result<BTreeMap<String, String>, ReportError> {
    let named: BTreeSet<&str> = moved.iter().filter_map(|row| row.payout.as_deref()).collect();
    let query = payout::Entity::find()
        .filter(payout::Column::Brand.eq(brand))
        .filter(payout::Column::Payout.is_in(named));
    let rows = query.all(source).await.map_err(ReportError::read("payout"))?;
    Ok(rows.into_iter().map(|row| (row.payout, row.status)).collect())
}

/// What was booked for a source by itself, and what cleared its movements. One pass through the brand's journal.
async fn transactions(
    source: &impl Source,
    brand: &str,
    source_name: &str,
    moved: &[movement::Model],
) -> Result<Vec<TransactionView>, ReportError> {
    let prefix = format!("{source_name} rule ");
    let mut query = ledger::transactions(brand);
    let length = query.value(i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX));
    let prefix = query.value(prefix);
    // PostgreSQL takes the length of a part as a 32-bit number only.
    query.push(&format!(" AND (substr(t.memo, 1, CAST({length} AS INTEGER)) = {prefix}"));
    let instants: BTreeSet<i64> =
        moved.iter().filter(|row| row.cleared).map(|row| row.available_at).collect();
    if !instants.is_empty() {
        let names: Vec<String> = instants.into_iter().map(|instant| query.value(instant)).collect();
        query.push(&format!(" OR (t.recipe = 'clear' AND t.effective_at IN ({}))", names.join(", ")));
    }
    query.push(")");
    Ok(ledger::read(query, source).await?.into_iter().map(|(view, _)| view).collect())
}

struct Context<'a> {
    program: &'a str,
    source_name: &'a str,
    statuses: &'a BTreeMap<String, String>,
    findings: &'a Held,
    transactions: &'a [TransactionView],
    clock: Timestamp,
}

impl Context<'_> {
    fn view(
        &self,
        (ambassador, rule): Rule,
        stored: Option<&earning::Model>,
        moved: &[movement::Model],
    ) -> Result<EarningView, ReportError> {
        let asset = stored.map(|row| &row.asset).or_else(|| moved.first().map(|row| &row.asset));
        let asset = asset.cloned().unwrap_or_default();
        let booked: Option<Earning> =
            stored.map(|row| error::json("earning", &row.source, &row.earning)).transpose()?;
        let amount = stored.map_or(0, |row| row.amount);
        let opens_at = opens_at(moved).unwrap_or_default();
        let clears_at = stored.map(|row| at(row.clears_at.max(opens_at)));
        let steps = booked.as_ref().map(|it| it.steps.as_slice()).unwrap_or_default();
        let status = match (stored, amount) {
            (None, _) => EarningStatus::Reversed,
            (Some(_), 0) => EarningStatus::of_none(steps),
            (Some(row), _) => {
                EarningStatus::of(clears_at.unwrap_or(at(row.clears_at)), self.clock, self.parts(moved))
            }
        };
        Ok(EarningView {
            earning: id_of([self.program, self.source_name, &ambassador, &rule]),
            kind: stored.map(|row| row.kind.clone()),
            amount: Amount::minor("earning", amount, &asset)?,
            terms_version: stored.map(|row| row.terms_version.clone()),
            formula: booked.as_ref().map(|it| it.formula.clone()),
            clears_at,
            status,
            steps: steps.iter().map(|step| step_view(step, &asset)).collect::<Result<_, _>>()?,
            movements: moved.iter().map(|row| self.movement(row)).collect::<Result<_, _>>()?,
            transactions: self.own_transactions(&ambassador, &rule, moved),
            findings: self
                .findings
                .get(&(self.program.to_owned(), ambassador.clone()))
                .cloned()
                .unwrap_or_default(),
            ambassador,
            rule,
        })
    }

    /// How much is open, in a payout, and paid; and how much of it is held.
    fn parts(&self, moved: &[movement::Model]) -> [i64; 4] {
        let mut parts = [0_i64; 4];
        for row in moved {
            let status = row.payout.as_ref().and_then(|payout| self.statuses.get(payout));
            let part = match (&row.payout, status.map(String::as_str)) {
                (None, _) => &mut parts[0],
                (Some(_), Some("settled")) => &mut parts[2],
                (Some(_), _) => &mut parts[1],
            };
            *part = part.saturating_add(row.amount);
            if row.held.is_some() {
                parts[3] = parts[3].saturating_add(row.amount);
            }
        }
        parts
    }

    fn movement(&self, row: &movement::Model) -> Result<MovementView, ReportError> {
        Ok(MovementView {
            effective_at: at(row.effective_at),
            available_at: at(row.available_at),
            amount: Amount::minor("movement", row.amount, &row.asset)?,
            cause: row.cause.clone(),
            cleared: row.cleared,
            held: row.held.is_some(),
            payout: row.payout.clone(),
            payout_status: row.payout.as_ref().and_then(|payout| self.statuses.get(payout)).cloned(),
        })
    }

    fn own_transactions(
        &self,
        ambassador: &str,
        rule: &str,
        moved: &[movement::Model],
    ) -> Vec<TransactionView> {
        let memo = format!("{} rule {rule} terms ", self.source_name);
        let account = format!("ambassador:{ambassador}:");
        let instants: BTreeSet<i64> = moved.iter().map(|row| row.available_at).collect();
        let assets: BTreeSet<&str> = moved.iter().map(|row| row.asset.as_str()).collect();
        let own = |it: &&TransactionView| {
            let touches = |entry: &super::EntryView| {
                entry.account.starts_with(&account) && assets.contains(entry.amount.currency.as_str())
            };
            let cleared = it.recipe == "clear"
                && it.memo.starts_with("cleared at ")
                && instants.contains(&it.effective_at.millis());
            it.program == self.program
                && (it.memo.starts_with(&memo) || cleared)
                && it.entries.iter().any(touches)
        };
        self.transactions.iter().filter(own).cloned().collect()
    }
}

/// The first instant at which something is left of what is open, as the report of earnings has it.
fn opens_at(moved: &[movement::Model]) -> Option<i64> {
    let mut open: BTreeMap<i64, i64> = BTreeMap::new();
    for row in moved.iter().filter(|row| row.payout.is_none() && row.held.is_none()) {
        let left = open.entry(row.available_at).or_default();
        *left = left.saturating_add(row.amount);
    }
    open.into_iter().find(|(_, left)| *left > 0).map(|(at, _)| at)
}

fn step_view(step: &Step, asset: &str) -> Result<StepView, ReportError> {
    Ok(StepView {
        effective_at: step.effective_at,
        cause: step.cause.to_string(),
        base: step.base.to_string(),
        amount: Amount::minor("earning", step.amount, asset)?,
    })
}
