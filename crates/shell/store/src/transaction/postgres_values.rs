//! Values on their way into and out of PostgreSQL.

use sea_orm::sea_query::ValueType;
use sea_orm::{DbErr, Value};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{Arguments, Row};

use crate::entity::balance;
use crate::layout::{Entity, Field, Kind, Layout};
use crate::{Operation, StoreError};

/// An array for each column of the keys; `column` gives the values of one.
pub(super) fn key_arrays<'k, E: Entity, I: Iterator<Item = &'k Value>>(
    layout: &Layout<E>,
    columns: &[Field<E>],
    operation: Operation,
    column: impl Fn(usize) -> I,
) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    for (index, field) in columns.iter().enumerate() {
        add_array(&mut arguments, field.kind, column(index).cloned())
            .map_err(|error| StoreError::new(operation, layout.table, error))?;
    }
    Ok(arguments)
}

pub(super) fn add_array(
    arguments: &mut PgArguments,
    kind: Kind,
    values: impl Iterator<Item = Value>,
) -> Result<(), sqlx::Error> {
    let added = match kind {
        Kind::Integer => arguments.add(options::<i64>(values)?),
        Kind::Text => arguments.add(options::<String>(values)?),
        Kind::Boolean => arguments.add(options::<bool>(values)?),
        Kind::Bytes => arguments.add(options::<Vec<u8>>(values)?),
    };
    added.map_err(sqlx::Error::Encode)
}

fn options<T>(values: impl Iterator<Item = Value>) -> Result<Vec<Option<T>>, sqlx::Error>
where
    Option<T>: ValueType,
{
    let read = values.map(<Option<T> as ValueType>::try_from).collect::<Result<_, _>>();
    read.map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

pub(super) fn balance_arrays(deltas: &[balance::Model]) -> Result<PgArguments, sqlx::error::BoxDynError> {
    let mut arguments = PgArguments::default();
    arguments.add(deltas.iter().map(|delta| delta.brand.as_str()).collect::<Vec<_>>())?;
    arguments.add(deltas.iter().map(|delta| delta.account.as_str()).collect::<Vec<_>>())?;
    arguments.add(deltas.iter().map(|delta| delta.asset.as_str()).collect::<Vec<_>>())?;
    arguments.add(deltas.iter().map(|delta| delta.amount).collect::<Vec<_>>())?;
    Ok(arguments)
}

/// The parameters of a free text.
pub(super) fn scalars(
    operation: Operation,
    table: &str,
    values: Vec<Value>,
) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::BigInt(value) => arguments.add(value),
            Value::Int(value) => arguments.add(value.map(i64::from)),
            Value::Bool(value) => arguments.add(value),
            Value::String(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            other => {
                return Err(StoreError::misuse(operation, table, format!("the store binds no {other:?}")));
            }
        };
        added.map_err(|error| StoreError::new(operation, table, sqlx::Error::Encode(error)))?;
    }
    Ok(arguments)
}

pub(super) fn value_at(row: &PgRow, index: usize, kind: Kind) -> Result<Value, DbErr> {
    let read = match kind {
        Kind::Integer => row.try_get(index).map(Value::BigInt),
        Kind::Text => row.try_get(index).map(Value::String),
        Kind::Boolean => row.try_get(index).map(Value::Bool),
        Kind::Bytes => row.try_get(index).map(Value::Bytes),
    };
    read.map_err(|error| DbErr::Type(error.to_string()))
}
