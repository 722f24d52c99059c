use tribute_events::Timestamp;
use tribute_formats::books::BooksError;
use tribute_money::{Asset, MoneyError, format_minor};

/// Why a report, an explanation or a verification could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The database refused or is away.
    #[error("reading {table}: {source}")]
    Read {
        /// The table, or what was read of it.
        table: &'static str,
        /// What the database said.
        source: sea_orm::DbErr,
    },
    /// The store could not be opened, or its writer is away.
    #[error(transparent)]
    Store(#[from] tribute_store::StoreError),
    /// A service could not do its part: a live standing, or the replay.
    #[error(transparent)]
    Service(#[from] tribute_services::ServiceError),
    /// What is stored cannot be read back.
    #[error("{table} {key} holds something that cannot be read: {problem}; run `tribute verify`")]
    Stored {
        /// The table.
        table: &'static str,
        /// The row.
        key: String,
        /// What is wrong.
        problem: String,
    },
    /// Nothing was ever booked for this brand.
    #[error("brand {brand} has no ledger; `tribute ledger balances` shows the brands that have one")]
    NoLedger {
        /// The brand.
        brand: String,
    },
    /// The books of the brand know nothing of this person.
    #[error("brand {brand} has booked nothing for ambassador {ambassador}; see `tribute report balances`")]
    NoAmbassador {
        /// The brand.
        brand: String,
        /// The ambassador.
        ambassador: String,
    },
    /// The books could not be written for accountants.
    #[error(transparent)]
    Books(BooksError),
    /// What was found could not be written out.
    #[error("writing the report: {0}")]
    Write(#[from] std::io::Error),
}

impl From<BooksError> for ReportError {
    /// Output that is closed is the same, whatever was written to it.
    fn from(error: BooksError) -> Self {
        match error {
            BooksError::Write(why) => Self::Write(why),
            other => Self::Books(other),
        }
    }
}

impl ReportError {
    pub(crate) fn read(table: &'static str) -> impl FnOnce(sea_orm::DbErr) -> Self {
        move |source| Self::Read { table, source }
    }

    pub(crate) fn stored(table: &'static str, key: &str, problem: &impl ToString) -> Self {
        Self::Stored { table, key: key.to_owned(), problem: problem.to_string() }
    }
}

/// A stored asset.
pub(crate) fn asset(table: &'static str, text: &str) -> Result<Asset, ReportError> {
    text.parse().map_err(|why: MoneyError| ReportError::stored(table, text, &why))
}

/// Minor units of a stored asset as people read them.
pub(crate) fn money(table: &'static str, minor: i64, of: &str) -> Result<String, ReportError> {
    format_minor(minor, &asset(table, of)?).map_err(|why| ReportError::stored(table, of, &why))
}

/// A stored JSON text.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    table: &'static str,
    key: &str,
    text: &str,
) -> Result<T, ReportError> {
    serde_json::from_str(text).map_err(|why| ReportError::stored(table, key, &why))
}

/// A stored instant.
pub(crate) const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}
