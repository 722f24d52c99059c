//! Brings a database up to date without standing in anybody's way.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{prelude::*, seaql_migrations};

use super::{Migrator, Schema, schema::versions};
use crate::{Operation, StoreError};

/// Any number does, as long as it stays the same.
const POSTGRES_LOCK: &str = "SELECT pg_advisory_xact_lock(7824617238)";
/// How long a migration waits for a lock before it lets the others pass.
const LOCK_MAX: &str = "SET LOCAL lock_timeout = '2s'";
/// How often it is tried, and how long the others get in between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_secs(1);

type List = Vec<Box<dyn MigrationTrait>>;

/// Brings a database up to date. Processes that start at once take turns; where nothing is pending nothing is locked.
pub(crate) async fn run(connection: &DatabaseConnection) -> Result<(), StoreError> {
    let schema = Schema::of(connection).await?;
    schema.check()?;
    if !schema.newer.is_empty() {
        tracing::warn!(newer = schema.newer.join(", "), "the database was migrated by a newer release");
    }
    if schema.pending.is_empty() { Ok(()) } else { patiently(connection, &Migrator::migrations()).await }
}

async fn patiently(connection: &DatabaseConnection, list: &List) -> Result<(), StoreError> {
    let mut tried = 1;
    loop {
        let ended = up(connection, list).await;
        let ended = ended.map_err(|error| StoreError::from_orm(Operation::Migrate, "*", error));
        match ended {
            Err(error) if error.is_lock_timeout() && tried < TRIES => {
                tracing::warn!(tried, "a migration waits for a lock; trying again");
                tokio::time::sleep(PAUSE).await;
                tried += 1;
            }
            ended => return ended,
        }
    }
}

async fn up(connection: &DatabaseConnection, list: &List) -> Result<(), DbErr> {
    for migration in list {
        let transaction = begin(connection).await?;
        if versions(&transaction).await?.iter().any(|name| name == migration.name()) {
            transaction.rollback().await?;
        } else if is_apart(migration.as_ref(), connection) {
            // The list of migrations may be new, and stays.
            transaction.commit().await?;
            migration.up(&SchemaManager::new(connection)).await?;
            note(connection, migration.name()).await?;
        } else {
            migration.up(&SchemaManager::new(&transaction)).await?;
            note(&transaction, migration.name()).await?;
            transaction.commit().await?;
        }
    }
    Ok(())
}

/// Whether it cannot be part of a transaction, as `CREATE INDEX CONCURRENTLY`. SQLite knows nothing of the kind.
fn is_apart(migration: &dyn MigrationTrait, connection: &DatabaseConnection) -> bool {
    migration.use_transaction() == Some(false) && connection.get_database_backend() == DbBackend::Postgres
}

/// A transaction in which nobody else migrates, and in which the list of migrations is there.
async fn begin(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let transaction = connection.begin_with_options(options).await?;
    if connection.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(LOCK_MAX).await?;
        transaction.execute_unprepared(POSTGRES_LOCK).await?;
    }
    Migrator::install(&transaction).await?;
    Ok(transaction)
}

/// Says that a migration was applied; also where another process said so at the same moment.
async fn note(connection: &impl ConnectionTrait, name: &str) -> Result<(), DbErr> {
    let seconds = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let row = seaql_migrations::ActiveModel {
        version: Set(name.to_owned()),
        applied_at: Set(<i64 as TryFrom<u64>>::try_from(seconds).unwrap_or(i64::MAX)),
    };
    match row.insert(connection).await {
        Ok(_) => Ok(()),
        Err(error)
            if StoreError::from_orm(Operation::Insert, "seaql_migrations", error.clone()).is_conflict() =>
        {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    struct Indexed;

    impl MigrationName for Indexed {
        fn name(&self) -> &'static str {
            "9999_indexed"
        }
    }

    #[async_trait::async_trait]
    impl MigrationTrait for Indexed {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            let text = "CREATE INDEX CONCURRENTLY IF NOT EXISTS large_name ON large (name)";
            manager.get_connection().execute_unprepared(text).await.map(drop)
        }

        fn use_transaction(&self) -> Option<bool> {
            Some(false)
        }
    }

    #[tokio::test]
    async fn an_index_is_made_beside_those_who_write() {
        let Ok(server) = std::env::var("TRIBUTE_TEST_DATABASE_URL") else {
            let line = b"TRIBUTE_TEST_DATABASE_URL is not set: no index is made concurrently\n";
            std::io::stderr().write_all(line).unwrap();
            return;
        };
        let schema = format!("migration_{}", std::process::id());
        let admin = sea_orm::Database::connect(&server).await.unwrap();
        admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.unwrap();
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options[search_path]={schema}");
        let connection = sea_orm::Database::connect(url).await.unwrap();
        connection.execute_unprepared("CREATE TABLE large (name TEXT)").await.unwrap();
        let list: List = vec![Box::new(Indexed)];
        patiently(&connection, &list).await.unwrap();
        patiently(&connection, &list).await.unwrap();
        assert_eq!(versions(&connection).await.unwrap(), ["9999_indexed"]);
        assert!(connection.execute_unprepared("DROP INDEX large_name").await.is_ok());
        admin.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    }
}
