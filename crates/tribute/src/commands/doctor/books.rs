//! The database as it is: looked at without migrating it.

use anyhow::{Context, Result};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement, Value};
use tribute_store::{Database, Schema};

use crate::{
    arguments::Place,
    settings::{Settings, mask},
};

use super::{Findings, State, file, in_time, server};

/// A database that answers and has its tables.
pub(super) struct Books {
    pub(super) url: String,
    connection: DatabaseConnection,
}

impl Books {
    pub(super) async fn rows(&self, text: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
        rows(&self.connection, text, values).await
    }

    /// One whole number.
    pub(super) async fn number(&self, text: &str) -> Result<i64> {
        let row = self.rows(text, vec![]).await?.into_iter().next().context("no row")?;
        Ok(row.try_get_by_index(0)?)
    }

    /// The clock of the database, ms UTC.
    pub(super) async fn now(&self) -> Result<i64> {
        now(&self.connection).await
    }
}

pub(super) async fn rows(
    connection: &DatabaseConnection,
    text: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>> {
    let backend = connection.get_database_backend();
    in_time(connection.query_all_raw(Statement::from_sql_and_values(backend, text, values))).await
}

pub(super) async fn now(connection: &DatabaseConnection) -> Result<i64> {
    let text = match connection.get_database_backend() {
        DbBackend::Postgres => "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint",
        _ => "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    };
    let row = rows(connection, text, vec![]).await?.into_iter().next().context("no row")?;
    Ok(row.try_get_by_index(0)?)
}

/// Looks at the database; nothing is returned where there is nothing more to be seen in it.
pub(super) async fn examine(place: &Place, settings: &Settings, found: &mut Findings) -> Option<Books> {
    let file = crate::commands::file_of(place);
    if let Some(file) = &file {
        if !file.is_file() {
            // Intake alone needs brokers and no database; everything else makes one.
            let text = crate::commands::no_database(file, place);
            found.add("database", State::Unknown, text);
            return None;
        }
        file::examine(file, found);
    }
    let url = place.db.clone().unwrap_or_else(|| file.unwrap_or_default().to_string_lossy().into_owned());
    let connection = match in_time(Database::look(&url)).await {
        Ok(connection) => connection,
        Err(error) => {
            let origin =
                settings.given("database.url").map_or_else(String::new, |it| format!(" ({})", it.origin));
            let text = format!(
                "{}{origin} does not answer: {error:#}; check the address, that the server runs, and who may reach it",
                mask::database(&url)
            );
            found.add("database", State::Unknown, text);
            return None;
        }
    };
    if connection.get_database_backend() == DbBackend::Postgres
        && let Err(error) = server::examine(&connection, found).await
    {
        found.add("database", State::Unknown, format!("it answers, but not everything: {error:#}"));
    }
    schema(&connection, found).await.then_some(Books { url, connection })
}

/// Whether the tables are those that this program knows.
async fn schema(connection: &DatabaseConnection, found: &mut Findings) -> bool {
    let schema = match in_time(Schema::of(connection)).await {
        Ok(schema) => schema,
        Err(error) => {
            found.add("migrations", State::Unknown, format!("they cannot be read: {error:#}"));
            return false;
        }
    };
    if let Err(error) = schema.check() {
        found.add("migrations", State::Wrong, error.to_string());
        return false;
    }
    if !schema.pending.is_empty() {
        let names = schema.pending.join(", ");
        let text = format!(
            "{names}: not applied yet; the first service or command that uses the database applies them"
        );
        found.add("migrations", State::Warning, text);
        return false;
    }
    let newer = schema.newer.join(", ");
    let ill = format!(
        "{newer}: made by a newer release; finish the upgrade, one release ahead is as far as it goes"
    );
    let well = format!("all {} are applied", schema.applied.len());
    found.judge("migrations", newer.is_empty(), &well, (State::Warning, ill));
    true
}
