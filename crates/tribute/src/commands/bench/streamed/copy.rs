//! The rows of a finished database, by COPY into an equal one.

use std::time::Instant;

use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, Statement};
use sqlx::postgres::PgPoolCopyExt;
use tribute_store::Database;

use super::super::scratch::Scratch;

/// What writing the rows took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copied {
    pub(super) rows: u64,
    pub(super) seconds: f64,
}

pub(super) async fn measure(from: &Database, server: &str) -> Result<Copied> {
    let scratch = Scratch::make(server, "copy").await?;
    let into = Database::open(&scratch.url).await?;
    let source = from.connection().get_postgres_connection_pool();
    let target = sqlx::PgPool::connect(&scratch.url).await?;
    let mut copied = Copied { rows: 0, seconds: 0.0 };
    for table in tables(from).await? {
        let mut stream = source.copy_out_raw(&format!("COPY {table} TO STDOUT (FORMAT binary)")).await?;
        let mut bytes = Vec::new();
        while let Some(part) = stream.try_next().await? {
            bytes.extend_from_slice(&part);
        }
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&target).await?;
        let started = Instant::now();
        let mut sink = target.copy_in_raw(&format!("COPY {table} FROM STDIN (FORMAT binary)")).await?;
        sink.send(bytes).await?;
        copied.rows = copied.rows.saturating_add(sink.finish().await?);
        copied.seconds += started.elapsed().as_secs_f64();
    }
    target.close().await;
    into.connection().clone().close().await?;
    drop(into);
    scratch.remove().await?;
    Ok(copied)
}

async fn tables(database: &Database) -> Result<Vec<String>> {
    let text = "SELECT tablename::text AS name FROM pg_tables \
        WHERE schemaname = current_schema() AND tablename <> 'seaql_migrations' ORDER BY 1";
    let statement = Statement::from_string(database.backend(), text);
    let rows = database.connection().query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get("", "name").context("the tables")).collect()
}
