use sha2::{Digest, Sha256};
use tribute_events::BrandId;

use crate::{LedgerError, Transaction};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The last row of a journal. Kept elsewhere too, it shows that rows were cut off at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 where the journal is empty.
    pub number: u64,
    /// Its hash; the brand's genesis where the journal is empty.
    pub hash: Hash,
}

/// A brand's hash-chained journal, row by row: to append to it, or to verify what was stored.
///
/// Rows are numbered from 1 without gaps. Row 1 follows the brand's genesis, so that no row can be passed off
/// as another brand's.
#[derive(Debug, Clone)]
pub struct Chain {
    head: Head,
    broken: Option<Broken>,
}

/// The first row at which a journal is not what was booked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A row is not there.
    #[error(
        "row {number} is missing from the journal: row {found} stands in its place; restore it from a backup"
    )]
    Gap {
        /// The row that is missing.
        number: u64,
        /// The one that was found.
        found: u64,
    },
    /// A row is not what was hashed.
    #[error("row {number} of the journal was changed after it was booked; restore it from a backup")]
    Changed {
        /// The row.
        number: u64,
    },
    /// A row creates or destroys value.
    #[error("row {number} of the journal does not balance: {error}")]
    Unbalanced {
        /// The row.
        number: u64,
        /// What is wrong.
        error: LedgerError,
    },
    /// The journal ends too soon, or its end was rewritten.
    #[error("the journal is not the one whose last row was {head}: it ends or departs at row {number}")]
    Cut {
        /// The first row that is missing, or the last one where it is another.
        number: u64,
        /// The number of the last row that was known.
        head: u64,
    },
}

impl Broken {
    /// The number of the first row that is broken.
    #[must_use]
    pub const fn number(&self) -> u64 {
        match self {
            Self::Gap { number, .. }
            | Self::Changed { number }
            | Self::Unbalanced { number, .. }
            | Self::Cut { number, .. } => *number,
        }
    }
}

impl Chain {
    /// A brand's empty journal.
    #[must_use]
    pub fn genesis(brand: &BrandId) -> Self {
        let mut hasher = Sha256::new_with_prefix(b"tribute-ledger/genesis\0");
        hasher.update(brand.as_str());
        Self::resume(Head { number: 0, hash: hasher.finalize().into() })
    }

    /// A journal that goes on after its last row.
    #[must_use]
    pub const fn resume(head: Head) -> Self {
        Self { head, broken: None }
    }

    /// The last row so far.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Gives a transaction the next number and its hash.
    ///
    /// # Errors
    /// What [`Transaction::check`] finds; [`LedgerError::Overflow`] where no number is left.
    pub fn append(&mut self, transaction: &Transaction) -> Result<Head, LedgerError> {
        transaction.check()?;
        let overflow =
            || LedgerError::Overflow { cause: transaction.cause().clone(), what: "the row number" };
        let number = self.head.number.checked_add(1).ok_or_else(overflow)?;
        self.head = Head { number, hash: transaction.hash(number, &self.head.hash) };
        Ok(self.head)
    }

    /// Verifies the next stored row. Once a row is broken, every later call names that row.
    ///
    /// # Errors
    /// The first row at which the journal is broken, and how.
    pub fn verify(&mut self, number: u64, transaction: &Transaction, hash: &Hash) -> Result<(), Broken> {
        let result = match &self.broken {
            Some(broken) => Err(broken.clone()),
            None => self.check_row(number, transaction, hash),
        };
        match &result {
            Ok(()) => self.head = Head { number, hash: *hash },
            Err(broken) => self.broken = Some(broken.clone()),
        }
        result
    }

    fn check_row(&self, found: u64, transaction: &Transaction, hash: &Hash) -> Result<(), Broken> {
        let number = self.head.number.saturating_add(1);
        if found != number {
            return Err(Broken::Gap { number, found });
        }
        if transaction.hash(number, &self.head.hash) != *hash {
            return Err(Broken::Changed { number });
        }
        transaction.check().map_err(|error| Broken::Unbalanced { number, error })
    }

    /// After all rows were verified: whether the journal reaches `known`, a head that was kept elsewhere.
    ///
    /// # Errors
    /// The row that broke the chain, or [`Broken::Cut`] where the rows end before `known` or end otherwise.
    pub fn verify_head(&self, known: &Head) -> Result<(), Broken> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let short = self.head.number < known.number;
        if short || (self.head.number == known.number && self.head.hash != known.hash) {
            let number = if short { self.head.number.saturating_add(1) } else { known.number };
            return Err(Broken::Cut { number, head: known.number });
        }
        Ok(())
    }
}
