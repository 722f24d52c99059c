//! Which migrations a database has, beside those that this program knows.

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::prelude::*;

use super::Migrator;
use crate::{Operation, StoreError};

/// How many migrations a database may be ahead of a program: those of one release.
const AHEAD_MAX: usize = 1;

/// The migrations of a database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// Those that this program knows and the database has.
    pub applied: Vec<String>,
    /// Those that this program knows and the database has not yet.
    pub pending: Vec<String>,
    /// Those that the database has from a newer program.
    pub newer: Vec<String>,
}

impl Schema {
    /// Reads it, and changes nothing.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn of(connection: &DatabaseConnection) -> Result<Self, StoreError> {
        let failed = |error| StoreError::from_orm(Operation::Migrate, "seaql_migrations", error);
        let there = SchemaManager::new(connection).has_table("seaql_migrations").await.map_err(failed)?;
        let found = if there { versions(connection).await.map_err(failed)? } else { Vec::new() };
        Ok(Self::compare(found, Migrator::migrations().iter().map(|known| known.name().to_owned())))
    }

    pub(super) fn compare(found: Vec<String>, known: impl Iterator<Item = String>) -> Self {
        let known: Vec<_> = known.collect();
        let newer = found.iter().filter(|name| !known.contains(name)).cloned().collect();
        let (applied, pending) = known.into_iter().partition(|name| found.contains(name));
        Self { applied, pending, newer }
    }

    /// Whether this program may work with it: it may be newer by the migration of one release, made after all that
    /// this program knows.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] where it may not.
    pub fn check(&self) -> Result<(), StoreError> {
        let last = self.applied.iter().chain(&self.pending).max();
        let follows = |name: &String| last.is_none_or(|last| name > last);
        if self.newer.len() <= AHEAD_MAX && self.newer.iter().all(follows) {
            return Ok(());
        }
        let known = last.cloned().unwrap_or_default();
        Err(StoreError::NewerSchema { found: self.newer.join(", "), known })
    }
}

/// The names of the migrations that were applied, in their order.
pub(super) async fn versions(connection: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let text = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows =
        connection.query_all_raw(Statement::from_string(connection.get_database_backend(), text)).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

#[cfg(test)]
mod tests {
    use super::Schema;

    fn compared(found: &[&str]) -> Schema {
        let found = found.iter().map(|name| (*name).to_owned()).collect();
        Schema::compare(found, ["0001_a", "0002_b"].map(str::to_owned).into_iter())
    }

    #[test]
    fn one_release_ahead_is_fine_and_more_is_not() {
        assert_eq!(compared(&["0001_a"]).pending, ["0002_b"]);
        for fine in [&[][..], &["0001_a", "0002_b"], &["0001_a", "0002_b", "0003_c"]] {
            assert!(compared(fine).check().is_ok(), "{fine:?}");
        }
        for wrong in [&["0001_a", "0002_b", "0003_c", "0004_d"][..], &["0001_a", "0001_z", "0002_b"]] {
            assert!(compared(wrong).check().is_err(), "{wrong:?}");
        }
        let message = compared(&["0003_c", "0004_d"]).check().unwrap_err().to_string();
        assert!(message.contains("0003_c, 0004_d") && message.contains("0002_b"), "{message}");
    }
}
