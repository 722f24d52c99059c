//! What the writers need to know of an entity: its table, its columns, and their types.

use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{
    ActiveModelTrait, EntityTrait, IdenStatic, Iterable, ModelTrait, PrimaryKeyToColumn, TryIntoModel,
};

use crate::{Operation, StoreError};

/// An entity of this store: anything that sea-orm derives from plain columns.
pub trait Entity: EntityTrait<ActiveModel: TryIntoModel<<Self as EntityTrait>::Model>> {}

impl<E> Entity for E where E: EntityTrait<ActiveModel: TryIntoModel<<E as EntityTrait>::Model>> {}

/// The four types of the store's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Text,
    Boolean,
    Bytes,
}

impl Kind {
    /// The name of an array of it in PostgreSQL.
    pub(crate) const fn array(self) -> &'static str {
        match self {
            Self::Integer => "bigint[]",
            Self::Text => "text[]",
            Self::Boolean => "boolean[]",
            Self::Bytes => "bytea[]",
        }
    }

    pub(crate) const fn holds(self, value: &Value) -> bool {
        matches!(
            (self, value),
            (Self::Integer, Value::BigInt(_))
                | (Self::Text, Value::String(_))
                | (Self::Boolean, Value::Bool(_))
                | (Self::Bytes, Value::Bytes(_))
        )
    }
}

/// A column with its name and type.
pub(crate) struct Field<E: EntityTrait> {
    pub(crate) column: E::Column,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// A table as its entity describes it.
pub(crate) struct Layout<E: EntityTrait> {
    pub(crate) table: &'static str,
    pub(crate) fields: Vec<Field<E>>,
    /// The columns of the primary key, in its order.
    pub(crate) key: Vec<E::Column>,
}

impl<E: Entity> Layout<E> {
    pub(crate) fn new(operation: Operation) -> Result<Self, StoreError> {
        let table = E::default().table_name();
        let fields = E::Column::iter().map(|column| field::<E>(operation, table, column));
        let key = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
        Ok(Self { table, fields: fields.collect::<Result<_, _>>()?, key })
    }

    /// Name and type of some columns, in the order given.
    pub(crate) fn named(
        &self,
        columns: &[E::Column],
        operation: Operation,
    ) -> Result<Vec<Field<E>>, StoreError> {
        columns.iter().map(|column| field::<E>(operation, self.table, *column)).collect()
    }

    /// Checks that each key has one value of the right type for each column.
    pub(crate) fn check<'k>(
        &self,
        operation: Operation,
        columns: &[Field<E>],
        mut keys: impl Iterator<Item = &'k [Value]>,
    ) -> Result<(), StoreError> {
        let fits = |key: &[Value]| {
            key.len() == columns.len()
                && columns.iter().zip(key).all(|(column, value)| column.kind.holds(value))
        };
        match keys.find(|key| !fits(key)) {
            None => Ok(()),
            Some(key) => {
                let names: Vec<_> = columns.iter().map(|column| column.name).collect();
                Err(StoreError::misuse(
                    operation,
                    self.table,
                    format!("{key:?} is no key of columns {names:?}"),
                ))
            }
        }
    }
}

fn field<E: EntityTrait>(
    operation: Operation,
    table: &str,
    column: E::Column,
) -> Result<Field<E>, StoreError> {
    let kind = match E::Model::get_value_type(column) {
        ArrayType::BigInt => Kind::Integer,
        ArrayType::String => Kind::Text,
        ArrayType::Bool => Kind::Boolean,
        ArrayType::Bytes => Kind::Bytes,
        other => return Err(StoreError::misuse(operation, table, format!("a column of type {other:?}"))),
    };
    Ok(Field { column, name: column.as_str(), kind })
}

/// A row from its values, in the order of the entity's columns.
pub(crate) fn assemble<E: Entity>(
    fields: &[Field<E>],
    mut value: impl FnMut(usize, Kind) -> Result<Value, sea_orm::DbErr>,
) -> Result<E::Model, sea_orm::DbErr> {
    let mut row = <E::ActiveModel as ActiveModelTrait>::default();
    for (index, field) in fields.iter().enumerate() {
        row.try_set(field.column, value(index, field.kind)?)?;
    }
    row.try_into_model()
}
