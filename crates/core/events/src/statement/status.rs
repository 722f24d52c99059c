use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Amount, Day, References, ReturnReason, StatementFormat};

/// What a bank says became of a payment, a block of payments or a whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentOutcome {
    /// Received or waiting: nothing is decided.
    Pending,
    /// Accepted, and on its way or carried out. That money left the account is for the statement to say.
    Accepted,
    /// Some of it was accepted; the single payments say which.
    Partly,
    /// Refused: the money never left.
    Rejected,
    /// It came back after it had left.
    Returned,
    /// Carried out, and the details of the account must be corrected before the next time.
    DetailsChanged,
}

/// The outcome of one payment; of a block or file where `references` names no single payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentStatus {
    /// Which payment.
    pub references: References,
    /// What became of it.
    pub outcome: PaymentOutcome,
    /// Why it was refused, came back or must be corrected.
    pub reason: Option<ReturnReason>,
    /// Its amount, where stated.
    pub amount: Option<Amount>,
    /// On which day, where stated.
    pub day: Option<Day>,
    /// The corrected details of the payee's account, as the bank wrote them. Personal data.
    pub corrected: Option<String>,
}

/// A bank's answer to a payment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// The format it was read from.
    pub format: StatementFormat,
    /// The answer's own id.
    pub id: SmolStr,
    /// The message or file that it answers.
    pub message: Option<SmolStr>,
    /// What became of the whole file, where it is said.
    pub file: Option<PaymentStatus>,
    /// What became of blocks of it.
    pub blocks: Vec<PaymentStatus>,
    /// What became of single payments.
    pub payments: Vec<PaymentStatus>,
}
