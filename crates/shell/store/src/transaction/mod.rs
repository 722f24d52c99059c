//! The one way to write: a transaction with bulk operations that are the same on both databases.

mod checkpoint;
mod file;
mod postgres;
mod postgres_values;
mod sqlite;
mod sqlite_values;

use std::sync::{Mutex, PoisonError};

use sea_orm::{DbBackend, Value};

pub(crate) use file::FileWriter;
pub use file::SETTINGS as SQLITE_SETTINGS;
pub(crate) use postgres::PostgresWriter;
pub(crate) use sqlite::{SqliteWriter, blocking};

use crate::entity::balance;
use crate::layout::{Entity, Layout};
use crate::sql::{self, OnConflict, check_parameters};
use crate::{Operation, StoreError};

/// A transaction that writes. It is rolled back when it is dropped without [`commit`](Self::commit).
///
/// Every call splits its input by itself and does nothing for an empty one. After a call failed, the
/// transaction is good for nothing but to be dropped: each further call reports [`StoreError::Aborted`].
///
/// SQLite has one writer: `begin` waits until the one before is done. On PostgreSQL several may write at once;
/// to keep them from waiting for each other crosswise, hand rows over in ascending order of their keys.
pub struct Transaction {
    writer: Writer,
    failed: bool,
}

enum Writer {
    /// Never locked: it lets a shared borrow of a transaction go to another thread, which can do nothing with it.
    Sqlite(Mutex<SqliteWriter>),
    Postgres(PostgresWriter),
}

/// A key for [`Transaction::find_between`]: the values of the columns, then the bounds of the range, the lower
/// one exclusive, the upper one inclusive.
pub type RangeKey = (Vec<Value>, i64, i64);

/// Runs a call on whichever writer there is and remembers whether it failed, or was cancelled half way.
macro_rules! run {
    ($self:ident, $operation:expr, $writer:ident => $call:expr) => {{
        $self.usable($operation)?;
        $self.failed = true;
        let result = match &mut $self.writer {
            Writer::Sqlite(writer) => {
                let $writer = writer.get_mut().unwrap_or_else(PoisonError::into_inner);
                blocking(|| $call)
            }
            Writer::Postgres($writer) => $call.await,
        };
        $self.failed = result.is_err();
        result
    }};
}

impl Transaction {
    pub(crate) fn sqlite(writer: SqliteWriter) -> Self {
        Self { writer: Writer::Sqlite(Mutex::new(writer)), failed: false }
    }

    pub(crate) fn postgres(writer: PostgresWriter) -> Self {
        Self { writer: Writer::Postgres(writer), failed: false }
    }

    /// Which database it writes to.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        match self.writer {
            Writer::Sqlite(_) => DbBackend::Sqlite,
            Writer::Postgres(_) => DbBackend::Postgres,
        }
    }

    /// Inserts new rows.
    ///
    /// # Errors
    /// Where a row is there already ([`StoreError::is_conflict`]), or the database fails.
    pub async fn insert<E: Entity>(&mut self, rows: &[E::Model]) -> Result<(), StoreError> {
        self.write::<E>(Operation::Insert, rows, OnConflict::Fail).await.map(drop)
    }

    /// Inserts those rows that break no primary key and no unique index, and says how many these were. Of rows
    /// that break it among each other the first one is taken.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn insert_new<E: Entity>(&mut self, rows: &[E::Model]) -> Result<u64, StoreError> {
        self.write::<E>(Operation::Insert, rows, OnConflict::Skip).await
    }

    /// Inserts rows, or replaces all columns of those whose primary key is there already. No key may come twice
    /// in one call: PostgreSQL refuses that, SQLite lets the last one win.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn upsert<E: Entity>(&mut self, rows: &[E::Model]) -> Result<(), StoreError> {
        self.write::<E>(Operation::Upsert, rows, OnConflict::Replace).await.map(drop)
    }

    async fn write<E: Entity>(
        &mut self,
        operation: Operation,
        rows: &[E::Model],
        mode: OnConflict,
    ) -> Result<u64, StoreError> {
        run!(self, operation, writer => writer.insert::<E>(operation, rows, mode))
    }

    /// Deletes rows by their full primary keys, and says how many were there.
    ///
    /// # Errors
    /// Where a key does not fit the primary key's columns, or the database fails.
    pub async fn delete<E: Entity>(&mut self, keys: &[Vec<Value>]) -> Result<u64, StoreError> {
        run!(self, Operation::Delete, writer => writer.delete::<E>(keys))
    }

    /// The rows whose `columns` equal one of the keys, in the order of the keys as given and then of the primary
    /// key. A key that is given twice is answered twice; a NULL equals nothing.
    ///
    /// # Errors
    /// Where a key does not fit the columns, or the database fails.
    pub async fn find<E: Entity>(
        &mut self,
        columns: &[E::Column],
        keys: &[Vec<Value>],
    ) -> Result<Vec<E::Model>, StoreError> {
        run!(self, Operation::Read, writer => writer.find::<E>(columns, keys, false))
    }

    /// As [`find`](Self::find), and nobody else can change the rows until the transaction ends.
    ///
    /// # Errors
    /// As for [`find`](Self::find).
    pub async fn find_locked<E: Entity>(
        &mut self,
        columns: &[E::Column],
        keys: &[Vec<Value>],
    ) -> Result<Vec<E::Model>, StoreError> {
        run!(self, Operation::Read, writer => writer.find::<E>(columns, keys, true))
    }

    /// The rows whose `columns` equal a key and whose `range` lies above its low bound and not above its high
    /// bound, in the order of the keys as given, then of `range`, then of the primary key.
    ///
    /// # Errors
    /// Where a key does not fit the columns, or the database fails.
    pub async fn find_between<E: Entity>(
        &mut self,
        columns: &[E::Column],
        range: E::Column,
        keys: &[RangeKey],
    ) -> Result<Vec<E::Model>, StoreError> {
        run!(self, Operation::Read, writer => writer.find_between::<E>(columns, range, keys))
    }

    /// The rows that meet a condition: `select::<E>("brand = $1 AND at > $2 ORDER BY at", …)`.
    ///
    /// The text is what follows WHERE. Parameters are `$1`, `$2` … on both databases, each used at least once;
    /// names that are words of SQL need quotes. A partial index is used where its condition stands in the text
    /// as it stands in the index (`NOT cleared`).
    ///
    /// # Errors
    /// Where the text is wrong, or the database fails.
    pub async fn select<E: Entity>(
        &mut self,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<Vec<E::Model>, StoreError> {
        check_parameters(Operation::Read, condition, &values)?;
        run!(self, Operation::Read, writer => writer.select::<E>(condition, values))
    }

    /// The highest value of a number column among the rows that meet a condition, as for
    /// [`select`](Self::select); `TRUE` for all rows. None where there is no such row.
    ///
    /// # Errors
    /// Where the text is wrong, or the database fails.
    pub async fn highest<E: Entity>(
        &mut self,
        column: E::Column,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<Option<i64>, StoreError> {
        check_parameters(Operation::Read, condition, &values)?;
        let layout = Layout::<E>::new(Operation::Read)?;
        let text = sql::highest(&layout, &layout.named(&[column], Operation::Read)?, condition);
        run!(self, Operation::Read, writer => writer.number(layout.table, &text, values))
    }

    /// How many rows meet a condition, as for [`select`](Self::select).
    ///
    /// # Errors
    /// Where the text is wrong, or the database fails.
    pub async fn count<E: Entity>(
        &mut self,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<usize, StoreError> {
        check_parameters(Operation::Read, condition, &values)?;
        let layout = Layout::<E>::new(Operation::Read)?;
        let text = sql::count(&layout, condition);
        let counted = run!(self, Operation::Read, writer => writer.number(layout.table, &text, values))?;
        Ok(counted.and_then(|count| usize::try_from(count).ok()).unwrap_or(0))
    }

    /// The clock of the database at this moment, ms UTC.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn now(&mut self) -> Result<i64, StoreError> {
        let text = format!("SELECT {}", sql::now(self.backend()));
        let now = run!(self, Operation::Read, writer => writer.number("*", &text, Vec::new()))?;
        Ok(now.unwrap_or_default())
    }

    /// Adds each amount to the balance of its brand, account and asset, which is made where it is absent. Amounts
    /// for the same balance are added up first. Balances are locked in ascending order of their keys, so that
    /// two writers never wait for each other.
    ///
    /// # Errors
    /// [`StoreError::BalanceOverflow`] where a balance leaves the range of a 64-bit integer; or the database
    /// fails.
    pub async fn add_to_balances(&mut self, deltas: &[balance::Model]) -> Result<(), StoreError> {
        self.usable(Operation::AddToBalances)?;
        let sums = add_up(deltas)?;
        run!(self, Operation::AddToBalances, writer => writer.add_to_balances(&sums))
    }

    /// Runs a statement of your own and says how many rows it changed. Parameters are `$1`, `$2` … on both
    /// databases, each used at least once.
    ///
    /// # Errors
    /// Where the text is wrong, or the database fails.
    pub async fn execute(&mut self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        check_parameters(Operation::Execute, sql, &values)?;
        run!(self, Operation::Execute, writer => writer.execute(sql, values))
    }

    /// From now on whatever is deleted or replaced by this connection is overwritten on the disk as well: for what nobody
    /// may find again. PostgreSQL keeps old rows until they are vacuumed, see
    /// [`Database::scrub`](crate::Database::scrub).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn overwrite_deleted(&mut self) -> Result<(), StoreError> {
        self.usable(Operation::Execute)?;
        match &mut self.writer {
            Writer::Sqlite(writer) => {
                writer.get_mut().unwrap_or_else(PoisonError::into_inner).overwrite_deleted()
            }
            Writer::Postgres(_) => Ok(()),
        }
    }

    /// Makes everything durable and visible at once.
    ///
    /// # Errors
    /// Where an earlier call failed, or the database does. Where the connection was lost meanwhile, the
    /// transaction may have been committed or not: read the position to know.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.finish(true).await
    }

    /// Makes everything visible at once, and survives the end of this process. Until the next
    /// [`commit`](Self::commit) or [`Database::sync`](crate::Database::sync) the machine may lose it with its power:
    /// this transaction and all after it, never a part of one. For input that is still at hand then.
    ///
    /// # Errors
    /// As for [`commit`](Self::commit).
    pub async fn commit_ahead(self) -> Result<(), StoreError> {
        self.finish(false).await
    }

    async fn finish(self, durable: bool) -> Result<(), StoreError> {
        self.usable(Operation::Commit)?;
        match self.writer {
            Writer::Sqlite(writer) => blocking(|| unlocked(writer).commit(durable)),
            Writer::Postgres(writer) => writer.commit().await,
        }
    }

    /// Undoes everything, as dropping it does, but reports whether that worked.
    ///
    /// # Errors
    /// Where the database fails; the transaction is undone all the same.
    pub async fn rollback(self) -> Result<(), StoreError> {
        match self.writer {
            Writer::Sqlite(writer) => blocking(|| unlocked(writer).rollback()),
            Writer::Postgres(writer) => writer.rollback().await,
        }
    }

    fn usable(&self, operation: Operation) -> Result<(), StoreError> {
        if self.failed { Err(StoreError::Aborted { operation }) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let backend = self.backend();
        formatter
            .debug_struct("Transaction")
            .field("backend", &backend)
            .field("failed", &self.failed)
            .finish()
    }
}

fn unlocked(writer: Mutex<SqliteWriter>) -> SqliteWriter {
    writer.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// One delta for each balance, in ascending order of the keys.
fn add_up(deltas: &[balance::Model]) -> Result<Vec<balance::Model>, StoreError> {
    let mut sorted: Vec<_> = deltas.iter().collect();
    sorted.sort_by_key(|delta| (&delta.brand, &delta.account, &delta.asset));
    let mut sums: Vec<balance::Model> = Vec::with_capacity(sorted.len());
    for delta in sorted {
        match sums.last_mut() {
            Some(sum) if same_balance(sum, delta) => {
                sum.amount = sum.amount.checked_add(delta.amount).ok_or_else(|| overflow(delta))?;
            }
            _ => sums.push(delta.clone()),
        }
    }
    Ok(sums)
}

fn same_balance(one: &balance::Model, other: &balance::Model) -> bool {
    (&one.brand, &one.account, &one.asset) == (&other.brand, &other.account, &other.asset)
}

fn overflow(delta: &balance::Model) -> StoreError {
    let balance::Model { brand, account, asset, .. } = delta;
    StoreError::BalanceOverflow { account: format!("{brand} {account} {asset}") }
}
