//! One list of migrations for both databases.

mod board;
mod credit;
mod definition;
mod delivery;
mod evidence;
mod log;
mod time;
mod value;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::prelude::*;

use crate::{Operation, StoreError};

/// Any number does, as long as it stays the same.
const POSTGRES_LOCK: &str = "SELECT pg_advisory_xact_lock(7824617238)";

/// The migrations, oldest first. Each is immutable once it was released; a change is a new one.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(FirstTables), Box::new(Delivery)]
    }
}

struct FirstTables;

impl MigrationName for FirstTables {
    fn name(&self) -> &'static str {
        "0001_first_tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for FirstTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let groups =
            [log::TABLES, evidence::TABLES, credit::TABLES, value::TABLES, board::TABLES, time::TABLES];
        for group in groups {
            create(manager, group).await?;
        }
        Ok(())
    }
}

struct Delivery;

impl MigrationName for Delivery {
    fn name(&self) -> &'static str {
        "0002_delivery"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Delivery {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, delivery::TABLES).await
    }
}

async fn create(manager: &SchemaManager<'_>, tables: &[definition::Table]) -> Result<(), DbErr> {
    for table in tables {
        for statement in table.statements(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
    }
    Ok(())
}

/// Brings a database up to date in one transaction: all of it, or nothing. Two processes that start at once
/// take turns.
pub(crate) async fn run(connection: &DatabaseConnection) -> Result<(), StoreError> {
    up(connection).await.map_err(|error| StoreError::from_orm(Operation::Migrate, "*", error))
}

async fn up(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let transaction = connection.begin_with_options(options).await?;
    if connection.get_database_backend() == sea_orm::DbBackend::Postgres {
        transaction.execute_unprepared(POSTGRES_LOCK).await?;
    }
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}
