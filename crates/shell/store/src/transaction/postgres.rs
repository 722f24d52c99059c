//! The writer on PostgreSQL: whole columns as arrays, one statement for some thousand rows.

use sea_orm::{ModelTrait, Value};
use sqlx::postgres::{PgArguments, PgPool};
use sqlx::{Arguments, AssertSqlSafe, Row};

use super::RangeKey;
use super::postgres_values::{add_array, balance_arrays, key_arrays, scalars, value_at};
use crate::entity::balance;
use crate::layout::{Entity, Field, Layout, assemble};
use crate::sql::{self, OnConflict};
use crate::{Operation, StoreError};

/// Rows in one statement. More gain nothing, and a message has a limit of 1 GB.
const CHUNK: usize = 4_000;

const ADD_TO_BALANCES: &str = "INSERT INTO balance (brand, account, asset, amount) \
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) \
    ON CONFLICT (brand, account, asset) DO UPDATE SET amount = balance.amount + excluded.amount";

/// An open transaction on a connection of the writers' pool.
pub(crate) struct PostgresWriter {
    transaction: sqlx::Transaction<'static, sqlx::Postgres>,
}

impl PostgresWriter {
    pub(crate) async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        let begun = pool.begin().await;
        begun
            .map(|transaction| Self { transaction })
            .map_err(|error| StoreError::new(Operation::Begin, "*", error))
    }

    pub(super) async fn insert<E: Entity>(
        &mut self,
        operation: Operation,
        rows: &[E::Model],
        mode: OnConflict,
    ) -> Result<u64, StoreError> {
        let layout = Layout::<E>::new(operation)?;
        let key = layout.named(&layout.key, operation)?;
        let (into, conflict) = (sql::insert_into(&layout), sql::on_conflict(&layout, &key, mode));
        let text = format!("{into} SELECT * FROM unnest({}){conflict}", arrays(&layout.fields));
        let mut written = 0;
        for chunk in rows.chunks(CHUNK) {
            let mut arguments = PgArguments::default();
            for field in &layout.fields {
                let values = chunk.iter().map(|row| row.get(field.column));
                add_array(&mut arguments, field.kind, values)
                    .map_err(|error| StoreError::new(operation, layout.table, error))?;
            }
            written += self.run(operation, layout.table, &text, arguments).await?;
        }
        Ok(written)
    }

    pub(super) async fn delete<E: Entity>(&mut self, keys: &[Vec<Value>]) -> Result<u64, StoreError> {
        let operation = Operation::Delete;
        let layout = Layout::<E>::new(operation)?;
        let columns = layout.named(&layout.key, operation)?;
        layout.check(operation, &columns, keys.iter().map(Vec::as_slice))?;
        let (keys_as, on) = (keys_as(&columns), matching(&columns));
        let text = format!(
            "DELETE FROM \"{}\" AS t USING unnest({}) AS k({keys_as}) WHERE {on}",
            layout.table,
            arrays(&columns)
        );
        let mut deleted = 0;
        for chunk in keys.chunks(CHUNK) {
            let arguments =
                key_arrays(&layout, &columns, operation, |index| chunk.iter().map(move |key| &key[index]))?;
            deleted += self.run(operation, layout.table, &text, arguments).await?;
        }
        Ok(deleted)
    }

    pub(super) async fn find<E: Entity>(
        &mut self,
        columns: &[E::Column],
        keys: &[Vec<Value>],
        locked: bool,
    ) -> Result<Vec<E::Model>, StoreError> {
        let layout = Layout::<E>::new(Operation::Read)?;
        let columns = layout.named(columns, Operation::Read)?;
        layout.check(Operation::Read, &columns, keys.iter().map(Vec::as_slice))?;
        let text = by_keys(&layout, &columns, &layout.named(&layout.key, Operation::Read)?, locked);
        let mut found = Vec::new();
        for chunk in keys.chunks(CHUNK) {
            let column = |index: usize| chunk.iter().map(move |key| &key[index]);
            let arguments = key_arrays(&layout, &columns, Operation::Read, column)?;
            found.append(&mut self.read(&layout, &text, arguments).await?);
        }
        Ok(found)
    }

    pub(super) async fn find_between<E: Entity>(
        &mut self,
        columns: &[E::Column],
        range: E::Column,
        keys: &[RangeKey],
    ) -> Result<Vec<E::Model>, StoreError> {
        let layout = Layout::<E>::new(Operation::Read)?;
        let columns = layout.named(columns, Operation::Read)?;
        layout.check(Operation::Read, &columns, keys.iter().map(|key| key.0.as_slice()))?;
        let text = between(&layout, &columns, &layout.named(&[range], Operation::Read)?)?;
        let mut found = Vec::new();
        for chunk in keys.chunks(CHUNK) {
            let column = |index: usize| chunk.iter().map(move |key| &key.0[index]);
            let mut arguments = key_arrays(&layout, &columns, Operation::Read, column)?;
            let failed = |error| StoreError::new(Operation::Read, layout.table, sqlx::Error::Encode(error));
            arguments.add(chunk.iter().map(|key| key.1).collect::<Vec<_>>()).map_err(failed)?;
            arguments.add(chunk.iter().map(|key| key.2).collect::<Vec<_>>()).map_err(failed)?;
            found.append(&mut self.read(&layout, &text, arguments).await?);
        }
        Ok(found)
    }

    pub(super) async fn select<E: Entity>(
        &mut self,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<Vec<E::Model>, StoreError> {
        let layout = Layout::<E>::new(Operation::Read)?;
        let arguments = scalars(Operation::Read, layout.table, values)?;
        self.read(&layout, &sql::select_where(&layout, condition), arguments).await
    }

    /// The one number that a query answers with.
    pub(super) async fn number(
        &mut self,
        table: &str,
        text: &str,
        values: Vec<Value>,
    ) -> Result<Option<i64>, StoreError> {
        let arguments = scalars(Operation::Read, table, values)?;
        let query = sqlx::query_with(AssertSqlSafe(text.to_owned()), arguments);
        let read = query.fetch_one(&mut *self.transaction).await.and_then(|row| row.try_get(0));
        read.map_err(|error| StoreError::new(Operation::Read, table, error))
    }

    pub(super) async fn add_to_balances(&mut self, deltas: &[balance::Model]) -> Result<(), StoreError> {
        for chunk in deltas.chunks(CHUNK) {
            let arguments = balance_arrays(chunk).map_err(|error| {
                StoreError::new(Operation::AddToBalances, "balance", sqlx::Error::Encode(error))
            })?;
            match self.run(Operation::AddToBalances, "balance", ADD_TO_BALANCES, arguments).await {
                Err(StoreError::Database { source, .. }) if source.is_out_of_range() => {
                    return Err(StoreError::BalanceOverflow { account: format!("one of {}", chunk.len()) });
                }
                result => result?,
            };
        }
        Ok(())
    }

    pub(super) async fn execute(&mut self, text: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        let arguments = scalars(Operation::Execute, "*", values)?;
        self.run(Operation::Execute, "*", text, arguments).await
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        let committed = self.transaction.commit().await;
        committed.map_err(|error| StoreError::new(Operation::Commit, "*", error))
    }

    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        let undone = self.transaction.rollback().await;
        undone.map_err(|error| StoreError::new(Operation::Execute, "*", error))
    }

    async fn run(
        &mut self,
        operation: Operation,
        table: &str,
        text: &str,
        arguments: PgArguments,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query_with(AssertSqlSafe(text.to_owned()), arguments);
        let done = query.execute(&mut *self.transaction).await;
        done.map(|done| done.rows_affected()).map_err(|error| StoreError::new(operation, table, error))
    }

    async fn read<E: Entity>(
        &mut self,
        layout: &Layout<E>,
        text: &str,
        arguments: PgArguments,
    ) -> Result<Vec<E::Model>, StoreError> {
        let query = sqlx::query_with(AssertSqlSafe(text.to_owned()), arguments);
        let rows = query.fetch_all(&mut *self.transaction).await;
        let rows = rows.map_err(|error| StoreError::new(Operation::Read, layout.table, error))?;
        let models =
            rows.iter().map(|row| assemble(&layout.fields, |index, kind| value_at(row, index, kind)));
        models
            .collect::<Result<_, _>>()
            .map_err(|error| StoreError::from_orm(Operation::Read, layout.table, error))
    }
}

/// `$1::text[], $2::bigint[]`.
fn arrays<E: Entity>(fields: &[Field<E>]) -> String {
    let casts = (1..).zip(fields).map(|(number, field)| format!("${number}::{}", field.kind.array()));
    sql::joined(casts, ", ")
}

/// `c1, c2`: the names of the columns of keys.
fn keys_as<E: Entity>(columns: &[Field<E>]) -> String {
    sql::joined((1..=columns.len()).map(|number| format!("c{number}")), ", ")
}

/// `t."a" = k.c1 AND t."b" = k.c2`.
fn matching<E: Entity>(columns: &[Field<E>]) -> String {
    let equal = (1..).zip(columns).map(|(number, column)| format!("t.\"{}\" = k.c{number}", column.name));
    sql::joined(equal, " AND ")
}

/// The query of `find`.
///
/// Where the keys begin the primary key, the rows of each are asked for in that key's order, which its index alone has.
/// A plan that was made while the table was empty would otherwise take any index that begins alike, and stay: with a
/// program's 20,000 orders under one brand a batch of 2,000 took 50 s.
fn by_keys<E: Entity>(layout: &Layout<E>, columns: &[Field<E>], key: &[Field<E>], locked: bool) -> String {
    let (fields, order) = (sql::names(&layout.fields, "t."), sql::names(key, "t."));
    let (arrays, keys_as, matching) = (arrays(columns), keys_as(columns), matching(columns));
    let table = layout.table;
    let keys = format!("unnest({arrays}) WITH ORDINALITY AS k({keys_as}, n)");
    let begins = key.iter().take(columns.len()).all(|it| columns.iter().any(|column| column.name == it.name));
    if begins && columns.len() <= key.len() {
        let lock = if locked { " FOR UPDATE" } else { "" };
        let rows = format!("SELECT * FROM \"{table}\" AS t WHERE {matching} ORDER BY {order}{lock}");
        return format!("SELECT {fields} FROM {keys} CROSS JOIN LATERAL ({rows}) AS t ORDER BY k.n, {order}");
    }
    let lock = if locked { " FOR UPDATE OF t" } else { "" };
    format!("SELECT {fields} FROM {keys} JOIN \"{table}\" AS t ON {matching} ORDER BY k.n, {order}{lock}")
}

/// The query of `find_between`. As in [`by_keys`], only the index that the range belongs to has the order of the rows.
fn between<E: Entity>(
    layout: &Layout<E>,
    columns: &[Field<E>],
    range: &[Field<E>],
) -> Result<String, StoreError> {
    let order = sql::names(&layout.named(&layout.key, Operation::Read)?, "t.");
    let (low, high, range) = (columns.len() + 1, columns.len() + 2, sql::names(range, "t."));
    Ok(format!(
        "SELECT {} FROM unnest({}, ${low}::bigint[], ${high}::bigint[]) WITH ORDINALITY AS k({}, low, high, n) \
         CROSS JOIN LATERAL (SELECT * FROM \"{}\" AS t WHERE {} AND {range} > k.low AND {range} <= k.high \
         ORDER BY {range}) AS t ORDER BY k.n, {range}, {order}",
        sql::names(&layout.fields, "t."),
        arrays(columns),
        keys_as(columns),
        layout.table,
        matching(columns),
    ))
}
