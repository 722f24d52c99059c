//! A statement for one ambassador and month: what was owed when it began, what changed it, what is owed at its end.
//!
//! [`Statement::to_html`] writes one self-contained page, [`Statement::to_pdf`] an A4 document in the reader's own
//! Helvetica. Both hold the anchor: the head of the brand's chain when the statement was made. The same statement makes
//! the same bytes. How it is filled, and that it adds up to the ledger, is the caller's part.

mod fonts;
mod html;
mod page;
mod pdf;

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};
use tribute_events::Timestamp;
use tribute_ledger::Anchor;
use tribute_money::{Asset, MoneyError, format_minor};

/// An amount with what it is counted in, which can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementAmount {
    minor: i64,
    asset: Asset,
    text: String,
}

impl StatementAmount {
    /// From minor units.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`].
    pub fn new(minor: i64, asset: &Asset) -> Result<Self, MoneyError> {
        Ok(Self { minor, asset: asset.clone(), text: format_minor(minor, asset)? })
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// The decimal text, without what it is counted in.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it is counted in.
    #[must_use]
    pub const fn asset(&self) -> &Asset {
        &self.asset
    }
}

impl fmt::Display for StatementAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text, self.asset)
    }
}

impl Serialize for StatementAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("StatementAmount", 2)?;
        fields.serialize_field("amount", &self.text)?;
        fields.serialize_field("currency", &self.asset)?;
        fields.end()
    }
}

/// An ambassador's statement of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The brand.
    pub brand: String,
    /// The program, where only its transactions are counted.
    pub program: Option<String>,
    /// The ambassador.
    pub ambassador: String,
    /// The month in UTC, `2026-03`.
    pub month: String,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// The head of the brand's chain.
    pub anchor: Anchor,
    /// A part for each currency and token.
    pub accounts: Vec<StatementAccount>,
    /// Payouts that something happened to, as they stood at the month's end.
    pub payouts: Vec<StatementPayout>,
    /// Perks that were granted.
    pub perks: Vec<StatementPerk>,
    /// Earnings that are held, and why.
    pub holds: Vec<StatementHold>,
}

/// One currency or token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementAccount {
    /// What it is counted in.
    pub asset: Asset,
    /// What was owed when the month began.
    pub opening: StatementBalance,
    /// What changed it, by effective time.
    pub lines: Vec<StatementLine>,
    /// What is owed at the month's end.
    pub closing: StatementBalance,
}

/// What is owed, by its state. Of tokens there is a total only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementBalance {
    /// Earned, before the end of its hold.
    pub pending: Option<StatementAmount>,
    /// Free to be paid, or owed by the ambassador where negative.
    pub available: Option<StatementAmount>,
    /// In a payout that has not arrived.
    pub in_transit: Option<StatementAmount>,
    /// All of it.
    pub total: StatementAmount,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// An earning.
    Earned,
    /// An earning or a part of it was taken back: a refund, an edit, a verdict.
    TakenBack,
    /// A payout arrived.
    Paid,
    /// A payout that had arrived came back.
    Returned,
    /// A payout was exchanged into another currency.
    Exchanged,
    /// A part of a payout was kept back for the tax authority.
    Withheld,
    /// What was kept back of a payout that did not arrive is owed again.
    Released,
    /// A debt was given up.
    WrittenOff,
    /// A correction by hand, which two people answer for.
    Adjusted,
    /// Tokens were granted.
    Granted,
    /// Tokens of a grant were taken back.
    Revoked,
    /// Tokens were spent.
    Spent,
    /// Tokens expired.
    Expired,
}

impl LineKind {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::TakenBack => "taken back",
            Self::Paid => "paid",
            Self::Returned => "returned",
            Self::Exchanged => "exchanged",
            Self::Withheld => "withheld",
            Self::Released => "released",
            Self::WrittenOff => "written off",
            Self::Adjusted => "adjusted",
            Self::Granted => "granted",
            Self::Revoked => "revoked",
            Self::Spent => "spent",
            Self::Expired => "expired",
        }
    }
}

/// A change of what is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// When it took effect.
    pub at: Timestamp,
    /// What it is.
    pub kind: LineKind,
    /// What it is about: `Order 1001`, `Refund of order 1001`.
    pub what: String,
    /// By which rule and terms, or at which rate.
    pub detail: String,
    /// The program.
    pub program: String,
    /// The event that caused it.
    pub event_id: String,
    /// The ledger transaction's number.
    pub number: u64,
    /// The change.
    pub change: StatementAmount,
    /// What is owed after it.
    pub balance: StatementAmount,
}

/// A payout, or a balance that a run carried or held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementPayout {
    /// The payout.
    pub payout: String,
    /// The run's cut-off.
    pub run_at: Timestamp,
    /// The balance that the run found.
    pub balance: StatementAmount,
    /// What is paid; absent where nothing is.
    pub amount: Option<StatementAmount>,
    /// The rate, where it was converted.
    pub rate: Option<String>,
    /// Where it stood at the month's end.
    pub status: String,
    /// Why it was carried or held, or why it failed.
    pub reason: Option<String>,
}

/// A perk that was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementPerk {
    /// When it was earned.
    pub at: Timestamp,
    /// The perk.
    pub perk: String,
    /// The mission.
    pub mission: String,
    /// How many units.
    pub units: i64,
    /// Where it stands.
    pub status: String,
}

/// An earning that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementHold {
    /// Since when.
    pub since: Timestamp,
    /// What is held.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// The day of an instant.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// `March 2026` for `2026-03`.
fn month_in_words(month: &str) -> String {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let split = month.split_once('-').and_then(|(year, number)| Some((year, number.parse::<usize>().ok()?)));
    let named = split.and_then(|(year, number)| Some((year, NAMES.get(number.checked_sub(1)?)?)));
    named.map_or_else(|| month.to_owned(), |(year, name)| format!("{name} {year}"))
}

#[cfg(test)]
mod tests;
