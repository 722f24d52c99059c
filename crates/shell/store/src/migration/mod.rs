//! One list of migrations for both databases, and the rule by which it grows.
//!
//! Services of two releases run side by side while one replaces the other: the first of the new ones migrates, and the
//! old ones go on with what they find. So
//!
//! * **what was released is immutable**, and a release adds one migration at most. A program works with a schema that is
//!   [one migration newer](Schema::check) than the newest it knows, and refuses one that is further ahead;
//! * **first add, then take away**: new tables, columns that are NULL or have a constant default, indexes. What is no
//!   longer used is dropped, renamed or tightened by a later release than the one that stopped using it;
//! * **nothing is rewritten under a lock**: no change of a column's type, no default that is computed for each row, no
//!   UPDATE of a whole table. Rows are filled in by the services, in batches, and a `NOT NULL` comes as a CHECK that is
//!   `NOT VALID` first and validated by a later migration;
//! * **locks are not queued for**: PostgreSQL lets everybody wait behind who waits for a lock on a table. A migration
//!   gives up after two seconds, lets the others pass, and tries again;
//! * **an index on a table that may be large** is made by a migration of its own whose `use_transaction` is
//!   `Some(false)`: `CREATE INDEX CONCURRENTLY IF NOT EXISTS` on PostgreSQL. One that is cut short leaves an invalid
//!   index; the migration drops such a one first, so that it may be repeated.
//!
//! Each migration is one transaction with the row that says that it was applied: all of it, or nothing.

mod access;
mod board;
mod click;
mod credit;
mod definition;
mod delivery;
mod evidence;
mod finance;
mod locks;
mod log;
mod person;
mod rewards_and_findings;
mod run;
mod schema;
mod shop;
mod tier;
mod time;
mod value;
mod wall;
mod webhooks;

use sea_orm_migration::prelude::*;

pub(crate) use run::run;
pub use schema::Schema;

/// The migrations, oldest first. Each is immutable once it was released; a change is a new one.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(FirstTables), Box::new(Delivery), Box::new(rewards_and_findings::RewardsAndFindings)]
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
