//! The database: entities, migrations, bulk reads and writes, on SQLite and PostgreSQL.
//!
//! A service reads what it needs, decides in memory, and writes everything in one [`Transaction`]. The
//! [`entity`] modules describe the tables to sea-orm; reports and the API read by sea-orm on
//! [`Database::connection`]. Writing goes through the transaction's bulk operations, which are generic over the
//! entities and hide how it is done: statements that stay prepared on SQLite, arrays on PostgreSQL.
//!
//! This crate decides nothing: it knows rows, not what they mean. It holds no real numbers; amounts are
//! integers, and SQLite's STRICT tables refuse anything else.
//!
//! ```
//! use tribute_store::{Database, entity::login};
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("tribute.db").display().to_string();
//! let database = Database::open(&path).await?;
//! let seen = login::Model { brand: "acme".into(), device: "d1".into(), at: 1_000, account: "a1".into(),
//!     recorded_at: 1_500, event_id: "e1".into() };
//! let mut transaction = database.begin().await?;
//! assert_eq!(transaction.insert_new::<login::Entity>(&[seen.clone(), seen.clone()]).await?, 1);
//! let key = vec!["acme".into(), "a1".into()];
//! let found = transaction.find::<login::Entity>(&[login::Column::Brand, login::Column::Account], &[key]).await?;
//! assert_eq!(found, [seen]);
//! transaction.commit().await?;
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod database;
pub mod entity;
mod error;
#[cfg(feature = "failpoints")]
mod fault;
mod layout;
mod lease;
mod location;
mod migration;
mod sql;
mod transaction;
mod wall;

pub use database::Database;
pub use error::{Cause, Operation, StoreError};
#[cfg(feature = "failpoints")]
pub use fault::is_planted;
pub use layout::Entity;
pub use lease::{Advance, Lease, Leases, Source, Standing};
pub use migration::{Migrator, Schema};
pub use sea_orm;
pub use sea_orm::Value;
pub use transaction::{RangeKey, SQLITE_SETTINGS, Transaction};
pub use wall::on_behalf_of;
