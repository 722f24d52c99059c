use tribute_events::{BrandId, OrderId};

/// Why a batch could not be processed. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] tribute_store::StoreError),
    /// What is personal could not be kept apart. Nothing personal may reach the log, so that nothing was taken in.
    #[error(transparent)]
    Vault(tribute_vault::VaultError),
    /// An order could not be attributed.
    #[error("order {order} of brand {brand} could not be attributed")]
    Attribution {
        /// The brand.
        brand: BrandId,
        /// The order.
        order: OrderId,
        /// Why.
        source: tribute_attribution::AttributionError,
    },
    /// A commission could not be computed.
    #[error("the earnings of {cause} could not be computed")]
    Commission {
        /// The order or post.
        cause: String,
        /// Why.
        source: tribute_commission::CommissionError,
    },
    /// A payout run could not be computed.
    #[error("the payout run of program {program} could not be computed")]
    Payout {
        /// The program.
        program: String,
        /// Why.
        source: tribute_payouts::PayoutError,
    },
    /// The prizes of a board could not be shared out.
    #[error("the prizes of board {board} could not be shared out")]
    Prize {
        /// The board.
        board: String,
        /// Why.
        source: tribute_leaderboards::PrizeError,
    },
    /// A payout has a status that this version does not know.
    #[error("payout {payout} has a status that this version does not know")]
    Status {
        /// The payout.
        payout: tribute_events::PayoutId,
        /// Why.
        source: tribute_events::Rejection,
    },
    /// A ledger transaction is not balanced.
    #[error("a ledger transaction was refused")]
    Ledger(#[from] tribute_ledger::LedgerError),
    /// An amount left its range.
    #[error("{place}: {source}")]
    Money {
        /// Where.
        place: String,
        /// Why.
        source: tribute_money::MoneyError,
    },
    /// What is stored cannot be read back.
    #[error("{table} {key} holds something that cannot be read; run `tribute verify`")]
    Stored {
        /// The table.
        table: &'static str,
        /// The row.
        key: String,
        /// Why.
        source: serde_json::Error,
    },
    /// An event of the log cannot be read back.
    #[error("event {seq} of the log cannot be read: {problem}; run `tribute verify`")]
    Logged {
        /// Its number.
        seq: i64,
        /// Why.
        problem: String,
    },
    /// A batch waits for a service that this version does not know.
    #[error(
        "batch {batch} waits for {turn}, which this version does not know; run the version that handed it over"
    )]
    Turn {
        /// The batch.
        batch: i64,
        /// What the row says.
        turn: String,
    },
    /// Stored configuration does not pass its check any more.
    #[error("stored configuration {key} is not accepted: {problem}; this version cannot read it")]
    Configuration {
        /// The event.
        key: String,
        /// Why.
        problem: String,
    },
}

impl From<tribute_vault::VaultError> for ServiceError {
    fn from(error: tribute_vault::VaultError) -> Self {
        match error {
            tribute_vault::VaultError::Store(error) => Self::Store(error),
            other => Self::Vault(other),
        }
    }
}

impl ServiceError {
    /// Whether a computation refused its input: the same input fails again.
    #[must_use]
    pub const fn is_of_computation(&self) -> bool {
        matches!(
            self,
            Self::Attribution { .. }
                | Self::Commission { .. }
                | Self::Payout { .. }
                | Self::Prize { .. }
                | Self::Ledger(_)
                | Self::Money { .. }
                | Self::Store(tribute_store::StoreError::BalanceOverflow { .. })
        )
    }

    /// Whether the same may succeed later: the database is away, was busy, or two workers crossed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }

    /// Whether another worker has taken over what this one works on.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        matches!(self, Self::Store(tribute_store::StoreError::Stale { .. }))
    }

    pub(crate) fn money(place: impl Into<String>) -> impl FnOnce(tribute_money::MoneyError) -> Self {
        let place = place.into();
        move |source| Self::Money { place, source }
    }

    pub(crate) fn overflow(place: impl Into<String>) -> Self {
        Self::Money { place: place.into(), source: tribute_money::MoneyError::Overflow }
    }

    pub(crate) fn stored(
        table: &'static str,
        key: impl Into<String>,
    ) -> impl FnOnce(serde_json::Error) -> Self {
        let key = key.into();
        move |source| Self::Stored { table, key, source }
    }
}
