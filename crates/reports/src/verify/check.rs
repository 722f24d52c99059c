use std::fmt;

use serde::Serialize;

use super::{AnchorCheck, Replay};
use crate::{Cell, Column, Table};

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is at, for people.
    pub stage: &'static str,
    /// How many records of it are done.
    pub done: u64,
}

/// How often progress is told.
pub(super) const PROGRESS_EVERY: u64 = 10_000;

/// One statement about the books, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its stable name.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// How many records were looked at.
    pub checked: u64,
    /// For how many it does not hold.
    pub failures: u64,
    /// The first one for which it does not hold, and why.
    pub first: Option<String>,
}

impl Check {
    pub(super) const fn new(name: &'static str, says: &'static str) -> Self {
        Self { name, says, checked: 0, failures: 0, first: None }
    }

    /// Whether it holds.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        self.failures == 0
    }

    /// Counts a record, and a failure where there is a reason.
    pub(super) fn count(&mut self, failure: Option<String>) {
        self.checked = self.checked.saturating_add(1);
        if let Some(failure) = failure {
            self.fail(failure);
        }
    }

    pub(super) fn fail(&mut self, failure: String) {
        self.failures = self.failures.saturating_add(1);
        self.first.get_or_insert(failure);
    }

    /// Tells how far it has come, now and then.
    pub(super) fn tell(&self, stage: &'static str, progress: super::OnProgress<'_>) {
        if self.checked.is_multiple_of(PROGRESS_EVERY) {
            progress(Progress { stage, done: self.checked });
        }
    }
}

/// Where a brand's journal ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalHead {
    /// The brand.
    pub brand: String,
    /// The number of its last transaction.
    pub number: u64,
    /// That transaction's hash, in hexadecimal digits: kept elsewhere, it shows a journal that was rewritten.
    pub hash: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verification {
    /// Every check.
    pub checks: Vec<Check>,
    /// Where each brand's journal ends.
    pub journal_heads: Vec<JournalHead>,
    /// SHA-256 over every balance that is not zero, by brand, account and asset: the same for the same facts, in
    /// whatever order they came.
    pub ledger_digest: String,
    /// What became of the anchors that were asked for.
    pub anchors: Vec<AnchorCheck>,
    /// What the replay found, where one was asked for.
    pub replay: Option<Replay>,
}

impl Verification {
    /// Whether everything holds.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.checks.iter().all(Check::is_ok)
            && self.anchors.iter().all(AnchorCheck::is_ok)
            && self.replay.as_ref().is_none_or(Replay::is_ok)
    }

    /// The checks, and the tables of the replay, as rows.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table = Table::new([
            Column::left("check"),
            Column::left("result"),
            Column::right("checked"),
            Column::right("failures"),
            Column::left("first_failure"),
        ]);
        let mut push = |name: String, checked, failures, first: Option<&str>| {
            let result = if failures == 0 { "ok" } else { "FAIL" };
            let counts = [Cell::count(checked), Cell::count(failures)];
            let mut row = vec![Cell::text(name), Cell::text(result)];
            row.extend(counts);
            row.push(Cell::maybe(first));
            table.push(row);
        };
        for check in &self.checks {
            push(check.name.to_owned(), check.checked, check.failures, check.first.as_deref());
        }
        for check in &self.anchors {
            let first = (!check.is_ok()).then(|| format!("{}: {check}", check.anchor));
            push("anchor_lies_on_the_chain".to_owned(), 1, first.is_some().into(), first.as_deref());
        }
        for compared in self.replay.iter().flat_map(|replay| &replay.tables) {
            let first = compared.first_difference.as_deref();
            push(format!("replay_{}", compared.table), compared.rows, first.is_some().into(), first);
        }
        table
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.table().to_text())?;
        writeln!(f)?;
        for head in &self.journal_heads {
            writeln!(f, "anchor         {} {}:{}", head.brand, head.number, head.hash)?;
        }
        for check in &self.anchors {
            writeln!(f, "anchor asked   {}", check.anchor)?;
            writeln!(f, "               {check}")?;
        }
        writeln!(f, "ledger digest  {}", self.ledger_digest)?;
        if let Some(replay) = &self.replay {
            writeln!(f, "replayed       {} events in {} batches", replay.events, replay.batches)?;
        }
        f.write_str(if self.is_ok() { "the books hold" } else { "the books do NOT hold" })
    }
}

/// Bytes in hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
