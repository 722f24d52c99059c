//! What can go wrong in the store, and whether it is worth trying again.

use std::fmt;

use sea_orm::{DbErr, RuntimeErr};

/// What the store was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Connecting, or creating the file.
    Open,
    /// Bringing the tables up to date.
    Migrate,
    /// Beginning a transaction.
    Begin,
    /// `insert` or `insert_new`.
    Insert,
    /// `upsert`.
    Upsert,
    /// `delete`.
    Delete,
    /// `find`, `find_locked`, `find_between`, `highest` or `select`.
    Read,
    /// `add_to_balances`.
    AddToBalances,
    /// `execute`.
    Execute,
    /// Committing a transaction.
    Commit,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "open",
            Self::Migrate => "migrate",
            Self::Begin => "begin",
            Self::Insert => "insert",
            Self::Upsert => "upsert",
            Self::Delete => "delete",
            Self::Read => "read",
            Self::AddToBalances => "add to balances",
            Self::Execute => "execute",
            Self::Commit => "commit",
        })
    }
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database said no.
    #[error("{operation} on {table}: {source}")]
    Database {
        /// What the store was doing.
        operation: Operation,
        /// On which table; `*` for the database as a whole.
        table: String,
        /// What the database said.
        source: Cause,
    },
    /// Neither `postgres://…`, nor `sqlite:PATH`, nor a path.
    #[error("cannot open {url:?}: {reason}")]
    Url {
        /// The address, without a password.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The database belongs to a newer release of this program.
    #[error(
        "the database has migrations that this program does not know ({found}); it knows them up to {known}: use the \
         release that made them, or one that is newer"
    )]
    NewerSchema {
        /// What the database has beyond.
        found: String,
        /// The newest migration that this program knows.
        known: String,
    },
    /// A balance would leave the range of a 64-bit integer.
    #[error("a balance overflows: {account}; split the batch, and look for a wrong amount")]
    BalanceOverflow {
        /// Brand, account and asset where they are known, otherwise how many balances were in the call.
        account: String,
    },
    /// A key has too few or too many values, or a value is of another type than its column.
    #[error("{operation} on {table}: {detail}")]
    Misuse {
        /// What the store was doing.
        operation: Operation,
        /// On which table.
        table: String,
        /// What does not fit.
        detail: String,
    },
    /// Another worker has taken the source over, or moved it on: nothing of the batch may be written.
    #[error("{name}/{partition} is no longer ours in epoch {epoch} at {from}; another worker has it")]
    Stale {
        /// The source.
        name: String,
        /// Its partition.
        partition: i64,
        /// The epoch of the worker that came too late.
        epoch: i64,
        /// Where that worker believed the position to be.
        from: i64,
    },
    /// An earlier call in this transaction failed, so that nothing more can be done in it: drop it, begin anew.
    #[error("{operation}: an earlier call in this transaction failed; begin a new one")]
    Aborted {
        /// What was asked of it.
        operation: Operation,
    },
}

/// What the driver reported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// From SQLite, by the writer's connection.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// From PostgreSQL, by the writer's connection.
    #[error(transparent)]
    Postgres(#[from] sqlx::Error),
    /// From either, through sea-orm.
    #[error(transparent)]
    Orm(#[from] DbErr),
    /// From the disk.
    #[error(transparent)]
    Disk(#[from] std::io::Error),
}

impl StoreError {
    pub(crate) fn new(operation: Operation, table: &str, source: impl Into<Cause>) -> Self {
        Self::Database { operation, table: table.to_owned(), source: source.into() }
    }

    /// Wraps what a query through [`Database::connection`](crate::Database::connection) reported.
    #[must_use]
    pub fn from_orm(operation: Operation, table: &str, source: DbErr) -> Self {
        Self::new(operation, table, source)
    }

    pub(crate) fn misuse(operation: Operation, table: &str, detail: impl Into<String>) -> Self {
        Self::Misuse { operation, table: table.to_owned(), detail: detail.into() }
    }

    /// Whether the same work may succeed in a new transaction: the database was busy, two writers crossed, or
    /// the connection was lost. After a lost COMMIT read the position before repeating anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database { source, .. } => source.is_transient(),
            Self::Url { .. }
            | Self::NewerSchema { .. }
            | Self::BalanceOverflow { .. }
            | Self::Misuse { .. }
            | Self::Stale { .. }
            | Self::Aborted { .. } => false,
        }
    }

    /// Whether a statement waited for a lock as long as it may.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        matches!(self, Self::Database { source, .. } if source.is_lock_timeout())
    }

    /// Whether a row with the same primary key or unique columns was there already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Database { source, .. } if source.is_conflict())
    }
}

impl Cause {
    fn is_transient(&self) -> bool {
        match self {
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
            ),
            Self::Postgres(error) => transient_sqlx(error),
            Self::Disk(_) => false,
            Self::Orm(error) => {
                orm_source(error).map_or_else(|| matches!(error, DbErr::ConnectionAcquire(_)), transient_sqlx)
            }
        }
    }

    fn is_conflict(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => matches!(
                failure.extended_code,
                rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                    | rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                    | rusqlite::ffi::SQLITE_CONSTRAINT_ROWID
            ),
            Self::Sqlite(_) | Self::Disk(_) => false,
            Self::Postgres(error) => unique_sqlx(error),
            Self::Orm(error) => orm_source(error).is_some_and(unique_sqlx),
        }
    }

    /// PostgreSQL's `lock_not_available`.
    fn is_lock_timeout(&self) -> bool {
        let source = match self {
            Self::Postgres(error) => Some(error),
            Self::Orm(error) => orm_source(error),
            Self::Sqlite(_) | Self::Disk(_) => None,
        };
        source.and_then(code).as_deref() == Some("55P03")
    }

    /// PostgreSQL's `numeric_value_out_of_range`.
    pub(crate) fn is_out_of_range(&self) -> bool {
        matches!(self, Self::Postgres(error) if code(error).as_deref() == Some("22003"))
    }
}

fn orm_source(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(source))
        | DbErr::Exec(RuntimeErr::SqlxError(source))
        | DbErr::Query(RuntimeErr::SqlxError(source)) => Some(source),
        _ => None,
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(Into::into)
}

fn unique_sqlx(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// Codes of SQLite are its extended result codes in decimal, whose low byte is the primary code.
fn transient_sqlx(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(failure) => failure.code().is_some_and(|code| transient_code(&code)),
        _ => false,
    }
}

fn transient_code(code: &str) -> bool {
    if code.len() == 5 {
        let crossed = matches!(code, "40001" | "40P01" | "40003" | "55P03" | "25P03" | "25006" | "57014");
        return crossed || ["08", "53", "57P0"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<i32>()
        .is_ok_and(|code| matches!(code & 0xff, rusqlite::ffi::SQLITE_BUSY | rusqlite::ffi::SQLITE_LOCKED))
}

#[cfg(test)]
mod tests {
    use super::{Operation, StoreError, transient_code};

    #[test]
    fn codes_that_are_worth_another_try() {
        for code in
            ["40001", "40P01", "55P03", "25P03", "53100", "08006", "57P01", "57P03", "5", "6", "517", "261"]
        {
            assert!(transient_code(code), "{code}");
        }
        for code in ["23505", "22003", "25P02", "42601", "19", "2067", ""] {
            assert!(!transient_code(code), "{code}");
        }
    }

    #[test]
    fn a_message_names_operation_and_table() {
        let busy =
            rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None);
        let error = StoreError::new(Operation::Upsert, "touch", busy);
        assert!(error.is_transient());
        assert!(error.to_string().starts_with("upsert on touch: "), "{error}");
    }
}
