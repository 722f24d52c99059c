//! The writer on SQLite: prepared statements on a connection of its own.
//!
//! Each bulk operation prepares one statement, which stays in the connection's cache, and runs it row by row:
//! there is no server to talk to, so that many rows in one statement gain nothing.

use rusqlite::{ErrorCode, Statement};
use sea_orm::{ModelTrait, Value};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::OwnedMutexGuard;

use super::sqlite_values::{bind, bind_all, bind_named, value_at};
use super::{FileWriter, RangeKey, overflow};
use crate::entity::balance;
use crate::layout::{Entity, Field, Layout, assemble};
use crate::sql::{self, OnConflict};
use crate::{Operation, StoreError};

/// The NOT NULL of the column turns an overflow, which would become a real number, into an error.
const ADD_TO_BALANCE: &str = "INSERT INTO balance (brand, account, asset, amount) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (brand, account, asset) DO UPDATE SET amount = \
    CASE WHEN typeof(amount + excluded.amount) = 'integer' THEN amount + excluded.amount END";

/// Runs work that blocks, making room for other tasks where the runtime can.
pub(crate) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// An open transaction on the one connection that writes.
pub(crate) struct SqliteWriter {
    writer: OwnedMutexGuard<FileWriter>,
}

impl SqliteWriter {
    /// Takes the write lock of the file, waiting for other processes as long as the busy timeout allows.
    pub(crate) fn begin(writer: OwnedMutexGuard<FileWriter>) -> Result<Self, StoreError> {
        Self::begun(writer, "BEGIN IMMEDIATE")
    }

    /// Takes no lock: what it sees is what was committed when it first read.
    pub(crate) fn begin_looking(reader: OwnedMutexGuard<FileWriter>) -> Result<Self, StoreError> {
        Self::begun(reader, "BEGIN")
    }

    fn begun(writer: OwnedMutexGuard<FileWriter>, begin: &str) -> Result<Self, StoreError> {
        let begun = blocking(|| writer.connection.execute_batch(begin));
        begun.map_err(|error| StoreError::new(Operation::Begin, "*", error))?;
        Ok(Self { writer })
    }

    pub(super) fn insert<E: Entity>(
        &mut self,
        operation: Operation,
        rows: &[E::Model],
        mode: OnConflict,
    ) -> Result<u64, StoreError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let layout = Layout::<E>::new(operation)?;
        let key = layout.named(&layout.key, operation)?;
        let text = format!(
            "{} VALUES ({}){}",
            sql::insert_into(&layout),
            placeholders(layout.fields.len()),
            sql::on_conflict(&layout, &key, mode)
        );
        self.insert_rows(&layout, &text, rows)
            .map_err(|error| StoreError::new(operation, layout.table, error))
    }

    fn insert_rows<E: Entity>(
        &self,
        layout: &Layout<E>,
        text: &str,
        rows: &[E::Model],
    ) -> rusqlite::Result<u64> {
        let mut statement = self.writer.connection.prepare_cached(text)?;
        let mut written = 0_u64;
        for row in rows {
            for (index, field) in layout.fields.iter().enumerate() {
                bind(&mut statement, index, &row.get(field.column))?;
            }
            written += statement.raw_execute()? as u64;
        }
        Ok(written)
    }

    pub(super) fn delete<E: Entity>(&mut self, keys: &[Vec<Value>]) -> Result<u64, StoreError> {
        if keys.is_empty() {
            return Ok(0);
        }
        let operation = Operation::Delete;
        let layout = Layout::<E>::new(operation)?;
        let columns = layout.named(&layout.key, operation)?;
        layout.check(operation, &columns, keys.iter().map(Vec::as_slice))?;
        let text = format!("DELETE FROM \"{}\" WHERE {}", layout.table, equal(&columns));
        self.delete_rows(&text, keys).map_err(|error| StoreError::new(operation, layout.table, error))
    }

    fn delete_rows(&self, text: &str, keys: &[Vec<Value>]) -> rusqlite::Result<u64> {
        let mut statement = self.writer.connection.prepare_cached(text)?;
        let mut deleted = 0_u64;
        for key in keys {
            bind_all(&mut statement, key)?;
            deleted += statement.raw_execute()? as u64;
        }
        Ok(deleted)
    }

    /// The whole file is locked as long as the transaction lasts, so that rows need no lock of their own.
    pub(super) fn find<E: Entity>(
        &mut self,
        columns: &[E::Column],
        keys: &[Vec<Value>],
        _locked: bool,
    ) -> Result<Vec<E::Model>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let layout = Layout::<E>::new(Operation::Read)?;
        let columns = layout.named(columns, Operation::Read)?;
        layout.check(Operation::Read, &columns, keys.iter().map(Vec::as_slice))?;
        let order = sql::names(&layout.named(&layout.key, Operation::Read)?, "");
        let condition = format!("{} ORDER BY {order}", equal(&columns));
        self.read(&layout, &sql::select_where(&layout, &condition), keys.iter(), |statement, key| {
            bind_all(statement, key)
        })
    }

    pub(super) fn find_between<E: Entity>(
        &mut self,
        columns: &[E::Column],
        range: E::Column,
        keys: &[RangeKey],
    ) -> Result<Vec<E::Model>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let layout = Layout::<E>::new(Operation::Read)?;
        let columns = layout.named(columns, Operation::Read)?;
        layout.check(Operation::Read, &columns, keys.iter().map(|key| key.0.as_slice()))?;
        let range = sql::names(&layout.named(&[range], Operation::Read)?, "");
        let order = sql::names(&layout.named(&layout.key, Operation::Read)?, "");
        let (low, high) = (columns.len() + 1, columns.len() + 2);
        let equal = equal(&columns);
        let condition =
            format!("{equal} AND {range} > ${low} AND {range} <= ${high} ORDER BY {range}, {order}");
        self.read(&layout, &sql::select_where(&layout, &condition), keys.iter(), |statement, key| {
            bind_all(statement, &key.0)?;
            statement.raw_bind_parameter(low, key.1)?;
            statement.raw_bind_parameter(high, key.2)
        })
    }

    pub(super) fn select<E: Entity>(
        &mut self,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<Vec<E::Model>, StoreError> {
        let layout = Layout::<E>::new(Operation::Read)?;
        let text = sql::select_where(&layout, condition);
        self.read(&layout, &text, std::iter::once(&values), |statement, values| bind_named(statement, values))
    }

    /// Runs one query for each key and collects the rows of all.
    fn read<'k, E: Entity, K: 'k>(
        &self,
        layout: &Layout<E>,
        text: &str,
        keys: impl Iterator<Item = &'k K>,
        bind_key: impl Fn(&mut Statement<'_>, &K) -> rusqlite::Result<()>,
    ) -> Result<Vec<E::Model>, StoreError> {
        let failed = |error| StoreError::new(Operation::Read, layout.table, error);
        let mut statement = self.writer.connection.prepare_cached(text).map_err(failed)?;
        let mut found = Vec::new();
        for key in keys {
            bind_key(&mut statement, key).map_err(failed)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(failed)? {
                let model = assemble(&layout.fields, |index, kind| value_at(row, index, kind));
                found
                    .push(model.map_err(|error| StoreError::from_orm(Operation::Read, layout.table, error))?);
            }
        }
        Ok(found)
    }

    /// The one number that a query answers with.
    pub(super) fn number(
        &mut self,
        table: &str,
        text: &str,
        values: Vec<Value>,
    ) -> Result<Option<i64>, StoreError> {
        let read = || {
            let mut statement = self.writer.connection.prepare_cached(text)?;
            bind_named(&mut statement, &values)?;
            let mut rows = statement.raw_query();
            rows.next()?.map_or(Ok(None), |row| row.get(0))
        };
        read().map_err(|error: rusqlite::Error| StoreError::new(Operation::Read, table, error))
    }

    pub(super) fn add_to_balances(&mut self, deltas: &[balance::Model]) -> Result<(), StoreError> {
        let failed = |error| StoreError::new(Operation::AddToBalances, "balance", error);
        let mut statement = self.writer.connection.prepare_cached(ADD_TO_BALANCE).map_err(failed)?;
        for delta in deltas {
            let balance::Model { brand, account, asset, amount } = delta;
            match statement.execute((brand, account, asset, amount)) {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    return Err(overflow(delta));
                }
                result => result.map_err(failed)?,
            };
        }
        Ok(())
    }

    pub(super) fn execute(&mut self, text: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        let run = || {
            let mut statement = self.writer.connection.prepare_cached(text)?;
            bind_named(&mut statement, &values)?;
            statement.raw_execute().map(|changed| changed as u64)
        };
        run().map_err(|error: rusqlite::Error| StoreError::new(Operation::Execute, "*", error))
    }

    pub(super) fn overwrite_deleted(&mut self) -> Result<(), StoreError> {
        let set = self.writer.connection.pragma_update(None, "secure_delete", true);
        set.map_err(|error| StoreError::new(Operation::Execute, "*", error))
    }

    /// Where COMMIT fails, dropping the writer rolls back.
    pub(super) fn commit(self, durable: bool) -> Result<(), StoreError> {
        let committed = self.writer.connection.execute_batch("COMMIT");
        committed.map_err(|error| StoreError::new(Operation::Commit, "*", error))?;
        self.writer.committed();
        if durable { self.writer.sync() } else { Ok(()) }
    }

    pub(super) fn rollback(self) -> Result<(), StoreError> {
        let undone = self.writer.connection.execute_batch("ROLLBACK");
        undone.map_err(|error| StoreError::new(Operation::Execute, "*", error))
    }
}

impl Drop for SqliteWriter {
    fn drop(&mut self) {
        if !self.writer.connection.is_autocommit()
            && let Err(error) = self.writer.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

/// `$1, $2, $3`.
fn placeholders(count: usize) -> String {
    sql::joined((1..=count).map(|number| format!("${number}")), ", ")
}

/// `"a" = $1 AND "b" = $2`.
fn equal<E: Entity>(columns: &[Field<E>]) -> String {
    sql::joined(
        (1..).zip(columns).map(|(number, column)| format!("\"{}\" = ${number}", column.name)),
        " AND ",
    )
}
