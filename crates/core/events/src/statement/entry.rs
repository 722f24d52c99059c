use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::{Asset, ReferenceRate, format_minor};

use super::Day;

/// Whole minor units of a currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Amount {
    /// Minor units.
    pub minor: i64,
    /// The currency.
    pub asset: Asset,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match format_minor(self.minor, &self.asset) {
            Ok(text) => f.pad(&format!("{text} {}", self.asset)),
            Err(_) => f.pad(&format!("{} minor units of {}", self.minor, self.asset)),
        }
    }
}

/// Which way money moves, seen from the account's holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Money came in.
    Credit,
    /// Money went out.
    Debit,
}

impl Direction {
    /// The amount as it changes the balance: plus for a credit, minus for a debit.
    #[must_use]
    pub const fn signed(self, size: i64) -> i64 {
        match self {
            Self::Credit => size,
            Self::Debit => size.saturating_neg(),
        }
    }
}

/// How final an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// It is booked: part of the balance.
    Booked,
    /// It is expected, and may still change.
    Pending,
    /// It is told for information only.
    Information,
}

/// The references by which a payment is known again. Placeholders such as `NOTPROVIDED` are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct References {
    /// The payer's reference that travels to the payee: `EndToEndId`, `EREF`, a PayPal invoice id.
    pub end_to_end: Option<SmolStr>,
    /// The payer's instruction: `InstrId`.
    pub instruction: Option<SmolStr>,
    /// The message or file in which it was handed in: `MsgId`.
    pub message: Option<SmolStr>,
    /// The block of the file: `PmtInfId`.
    pub payment_info: Option<SmolStr>,
    /// The trace number of the ACH network.
    pub trace: Option<SmolStr>,
    /// A reference of the payer of which the format does not say which: MT940 field 61 and `KREF`, BAI2's customer
    /// reference, PayPal's custom field, a column of a list.
    pub customer: Option<SmolStr>,
    /// The bank's own reference: `AcctSvcrRef`, `FITID`, a provider's transaction id.
    pub bank: Option<SmolStr>,
}

impl References {
    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These references, and where one is missing, the other's.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let first = |own: &Option<SmolStr>, others: &Option<SmolStr>| own.clone().or_else(|| others.clone());
        Self {
            end_to_end: first(&self.end_to_end, &other.end_to_end),
            instruction: first(&self.instruction, &other.instruction),
            message: first(&self.message, &other.message),
            payment_info: first(&self.payment_info, &other.payment_info),
            trace: first(&self.trace, &other.trace),
            customer: first(&self.customer, &other.customer),
            bank: first(&self.bank, &other.bank),
        }
    }
}

/// Why a payment came back or was refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReturnReason {
    /// The code: `AC04` of ISO 20022, `R02` of Nacha. Empty where the bank gave none.
    pub code: SmolStr,
    /// In words: the bank's own, else what the code stands for.
    pub words: String,
}

impl fmt::Display for ReturnReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.words.as_str()) {
            ("", "") => f.pad("no reason given"),
            ("", words) => f.pad(words),
            (code, "") => f.pad(code),
            (code, words) => f.pad(&format!("{code} {words}")),
        }
    }
}

/// What was instructed in another currency, and the bank's rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The amount that the payer instructed.
    pub instructed: Amount,
    /// The rate as the bank states it: units of one currency for one of the other. Which way round differs by bank.
    pub rate: Option<ReferenceRate>,
}

/// One payment within an entry that books several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryDetail {
    /// Its references.
    pub references: References,
    /// Its amount, without a sign. Absent where the bank states none.
    pub amount: Option<Amount>,
    /// Its own direction, where it is stated.
    pub direction: Option<Direction>,
    /// Why it came back.
    pub returned: Option<ReturnReason>,
    /// What the bank took for it, in all.
    pub fees: Vec<Amount>,
    /// What was instructed in another currency.
    pub exchange: Option<Exchange>,
    /// The text to it.
    pub text: String,
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the statement, from 1.
    pub number: u32,
    /// Its references.
    pub references: References,
    /// How much, without a sign, in the account's currency.
    pub amount: Amount,
    /// Which way.
    pub direction: Direction,
    /// How final it is.
    pub status: EntryStatus,
    /// When it was booked.
    pub booked: Option<Day>,
    /// From when it bears interest.
    pub value: Option<Day>,
    /// How many payments the bank says it stands for, whether or not they are listed.
    pub payments: Option<u32>,
    /// The payments in it, where they are listed.
    pub details: Vec<EntryDetail>,
    /// Why it came back.
    pub returned: Option<ReturnReason>,
    /// Whether the bank says that it is its own charge and no payment.
    pub charge: bool,
    /// Whether it undoes an earlier entry.
    pub reversal: bool,
    /// What the bank took for it, in all, as part of the amount.
    pub fees: Vec<Amount>,
    /// What was instructed in another currency.
    pub exchange: Option<Exchange>,
    /// The text to it.
    pub text: String,
}

impl Entry {
    /// The amount as it changes the balance.
    #[must_use]
    pub const fn signed(&self) -> i64 {
        self.direction.signed(self.amount.minor)
    }

    /// The day that orders it: booked, else value.
    #[must_use]
    pub fn day(&self) -> Option<Day> {
        self.booked.or(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_with_their_currency() {
        let yen = Amount { minor: -1_234, asset: "JPY".parse().unwrap() };
        assert_eq!(yen.to_string(), "-1234 JPY");
        assert_eq!(Direction::Debit.signed(5), -5);
    }

    #[test]
    fn a_reason_reads_as_code_and_words() {
        let reason =
            |code: &str, words: &str| ReturnReason { code: code.into(), words: words.into() }.to_string();
        assert_eq!(reason("AC04", "the account is closed"), "AC04 the account is closed");
        assert_eq!(reason("AC04", ""), "AC04");
        assert_eq!(reason("", ""), "no reason given");
    }
}
