//! Matches what banks say with the payouts that are known: it proposes, with a stated confidence and a reason, and books
//! nothing.
//!
//! * [`reconcile`]: the entries of statements against payouts.
//! * [`answers`]: the answers of banks to payment files against payouts.
//! * [`gaps`]: statements of an account that do not follow on each other.
//!
//! The order of the ways to match: by reference; by the reference of a batch; by a reference in the text; by the sum of a
//! batch; by amount and day, which is a suggestion only. An entry is used once, and no payout is settled twice. Only the
//! settlements of certain rows may be booked without a person. Only statements settle: an answer that a payment was
//! carried out makes it sent.
//!
//! ```
//! use tribute_events::{PayoutId, statement::*};
//! use tribute_payouts::{PayoutStatus, matching::{Confidence, KnownPayout, PayoutReferences, Seen, Settings, reconcile}};
//! let payout = KnownPayout {
//!     payout: PayoutId::trusted("po_1"), amount: Amount { minor: 1_250, asset: "EUR".parse()? },
//!     status: PayoutStatus::Sent, references: PayoutReferences::default(), file: None,
//!     exported: Some("2026-11-23".parse()?), accepted_by: None,
//! };
//! let entry = Entry {
//!     number: 1, references: References { end_to_end: Some("po_1".into()), ..References::default() },
//!     amount: payout.amount.clone(), direction: Direction::Debit, status: EntryStatus::Booked,
//!     booked: Some("2026-11-24".parse()?), value: None, payments: None, details: vec![], returned: None,
//!     charge: false, reversal: false, fees: vec![], exchange: None, text: String::new(),
//! };
//! let statement = Statement {
//!     format: StatementFormat::Camt053, account: "NL1".into(), id: "S1".into(), sequence: None,
//!     currency: "EUR".parse()?, opening: None, closing: None, from: None, to: None, copy: false, entries: vec![entry],
//! };
//! let found = reconcile(&[statement], &[payout], &Seen::default(), &Settings::default());
//! assert_eq!(found.rows[0].confidence, Confidence::Certain);
//! assert_eq!(found.certain().count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answers;
mod batches;
mod continuity;
mod fit;
mod guesses;
mod items;
mod known;
mod payments;
mod record;
mod returns;
mod row;
mod state;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{
    PayoutId,
    statement::{Amount, Day, Statement},
};

pub use answers::{Answer, answers};
pub use continuity::{Gap, Link, gaps};
pub use record::KnownEntry;
pub use row::{Confidence, EntryPlace, Movement, Reconciliation, Row, RowKind};

use crate::PayoutStatus;
use state::Matching;

/// The references under which a payout was handed to the bank. Its own id is one without being named here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PayoutReferences {
    /// The reference that travels to the payee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_to_end: Option<SmolStr>,
    /// The instruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<SmolStr>,
    /// The message or file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<SmolStr>,
    /// The block of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_info: Option<SmolStr>,
    /// The trace number of the ACH network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<SmolStr>,
}

/// What matching must know of a payout. All payouts are of one brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPayout {
    /// The payout.
    pub payout: PayoutId,
    /// How much.
    pub amount: Amount,
    /// Where it is in its life.
    pub status: PayoutStatus,
    /// Its references.
    pub references: PayoutReferences,
    /// The file that it was exported in.
    pub file: Option<SmolStr>,
    /// When it was exported.
    pub exported: Option<Day>,
    /// The answer with which the bank accepted it, where it did.
    pub accepted_by: Option<SmolStr>,
}

/// What is policy in matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How many days after its export a payout may be found by its amount alone.
    pub suggest_within_days: i64,
    /// How many days after its export a payout that no statement shows is missing.
    pub missing_after_days: i64,
    /// The least number of characters of an id that is certain where it is found in a text.
    pub certain_text_length: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { suggest_within_days: 7, missing_after_days: 3, certain_text_length: 8 }
    }
}

/// What was read before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The keys of entries of which nothing more is to be said, as [`Reconciliation::keys`] gave them then.
    pub keys: BTreeSet<SmolStr>,
    /// The entries that are on record. Those that nothing explains may be matched again.
    pub entries: Vec<KnownEntry>,
}

/// Matches statements with payouts. The order of statements, of their entries and of the payouts does not matter.
///
/// Entries that are not booked settle nothing and are listed apart.
#[must_use]
pub fn reconcile(
    statements: &[Statement],
    payouts: &[KnownPayout],
    seen: &Seen,
    settings: &Settings,
) -> Reconciliation {
    let mut matching = Matching::new(payouts, seen, settings);
    matching.read(statements, &seen.keys);
    payments::by_reference(&mut matching);
    batches::by_reference(&mut matching);
    guesses::payments_by_text(&mut matching);
    batches::by_sum(&mut matching);
    guesses::payments_by_amount(&mut matching);
    returns::by_reference(&mut matching);
    guesses::returns_by_text(&mut matching);
    returns::by_batch(&mut matching);
    guesses::returns_by_amount(&mut matching);
    matching.finish(statements)
}
