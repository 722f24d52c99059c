use std::{collections::BTreeSet, fmt};

use sha2::{Digest, Sha256};
use smol_str::{SmolStr, format_smolstr};
use tribute_events::{
    BankEntryKind, EventId, PayoutId, SettlementOutcome, SettlementReported,
    statement::{Amount, Day},
};

use super::KnownEntry;

/// What a row of a reconciliation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKind {
    /// Payouts and entries belong together, and so do their amounts.
    Matched,
    /// A payout that should be on a statement by now is on none.
    Missing,
    /// Money moved, and no payout explains it.
    Unexpected,
    /// A payout is found, with another amount.
    Different,
    /// A payout came back.
    Returned,
    /// The same entry again, or a second debit of one payout.
    Duplicate,
    /// The bank took something for itself.
    Charge,
}

impl RowKind {
    /// The kind as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Missing => "missing",
            Self::Unexpected => "unexpected",
            Self::Different => "different",
            Self::Returned => "returned",
            Self::Duplicate => "duplicate",
            Self::Charge => "charge",
        }
    }
}

impl fmt::Display for RowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How sure a row is. Only what is certain may be booked without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// References and amounts say so.
    Certain,
    /// Much speaks for it; a person should look.
    Likely,
    /// It could be; a person must decide.
    Possible,
}

impl Confidence {
    /// The confidence as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where an entry, or one payment in it, stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryPlace {
    /// The account.
    pub account: SmolStr,
    /// The statement.
    pub statement: SmolStr,
    /// The statement's running number.
    pub sequence: Option<SmolStr>,
    /// The entry in the statement, from 1.
    pub number: u32,
    /// The payment in the entry, from 1, where the row is about a part of it; 0 for what the payments leave over.
    pub detail: Option<u32>,
    /// The bank's own reference.
    pub bank: Option<SmolStr>,
}

impl EntryPlace {
    /// Whether a reference that is on record is that of this entry, whole or by its payments.
    pub(super) fn is_called(&self, reference: &str) -> bool {
        let whole = Self { detail: None, ..self.clone() }.reference();
        let of_a_part = |rest: &str| rest.strip_prefix('/').is_some_and(|part| part.parse::<u32>().is_ok());
        reference.strip_prefix(whole.as_str()).is_some_and(|rest| rest.is_empty() || of_a_part(rest))
    }

    /// What a settlement keeps of the entry: the bank's reference, else where it stands.
    #[must_use]
    pub fn reference(&self) -> SmolStr {
        match (&self.bank, self.detail) {
            (Some(bank), None) => bank.clone(),
            (Some(bank), Some(detail)) => format_smolstr!("{bank}/{detail}"),
            (None, None) => format_smolstr!("{} {}/{}", self.account, self.statement, self.number),
            (None, Some(detail)) => {
                format_smolstr!("{} {}/{}/{detail}", self.account, self.statement, self.number)
            }
        }
    }
}

impl fmt::Display for EntryPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} of statement {}", self.number, self.statement)?;
        match self.detail {
            Some(0) => f.write_str(", what its payments leave over"),
            Some(detail) => write!(f, ", payment {detail}"),
            None => Ok(()),
        }
    }
}

/// An entry, or one payment in it, as it changed the balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// What it is known by, in whatever file it stands.
    pub entry: EventId,
    /// The account.
    pub account: SmolStr,
    /// The statement.
    pub statement: SmolStr,
    /// The bank's reference, or its place in the statement.
    pub reference: SmolStr,
    /// The day on which the bank booked it.
    pub day: Option<Day>,
    /// What it changed the balance by: negative where money went out.
    pub amount: Amount,
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it says.
    pub kind: RowKind,
    /// How sure it is.
    pub confidence: Confidence,
    /// The payouts. Where the confidence is [`Confidence::Possible`], these may be alternatives.
    pub payouts: Vec<PayoutId>,
    /// The entries.
    pub entries: Vec<EntryPlace>,
    /// The same entries, as they changed the balance, after those that were read before and belong to them.
    pub movements: Vec<Movement>,
    /// What the payouts add up to.
    pub expected: Option<Amount>,
    /// What the entries changed the balance by: negative where money went out.
    pub booked: Option<Amount>,
    /// The part of it that the statement itself states as the bank's fee.
    pub fee: Option<Amount>,
    /// The same as a cost of the account, in minor units: negative where it was taken off a payment.
    pub charge: Option<i64>,
    /// Why, in a sentence for a person.
    pub why: String,
    /// What to book once it is accepted; of itself only where it is certain.
    pub settlements: Vec<SettlementReported>,
    /// What the entries are once it is accepted, or of themselves where it is certain.
    pub tells: BankEntryKind,
    /// Whether all of it is on record: nothing is to be told, and nothing to be looked at.
    pub known: bool,
}

impl Row {
    /// What its entries are to be kept as, once the row is booked or without that; nothing where they are on record.
    ///
    /// An entry that nothing explains keeps the payouts that it names, unless these are alternatives: what comes later may
    /// belong to it.
    #[must_use]
    pub fn record(&self, is_booked: bool) -> Vec<KnownEntry> {
        if self.known {
            return Vec::new();
        }
        let kind = if is_booked { self.tells } else { BankEntryKind::Unexpected };
        let named = self.kind == RowKind::Duplicate
            || (self.payouts.len() == 1 && self.confidence != Confidence::Possible);
        let payouts = match kind {
            BankEntryKind::Payment | BankEntryKind::Return => self.payouts.clone(),
            BankEntryKind::Unexpected if named => self.payouts.clone(),
            _ => Vec::new(),
        };
        let entry =
            |movement: &Movement| KnownEntry { movement: movement.clone(), kind, payouts: payouts.clone() };
        self.movements.iter().map(entry).collect()
    }
}

/// What an entry is known by, from its key.
pub(super) fn entry_id(key: &str) -> EventId {
    let digest: String = Sha256::digest(key).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    EventId::trusted(&format!("be_{digest}"))
}

/// What comes of matching.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Every booked entry in exactly one row, or by its payments in several; then the missing payouts.
    pub rows: Vec<Row>,
    /// Entries that are not booked yet.
    pub waiting: Vec<EntryPlace>,
    /// Payouts that no row names and that are not due yet, or that no statement could show.
    pub open: Vec<PayoutId>,
    /// The keys of the entries, by which they are known when they are read again: to be kept when the rows are.
    pub keys: BTreeSet<SmolStr>,
}

impl Reconciliation {
    /// What may be booked without a person. Settlements come before returns.
    pub fn certain(&self) -> impl Iterator<Item = &SettlementReported> {
        let of = |settled: bool| {
            let certain = self.rows.iter().filter(|row| row.confidence == Confidence::Certain);
            let all = certain.flat_map(|row| &row.settlements);
            all.filter(move |it| (it.outcome == SettlementOutcome::Settled) == settled)
        };
        of(true).chain(of(false))
    }
}
