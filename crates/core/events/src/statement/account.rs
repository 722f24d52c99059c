use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::Asset;

use super::{Amount, Day, Entry, EntryStatus};

/// The format of a bank's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StatementFormat {
    /// ISO 20022 customer payment status report.
    Pain002,
    /// ISO 20022 account report within the day.
    Camt052,
    /// ISO 20022 account statement.
    Camt053,
    /// ISO 20022 debit and credit notification.
    Camt054,
    /// SWIFT MT940 customer statement.
    Mt940,
    /// BAI2 cash management balance report.
    Bai2,
    /// OFX bank or card statement, 1.x and 2.x.
    Ofx,
    /// Nacha file of returns and notifications of change.
    NachaReturns,
    /// A bank's acknowledgement of a Nacha file, entry by entry.
    NachaAcknowledgement,
    /// PayPal settlement report (STL).
    PaypalSettlement,
    /// Stripe balance changes, itemised.
    StripeBalanceChange,
    /// Stripe payout reconciliation, itemised.
    StripePayoutReconciliation,
    /// A list of which a mapping says what each column is.
    MappedCsv,
}

impl fmt::Display for StatementFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pain002 => "pain.002",
            Self::Camt052 => "camt.052",
            Self::Camt053 => "camt.053",
            Self::Camt054 => "camt.054",
            Self::Mt940 => "MT940",
            Self::Bai2 => "BAI2",
            Self::Ofx => "OFX",
            Self::NachaReturns => "Nacha returns",
            Self::NachaAcknowledgement => "Nacha acknowledgement",
            Self::PaypalSettlement => "PayPal settlement report",
            Self::StripeBalanceChange => "Stripe balance changes",
            Self::StripePayoutReconciliation => "Stripe payout reconciliation",
            Self::MappedCsv => "CSV with a mapping",
        })
    }
}

/// A balance at the beginning or the end of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// How much; negative where the account is overdrawn.
    pub amount: Amount,
    /// On which day.
    pub day: Option<Day>,
}

/// An account's entries, as its bank or provider states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The format it was read from.
    pub format: StatementFormat,
    /// The account, as the bank writes it.
    pub account: SmolStr,
    /// The statement's own id; unique for the account.
    pub id: SmolStr,
    /// Its running number.
    pub sequence: Option<SmolStr>,
    /// The account's currency.
    pub currency: Asset,
    /// The balance before the first entry.
    pub opening: Option<Balance>,
    /// The balance after the last entry.
    pub closing: Option<Balance>,
    /// The first day that it covers.
    pub from: Option<Day>,
    /// The last day that it covers.
    pub to: Option<Day>,
    /// Whether the bank says that it was sent before.
    pub copy: bool,
    /// The entries, in the order of the file.
    pub entries: Vec<Entry>,
}

/// What comes of adding up a statement: opening balance + booked entries against closing balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arithmetic {
    /// The sum is the closing balance, to the last unit.
    Agrees,
    /// A balance is not stated, so there is nothing to compare with.
    NotStated,
    /// Balances or entries are in several currencies, so they cannot be added.
    Currencies,
    /// The sum is another one.
    Differs {
        /// Opening balance and booked entries.
        computed: Amount,
        /// The closing balance.
        stated: Amount,
    },
    /// The sum leaves 64 bits.
    Overflow,
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agrees => f.pad("opening balance and entries add up to the closing balance"),
            Self::NotStated => f.pad("an opening or closing balance is not stated: nothing to check against"),
            Self::Currencies => f.pad("balances and entries are in several currencies: they cannot be added"),
            Self::Differs { computed, stated } => {
                let text = format!("opening balance and entries add up to {computed}, closing says {stated}");
                f.pad(&text)
            }
            Self::Overflow => f.pad("the sum of the entries is too large to be held exactly"),
        }
    }
}

impl Statement {
    /// The sum of the booked entries, with their signs; `None` where it leaves 64 bits.
    #[must_use]
    pub fn movement(&self) -> Option<i64> {
        let booked = self.entries.iter().filter(|entry| entry.status == EntryStatus::Booked);
        booked.map(Entry::signed).try_fold(0_i64, i64::checked_add)
    }

    /// Checks opening + booked entries = closing; nothing is assumed.
    #[must_use]
    pub fn arithmetic(&self) -> Arithmetic {
        let (Some(opening), Some(closing)) = (&self.opening, &self.closing) else {
            return Arithmetic::NotStated;
        };
        let booked = self.entries.iter().filter(|entry| entry.status == EntryStatus::Booked);
        let mut assets = booked.map(|entry| &entry.amount.asset).chain([&closing.amount.asset]);
        if assets.any(|asset| *asset != opening.amount.asset) {
            return Arithmetic::Currencies;
        }
        match self.movement().and_then(|movement| opening.amount.minor.checked_add(movement)) {
            None => Arithmetic::Overflow,
            Some(sum) if sum == closing.amount.minor => Arithmetic::Agrees,
            Some(minor) => Arithmetic::Differs {
                computed: Amount { minor, asset: opening.amount.asset.clone() },
                stated: closing.amount.clone(),
            },
        }
    }

    /// The last day that it covers: as stated, else that of its closing balance, else of its last entry.
    #[must_use]
    pub fn last_day(&self) -> Option<Day> {
        let closing = || self.closing.as_ref().and_then(|balance| balance.day);
        self.to.or_else(closing).or_else(|| self.entries.iter().filter_map(Entry::day).max())
    }
}
