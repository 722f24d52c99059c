//! Whether the books are what was booked.
//!
//! [`verify`] reads one state of the database from end to end and reports each check with the first record that
//! fails it. [`replay`](replay()) rebuilds everything from the event log in a database of its own and compares
//! row by row, byte by byte.
//!
//! Nothing is held in memory as a whole but one state per brand and asset: sorting and grouping are the
//! database's work.

mod accounts;
mod anchor;
mod balances;
mod causes;
mod check;
mod compare;
mod earnings;
mod intake;
mod journal;
mod log;
mod payouts;
mod periods;
mod replay;

use sea_orm::{AccessMode, DatabaseTransaction, DbBackend, IsolationLevel, TransactionTrait};
use tribute_ledger::Anchor;
use tribute_store::Database;

pub use anchor::AnchorCheck;
pub use check::{Check, JournalHead, Progress, Verification};
pub use compare::TableComparison;
pub use replay::{Replay, replay};

use crate::ReportError;

/// Tells how far it has come.
pub type OnProgress<'p> = &'p mut (dyn FnMut(Progress) + Send);

/// Checks the books.
///
/// # Errors
/// Where the database is away. What is wrong with the books is no error: see [`Verification::is_ok`].
pub async fn verify(database: &Database, progress: OnProgress<'_>) -> Result<Verification, ReportError> {
    verify_with(database, &[], progress).await
}

/// Checks the books, and whether these heads, which were printed once, lie on the chains.
///
/// # Errors
/// As for [`verify`].
pub async fn verify_with(
    database: &Database,
    anchors: &[Anchor],
    progress: OnProgress<'_>,
) -> Result<Verification, ReportError> {
    let source = snapshot(database).await?;
    let mut found = Verification::default();
    journal::check(&source, anchors, &mut found, progress).await?;
    periods::check(&source, &mut found, progress).await?;
    balances::check(&source, &mut found, progress).await?;
    accounts::check(&source, &mut found, progress).await?;
    payouts::check(&source, &mut found, progress).await?;
    earnings::check(&source, &mut found, progress).await?;
    intake::check(&source, &mut found, progress).await?;
    log::check(&source, &mut found, progress).await?;
    causes::check(&source, &mut found, progress).await?;
    source.rollback().await.map_err(ReportError::read("*"))?;
    Ok(found)
}

/// One state of the database, whatever is written meanwhile.
pub(crate) async fn snapshot(database: &Database) -> Result<DatabaseTransaction, ReportError> {
    let connection = database.connection();
    let begun = if database.backend() == DbBackend::Postgres {
        connection.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await
    } else {
        connection.begin().await
    };
    begun.map_err(ReportError::read("*"))
}
