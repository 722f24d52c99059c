//! Values on their way into and out of SQLite.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, Statement, ToSql};
use sea_orm::{DbErr, Value};

use crate::layout::Kind;

pub(super) fn bind_all(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    values.iter().enumerate().try_for_each(|(index, value)| bind(statement, index, value))
}

/// By name, as SQLite numbers the parameters of a free text in the order in which they occur.
pub(super) fn bind_named(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for (number, value) in (1..).zip(values) {
        let name = format!("${number}");
        let index = statement.parameter_index(&name)?.ok_or(rusqlite::Error::InvalidParameterName(name))?;
        statement.raw_bind_parameter(index, Bound(value))?;
    }
    match statement.parameter_count() == values.len() {
        true => Ok(()),
        false => Err(rusqlite::Error::InvalidParameterCount(values.len(), statement.parameter_count())),
    }
}

pub(super) fn bind(statement: &mut Statement<'_>, index: usize, value: &Value) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(index + 1, Bound(value))
}

/// A value that is lent to SQLite.
struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Value::BigInt(value) => value.map(ValueRef::Integer),
            Value::Int(value) => value.map(|value| ValueRef::Integer(value.into())),
            Value::Bool(value) => value.map(|value| ValueRef::Integer(value.into())),
            Value::String(value) => value.as_ref().map(|text| ValueRef::Text(text.as_bytes())),
            Value::Bytes(value) => value.as_ref().map(|bytes| ValueRef::Blob(bytes)),
            other => {
                let message = format!("the store binds no {other:?}");
                return Err(rusqlite::Error::ToSqlConversionFailure(message.into()));
            }
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

pub(super) fn value_at(row: &Row<'_>, index: usize, kind: Kind) -> Result<Value, DbErr> {
    let read = match kind {
        Kind::Integer => row.get(index).map(Value::BigInt),
        Kind::Text => row.get(index).map(Value::String),
        Kind::Boolean => row.get(index).map(Value::Bool),
        Kind::Bytes => row.get(index).map(Value::Bytes),
    };
    read.map_err(|error| DbErr::Type(error.to_string()))
}
