use serde::Serialize;
use sha2::{Digest, Sha256};
use tribute_events::{EventId, ProgramId, Timestamp};
use tribute_money::Asset;

use crate::{Account, Hash, LedgerError, Recipe};

/// Opens every hashed row: a later encoding gets another one, so that no two can be confused.
const ENCODING: &[u8] = b"tribute-ledger/1";
/// The encoding of a row that is booked later than it happened.
const ENCODING_LATER: &[u8] = b"tribute-ledger/2";

/// So many minor units of one asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Value {
    /// What it is counted in.
    pub asset: Asset,
    /// How many minor units.
    pub amount: i64,
}

/// What a transaction is booked on: where it belongs, its two times, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// The program.
    pub program: ProgramId,
    /// When it took effect.
    pub effective_at: Timestamp,
    /// When the log accepted its cause.
    pub recorded_at: Timestamp,
    /// The event that caused it.
    pub cause: EventId,
    /// Source, rule and terms in short: `order 1001 rule ten terms 2026-1`.
    pub memo: String,
}

/// One line of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The account.
    pub account: Account,
    /// Minor units: a debit where positive, a credit where negative.
    pub amount: i64,
}

/// One balanced change of value in one asset.
///
/// Made by the recipes it is balanced; read back with [`Transaction::stored`] it may be anything, and
/// [`crate::Chain::verify`] says whether it is what was booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transaction {
    recipe: Recipe,
    program: ProgramId,
    asset: Asset,
    effective_at: Timestamp,
    recorded_at: Timestamp,
    cause: EventId,
    memo: String,
    entries: Vec<Entry>,
    happened_at: Option<Timestamp>,
}

impl Transaction {
    /// A transaction that is balanced and says something.
    ///
    /// # Errors
    /// [`LedgerError::TooFewEntries`], [`LedgerError::ZeroEntry`], [`LedgerError::NotBalanced`].
    pub fn new(
        voucher: &Voucher,
        recipe: Recipe,
        asset: &Asset,
        entries: Vec<Entry>,
    ) -> Result<Self, LedgerError> {
        let transaction = Self::stored(voucher.clone(), recipe, asset.clone(), entries);
        transaction.check()?;
        Ok(transaction)
    }

    /// A transaction as it was read back from the store, unchecked.
    #[must_use]
    pub fn stored(voucher: Voucher, recipe: Recipe, asset: Asset, entries: Vec<Entry>) -> Self {
        let Voucher { program, effective_at, recorded_at, cause, memo } = voucher;
        Self { recipe, program, asset, effective_at, recorded_at, cause, memo, entries, happened_at: None }
    }

    /// As it was read back from the store, where it is booked later than it happened.
    #[must_use]
    pub fn happened(mut self, at: Option<Timestamp>) -> Self {
        self.happened_at = at;
        self
    }

    /// The same on the first open instant, where it would take effect in a closed period: when it happened stands beside.
    #[must_use]
    pub fn not_before(mut self, open_from: Timestamp) -> Self {
        if self.effective_at < open_from {
            self.happened_at = Some(self.effective_at);
            self.effective_at = open_from;
        }
        self
    }

    /// `amount` from the account that is credited to the one that is debited; the other way round where negative.
    pub(crate) fn transfer(
        voucher: &Voucher,
        recipe: Recipe,
        value: &Value,
        debit: Account,
        credit: Account,
    ) -> Result<Self, LedgerError> {
        let overflow = || LedgerError::Overflow { cause: voucher.cause.clone(), what: "an amount" };
        let opposite = value.amount.checked_neg().ok_or_else(overflow)?;
        let entries =
            vec![Entry { account: debit, amount: value.amount }, Entry { account: credit, amount: opposite }];
        Self::new(voucher, recipe, &value.asset, entries)
    }

    /// Whether it may stand in the journal: two entries at least, none of them zero, debits equal to credits.
    ///
    /// # Errors
    /// The first of these that does not hold.
    pub fn check(&self) -> Result<(), LedgerError> {
        if self.entries.len() < 2 {
            return Err(LedgerError::TooFewEntries { cause: self.cause.clone(), count: self.entries.len() });
        }
        let mut sum = 0_i128;
        for entry in &self.entries {
            if entry.amount == 0 {
                return Err(LedgerError::ZeroEntry {
                    cause: self.cause.clone(),
                    account: entry.account.clone(),
                });
            }
            // Fewer than 2^64 entries of 64 bits can not leave 128 bits.
            sum = sum.saturating_add(i128::from(entry.amount));
        }
        if sum == 0 {
            return Ok(());
        }
        Err(LedgerError::NotBalanced { cause: self.cause.clone(), asset: self.asset.clone(), sum })
    }

    /// The row's hash: SHA-256 over its number, the hash of the row before, and every field.
    ///
    /// Every text and the list of entries are preceded by their length, so that no two rows have one encoding.
    #[must_use]
    pub fn hash(&self, number: u64, previous: &Hash) -> Hash {
        let mut hasher = match self.happened_at {
            None => Sha256::new_with_prefix(ENCODING),
            Some(at) => {
                let mut hasher = Sha256::new_with_prefix(ENCODING_LATER);
                hasher.update(at.millis().to_be_bytes());
                hasher
            }
        };
        hasher.update(number.to_be_bytes());
        hasher.update(previous);
        write_text(&mut hasher, self.recipe.as_str());
        write_text(&mut hasher, self.program.as_str());
        write_text(&mut hasher, self.asset.as_str());
        hasher.update(self.effective_at.millis().to_be_bytes());
        hasher.update(self.recorded_at.millis().to_be_bytes());
        write_text(&mut hasher, self.cause.as_str());
        write_text(&mut hasher, &self.memo);
        write_length(&mut hasher, self.entries.len());
        for entry in &self.entries {
            write_text(&mut hasher, entry.account.as_str());
            hasher.update(entry.amount.to_be_bytes());
        }
        hasher.finalize().into()
    }

    /// What kind of transaction it is.
    #[must_use]
    pub const fn recipe(&self) -> Recipe {
        self.recipe
    }

    /// The program it belongs to.
    #[must_use]
    pub const fn program(&self) -> &ProgramId {
        &self.program
    }

    /// What it is counted in.
    #[must_use]
    pub const fn asset(&self) -> &Asset {
        &self.asset
    }

    /// When it happened, where it is booked later because that period was closed.
    #[must_use]
    pub const fn happened_at(&self) -> Option<Timestamp> {
        self.happened_at
    }

    /// When it took effect.
    #[must_use]
    pub const fn effective_at(&self) -> Timestamp {
        self.effective_at
    }

    /// When the log accepted its cause.
    #[must_use]
    pub const fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    /// The event that caused it.
    #[must_use]
    pub const fn cause(&self) -> &EventId {
        &self.cause
    }

    /// Source, rule and terms in short.
    #[must_use]
    pub fn memo(&self) -> &str {
        &self.memo
    }

    /// Its lines.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

fn write_text(hasher: &mut Sha256, text: &str) {
    write_length(hasher, text.len());
    hasher.update(text);
}

fn write_length(hasher: &mut Sha256, length: usize) {
    // A length in memory always fits 64 bits.
    hasher.update(u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voucher() -> Voucher {
        Voucher {
            program: ProgramId::trusted("friends"),
            effective_at: Timestamp::from_millis(1),
            recorded_at: Timestamp::from_millis(2),
            cause: EventId::trusted("e1"),
            memo: "order 1001".into(),
        }
    }

    fn entry(account: &Account, amount: i64) -> Entry {
        Entry { account: account.clone(), amount }
    }

    #[test]
    fn only_balanced_transactions_are_made() {
        let usd: Asset = "USD".parse().unwrap();
        let made = |entries| Transaction::new(&voucher(), Recipe::Accrue, &usd, entries);
        assert!(matches!(made(vec![]), Err(LedgerError::TooFewEntries { count: 0, .. })));
        let zero = made(vec![entry(&Account::CASH, 0), entry(&Account::FX, 0)]);
        assert!(matches!(zero, Err(LedgerError::ZeroEntry { .. })));
        let off = made(vec![entry(&Account::CASH, 5), entry(&Account::FX, -4)]).unwrap_err();
        assert!(off.to_string().contains("off by 1 minor units of USD"), "{off}");
        let extreme = made(vec![entry(&Account::CASH, i64::MAX), entry(&Account::FX, i64::MAX)]);
        assert!(matches!(extreme, Err(LedgerError::NotBalanced { .. })));
    }

    #[test]
    fn texts_can_not_flow_into_each_other() {
        let usd: Asset = "USD".parse().unwrap();
        let hash = |cause: &str, memo: &str| {
            let voucher = Voucher { cause: EventId::trusted(cause), memo: memo.into(), ..voucher() };
            Transaction::stored(voucher, Recipe::Accrue, usd.clone(), vec![]).hash(1, &[0; 32])
        };
        assert_ne!(hash("e1", "2"), hash("e", "12"));
    }

    #[test]
    fn what_comes_after_the_close_keeps_its_own_time() {
        let usd: Asset = "USD".parse().unwrap();
        let entries = vec![entry(&Account::CASH, 5), entry(&Account::FX, -5)];
        let early = Transaction::new(&voucher(), Recipe::Accrue, &usd, entries).unwrap();
        assert_eq!(early.clone().not_before(Timestamp::from_millis(1)), early, "its instant is open");
        let late = early.clone().not_before(Timestamp::from_millis(9));
        assert_eq!((late.effective_at().millis(), late.happened_at()), (9, Some(early.effective_at())));
        assert_ne!(late.hash(1, &[0; 32]), late.clone().happened(None).hash(1, &[0; 32]));
        let moved = Timestamp::from_millis(2);
        assert_ne!(late.hash(1, &[0; 32]), late.happened(Some(moved)).hash(1, &[0; 32]));
    }

    /// The encoding is for ever: a stored journal must verify after every change of this code.
    #[test]
    fn the_encoding_is_frozen() {
        let usd: Asset = "USD".parse().unwrap();
        let entries = vec![entry(&Account::CASH, 5), entry(&Account::FX, -5)];
        let hash = Transaction::new(&voucher(), Recipe::Accrue, &usd, entries).unwrap().hash(7, &[9; 32]);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "eeafb2a430d940c4b221c17e99a6681be5fe36d6bf1b320c77523d44d449e2a4");
    }
}
