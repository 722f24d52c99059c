use tribute_events::AmbassadorId;
use tribute_money::{Asset, MoneyError};

/// Why a run proposes nothing. All of these are faults of what was handed in, none is an ambassador's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayoutError {
    /// Two balances of one ambassador in one currency would be paid under one payout id.
    #[error("ambassador `{ambassador}` has two balances in {asset} in one run; add them up first")]
    TwoBalances {
        /// Whose balances.
        ambassador: AmbassadorId,
        /// Their currency.
        asset: Asset,
    },
    /// Tokens and perks are not paid out.
    #[error("the balance of ambassador `{ambassador}` in {asset} is not money; only currencies are paid out")]
    NotMoney {
        /// Whose balance.
        ambassador: AmbassadorId,
        /// What it is counted in.
        asset: Asset,
    },
    /// An amount could not be computed exactly.
    #[error("the balance of ambassador `{ambassador}` in {asset}: {error}")]
    Money {
        /// Whose balance.
        ambassador: AmbassadorId,
        /// Its currency.
        asset: Asset,
        /// What went wrong.
        error: MoneyError,
    },
}
