//! Reading: statements whose rows are taken one by one, so that no result is ever held as a whole.

use futures_util::TryStreamExt;
use sea_orm::{
    ConnectionTrait, EntityTrait, FromQueryResult, Iterable, ModelTrait, Order, PrimaryKeyToColumn,
    QueryFilter, QueryOrder, QuerySelect, Statement, StreamTrait, Value,
    sea_query::{Expr, ExprTrait},
};
use tribute_events::Timestamp;

use crate::ReportError;

/// Anything that can be read from: the readers' connections, or a transaction that sees one state only.
pub(crate) trait Source: ConnectionTrait + StreamTrait {}

impl<C: ConnectionTrait + StreamTrait> Source for C {}

/// A statement with its parameters `$1`, `$2` …
pub(crate) struct Query {
    table: &'static str,
    text: String,
    values: Vec<Value>,
}

impl Query {
    /// `text` reads `table`, which is named in an error.
    pub(crate) fn new(table: &'static str, text: impl Into<String>) -> Self {
        Self { table, text: text.into(), values: Vec::new() }
    }

    /// Adds a parameter and returns its name.
    pub(crate) fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// ` AND column = value`, where a value is asked for.
    pub(crate) fn only(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let name = self.value(value);
            self.push(&format!(" AND {column} = {name}"));
        }
    }

    /// ` AND column IN (…)`.
    pub(crate) fn one_of<'v>(&mut self, column: &str, values: impl IntoIterator<Item = &'v str>) {
        let names: Vec<String> = values.into_iter().map(|value| self.value(value)).collect();
        let names = if names.is_empty() { "NULL".to_owned() } else { names.join(", ") };
        self.push(&format!(" AND {column} IN ({names})"));
    }

    /// ` AND column >= from AND column < to`, as far as they are given.
    pub(crate) fn between(&mut self, column: &str, from: Option<Timestamp>, to: Option<Timestamp>) {
        for (operator, bound) in [(">=", from), ("<", to)] {
            if let Some(bound) = bound {
                let name = self.value(bound.millis());
                self.push(&format!(" AND {column} {operator} {name}"));
            }
        }
    }

    /// ` AND column <= until`, where it is given.
    pub(crate) fn until(&mut self, column: &str, until: Option<Timestamp>) {
        if let Some(until) = until {
            let name = self.value(until.millis());
            self.push(&format!(" AND {column} <= {name}"));
        }
    }

    /// Gives every row to `take`, in the order of the statement.
    pub(crate) async fn each<R: FromQueryResult + Send>(
        self,
        source: &impl Source,
        mut take: impl FnMut(R) -> Result<(), ReportError> + Send,
    ) -> Result<(), ReportError> {
        let table = self.table;
        let backend = StreamTrait::get_database_backend(source);
        let statement = Statement::from_sql_and_values(backend, self.text, self.values);
        let rows = source.stream_raw(statement).await.map_err(ReportError::read(table))?;
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await.map_err(ReportError::read(table))? {
            take(R::from_query_result(&row, "").map_err(ReportError::read(table))?)?;
        }
        Ok(())
    }

    /// All rows: for statements that are known to have few.
    pub(crate) async fn all<R: FromQueryResult + Send>(
        self,
        source: &impl Source,
    ) -> Result<Vec<R>, ReportError> {
        let mut rows = Vec::new();
        self.each(source, |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The first row.
    pub(crate) async fn one<R: FromQueryResult + Send>(
        self,
        source: &impl Source,
    ) -> Result<Option<R>, ReportError> {
        Ok(self.all(source).await?.into_iter().next())
    }
}

/// A table read page by page in the order of its primary key.
pub(crate) struct Pages<E: EntityTrait> {
    table: &'static str,
    size: u64,
    after: Option<Vec<Value>>,
    over: bool,
    entity: std::marker::PhantomData<E>,
}

impl<E: EntityTrait> Pages<E> {
    pub(crate) fn new(size: u64) -> Self {
        let table = E::default().table_name();
        Self { table, size, after: None, over: false, entity: std::marker::PhantomData }
    }

    fn key() -> Vec<E::Column> {
        E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect()
    }

    /// The next rows; none at the end.
    pub(crate) async fn next(&mut self, source: &impl Source) -> Result<Vec<E::Model>, ReportError> {
        if self.over {
            return Ok(Vec::new());
        }
        let key = Self::key();
        let mut select = E::find();
        if let Some(after) = &self.after {
            let columns = Expr::tuple(key.iter().map(|column| Expr::col(*column)));
            let bound = Expr::tuple(after.iter().cloned().map(Expr::val));
            select = select.filter(columns.gt(bound));
        }
        for column in &key {
            select = select.order_by(*column, Order::Asc);
        }
        let rows = select.limit(self.size).all(source).await.map_err(ReportError::read(self.table))?;
        self.over = u64::try_from(rows.len()).is_ok_and(|count| count < self.size);
        self.after = rows.last().map(|last| key.iter().map(|column| last.get(*column)).collect());
        Ok(rows)
    }
}

/// The primary key of a row, for a message: `acme friends order:1001 ada ten`.
pub(crate) fn key_of<E: EntityTrait>(row: &E::Model) -> String {
    let texts = Pages::<E>::key().into_iter().map(|column| match row.get(column) {
        Value::String(Some(text)) => {
            if text.is_empty() {
                "''".to_owned()
            } else {
                text
            }
        }
        Value::BigInt(Some(number)) => number.to_string(),
        other => format!("{other:?}"),
    });
    texts.collect::<Vec<_>>().join(" ")
}
