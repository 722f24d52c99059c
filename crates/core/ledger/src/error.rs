use smol_str::SmolStr;
use tribute_events::EventId;
use tribute_money::Asset;

use crate::{Account, Recipe};

/// Why a transaction can not be booked. Nothing of it is booked then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Debits and credits differ.
    #[error(
        "the entries caused by event `{cause}` are off by {sum} minor units of {asset}; debits and credits must be equal"
    )]
    NotBalanced {
        /// The event.
        cause: EventId,
        /// What the transaction is counted in.
        asset: Asset,
        /// Debits less credits.
        sum: i128,
    },
    /// Value that comes from nowhere or goes nowhere.
    #[error("the transaction caused by event `{cause}` has {count} entries; it needs at least two")]
    TooFewEntries {
        /// The event.
        cause: EventId,
        /// How many there are.
        count: usize,
    },
    /// An entry that says nothing.
    #[error("the entry on `{account}` caused by event `{cause}` is zero; leave it out")]
    ZeroEntry {
        /// The event.
        cause: EventId,
        /// The account.
        account: Account,
    },
    /// A recipe that has no reversal was given an amount of zero or less.
    #[error("`{recipe}` caused by event `{cause}` needs an amount above zero, not {amount}")]
    NotPositive {
        /// The event.
        cause: EventId,
        /// The recipe.
        recipe: Recipe,
        /// The amount.
        amount: i64,
    },
    /// The recipe moves another kind of asset.
    #[error("`{recipe}` caused by event `{cause}` can not move {asset}: {needs}")]
    WrongAsset {
        /// The event.
        cause: EventId,
        /// The recipe.
        recipe: Recipe,
        /// The asset.
        asset: Asset,
        /// What it moves.
        needs: &'static str,
    },
    /// An amount, a balance or a number has no room left.
    #[error("event `{cause}` brings {what} beyond what can be held exactly")]
    Overflow {
        /// The event.
        cause: EventId,
        /// What overflowed.
        what: &'static str,
    },
    /// The text names no account.
    #[error("`{0}` is not an account of the ledger")]
    UnknownAccount(SmolStr),
    /// The text names no recipe.
    #[error("`{0}` is not a recipe of the ledger")]
    UnknownRecipe(SmolStr),
    /// The text is no head of a journal.
    #[error("`{0}` is not an anchor: NUMBER:HASH or HASH, with the 64 hexadecimal digits that were printed")]
    NotAnAnchor(SmolStr),
}
