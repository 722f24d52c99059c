use std::fmt;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};
use tribute_events::{
    BankEntryKind, PayoutId, SettlementReported,
    statement::{Amount, Day, PaymentOutcome},
};
use tribute_money::format_minor;
use tribute_payouts::matching::{Answer, Confidence, Row, RowKind};
use tribute_reports::Cell;

use super::bank::{Beside, Told};

/// What a row of a reconciliation or an answer of the bank comes to.
#[derive(Debug)]
pub(super) struct Proposal {
    /// What a person calls it: the same for the same entry, whenever it is read.
    pub(super) row: String,
    /// What it may have been called before it was on record.
    was: Vec<String>,
    kind: &'static str,
    confidence: Confidence,
    payouts: Vec<PayoutId>,
    entries: Vec<String>,
    expected: Option<Amount>,
    booked: Option<Amount>,
    fee: Option<Amount>,
    why: String,
    /// What it books once it is certain or accepted.
    pub(super) settlements: Vec<SettlementReported>,
    /// What it tells of the bank's own entries.
    pub(super) bank: Option<Told>,
    /// Whether a person accepts it.
    pub(super) accepted: bool,
    /// Whether it is to be looked at even when it books nothing.
    unmatched: bool,
}

impl Proposal {
    pub(super) fn of_row(row: &Row, rows: &[Row], beside: &Beside) -> Self {
        let references = references(row);
        let program = beside.program(row, rows);
        let unmatched = match row.kind {
            _ if row.known => false,
            RowKind::Matched | RowKind::Returned => row.confidence != Confidence::Certain,
            RowKind::Charge => program.is_none(),
            RowKind::Duplicate | RowKind::Missing | RowKind::Unexpected | RowKind::Different => true,
        };
        let was =
            [RowKind::Matched, RowKind::Different, RowKind::Returned, RowKind::Unexpected, RowKind::Charge];
        let was = was.into_iter().filter(|_| row.known).flat_map(|kind| {
            [&row.payouts[..], &[]].map(|payouts| name(kind.as_str(), &references, payouts))
        });
        Self {
            row: name(row.kind.as_str(), &references, &row.payouts),
            was: was.collect(),
            kind: row.kind.as_str(),
            confidence: row.confidence,
            payouts: row.payouts.clone(),
            entries: row.entries.iter().map(ToString::to_string).collect(),
            expected: row.expected.clone(),
            booked: row.booked.clone(),
            fee: row.fee.clone(),
            why: row.why.clone(),
            settlements: row.settlements.clone(),
            bank: Told::of(row, program),
            accepted: false,
            unmatched,
        }
    }

    /// Whether a person called it so before it was on record.
    pub(super) fn was_called(&self, row: &str) -> bool {
        self.was.iter().any(|it| it == row)
    }

    /// A person says what money is that moved without a payout: the bank's charge, or tax that was paid over; or that the
    /// bank's charge is what moved beside a payout.
    pub(super) fn call_it(&mut self, kind: BankEntryKind) -> Result<()> {
        let of_payouts = kind == BankEntryKind::Charge && self.kind == RowKind::Different.as_str();
        if of_payouts && self.bank.as_mut().is_some_and(Told::rest_is_charge) {
            self.accepted = true;
            return Ok(());
        }
        let unexpected = self.kind == RowKind::Unexpected.as_str() || self.kind == RowKind::Charge.as_str();
        let Some(told) = self.bank.as_mut().filter(|_| unexpected && self.payouts.is_empty()) else {
            bail!(
                "row {} is {}: only money that moved without a payout can be booked as {}",
                self.row,
                self.kind,
                kind.as_str()
            );
        };
        told.call_it(kind);
        if told.program.is_none() {
            bail!("say with --program which program row {} is booked on as {}", self.row, kind.as_str());
        }
        self.accepted = true;
        Ok(())
    }

    /// When the bank booked it.
    pub(super) fn day(&self) -> Option<Day> {
        self.bank.as_ref().and_then(Told::day)
    }

    pub(super) fn of_answer(answer: &Answer) -> Self {
        let (kind, looked_at) = match answer.outcome {
            PaymentOutcome::Pending => ("pending", false),
            PaymentOutcome::Accepted => ("accepted", false),
            PaymentOutcome::Partly => ("partly", false),
            PaymentOutcome::Rejected => ("rejected", false),
            PaymentOutcome::Returned => ("returned", false),
            PaymentOutcome::DetailsChanged => ("details_changed", true),
        };
        let certain = answer.confidence == Confidence::Certain && !answer.payouts.is_empty();
        Self {
            row: name(kind, std::slice::from_ref(&answer.why), &answer.payouts),
            was: Vec::new(),
            kind,
            confidence: answer.confidence,
            payouts: answer.payouts.clone(),
            entries: Vec::new(),
            expected: None,
            booked: None,
            fee: None,
            why: answer.why.clone(),
            settlements: answer.settlements.clone(),
            bank: None,
            accepted: false,
            unmatched: looked_at || !certain,
        }
    }

    /// Whether it may be booked.
    pub(super) fn is_booked(&self) -> bool {
        self.confidence == Confidence::Certain || self.accepted
    }

    /// Whether a person has to look at it.
    pub(super) fn waits(&self) -> bool {
        self.unmatched && !(self.accepted && self.has_effect())
    }

    /// Whether there is something to be booked.
    pub(super) fn has_effect(&self) -> bool {
        !self.settlements.is_empty() || self.bank.as_ref().is_some_and(Told::explains)
    }

    fn books(&self) -> &'static str {
        match (self.has_effect(), self.is_booked()) {
            (false, _) => "nothing",
            (true, true) => "booked",
            (true, false) => "once accepted",
        }
    }

    /// Whether it would book something if a person accepted it.
    pub(super) fn can_be_accepted(&self) -> bool {
        self.has_effect() && !self.is_booked()
    }

    /// Why it books nothing though a person accepts it.
    pub(super) fn nothing_to_accept(&self) -> Option<String> {
        (self.accepted && !self.has_effect())
            .then(|| format!("row {} is {} and books nothing: {}", self.row, self.kind, self.why))
    }

    pub(super) fn cells(&self) -> Result<Vec<Cell>> {
        let amount = |amount: Option<&Amount>| {
            let Some(amount) = amount else { return Ok(Cell::Nothing) };
            let text = format_minor(amount.minor, &amount.asset)?;
            Ok::<_, anyhow::Error>(Cell::Amount(text, amount.asset.to_string()))
        };
        let currency = self.booked.as_ref().or(self.expected.as_ref()).map(|it| it.asset.to_string());
        Ok(vec![
            Cell::text(self.row.as_str()),
            Cell::text(self.kind),
            Cell::text(self.confidence.as_str()),
            Cell::text(self.named()),
            Cell::text(self.entries.join("; ")),
            amount(self.expected.as_ref())?,
            amount(self.booked.as_ref())?,
            amount(self.fee.as_ref())?,
            Cell::maybe(currency),
            Cell::text(self.books()),
            Cell::text(self.why.as_str()),
        ])
    }

    fn named(&self) -> String {
        self.payouts.iter().map(PayoutId::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}, {}: {}", self.row, self.kind, self.confidence, self.why)?;
        self.entries.iter().try_for_each(|entry| writeln!(f, "  entry     {entry}"))?;
        if !self.payouts.is_empty() {
            writeln!(f, "  payouts   {}", self.named())?;
        }
        let amounts = [("expected", &self.expected), ("booked", &self.booked), ("fee", &self.fee)];
        for (name, amount) in amounts {
            amount.iter().try_for_each(|amount| writeln!(f, "  {name:<9} {amount}"))?;
        }
        for it in &self.settlements {
            let reference = it.reference.as_deref().unwrap_or("-");
            writeln!(
                f,
                "  {:<13} {} becomes {:?}, reference {reference}",
                self.books(),
                it.payout,
                it.outcome
            )?;
        }
        Ok(())
    }
}

/// What the entries of a row are called, those that were read before too.
fn references(row: &Row) -> Vec<String> {
    let moved = row.movements.iter().map(|it| format!("{} {}", it.account, it.reference));
    let mut references: Vec<String> = moved.collect();
    if references.is_empty() {
        references.extend(row.entries.iter().map(|it| format!("{} {}", it.account, it.reference())));
    }
    references.sort();
    references
}

fn name(kind: &str, entries: &[String], payouts: &[PayoutId]) -> String {
    let payouts: Vec<&str> = payouts.iter().map(PayoutId::as_str).collect();
    digest(&format!("{kind}\n{}\n{}", entries.join("\n"), payouts.join("\n"))).chars().take(8).collect()
}

/// The first 16 hex digits of a text's SHA-256.
pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
