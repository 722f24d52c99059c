//! One text per table, turned into the dialect of either database.

use sea_orm::DbBackend;

/// How SQLite lays a table out on disk. PostgreSQL has one way only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// In the order of the primary key (`WITHOUT ROWID`): for small rows that are read by key or by a range of it.
    ByKey,
    /// In the order of arrival, the primary key beside it: for rows with long texts.
    ByArrival,
}

/// A table, its indexes and views. The texts name four types: TEXT, BIGINT, BOOLEAN and BYTES.
pub(super) struct Table {
    pub(super) create: &'static str,
    pub(super) layout: Layout,
    pub(super) indexes: &'static [&'static str],
}

impl Table {
    /// The statements that make the table, in order.
    pub(super) fn statements(&self, backend: DbBackend) -> Vec<String> {
        let create = if backend == DbBackend::Postgres { self.postgres() } else { self.sqlite() };
        std::iter::once(create).chain(self.indexes.iter().map(|index| (*index).to_owned())).collect()
    }

    /// `COLLATE "C"` sorts by bytes, as SQLite does, whatever the locale of the server.
    fn postgres(&self) -> String {
        self.create.replace("TEXT", "TEXT COLLATE \"C\"").replace("BYTES", "BYTEA")
    }

    /// STRICT refuses what is not of the column's type, a real number above all.
    fn sqlite(&self) -> String {
        let types = [("BIGINT", "INTEGER"), ("BOOLEAN", "INTEGER"), ("BYTES", "BLOB")];
        let create = types.iter().fold(self.create.to_owned(), |text, (from, to)| text.replace(from, to));
        match self.layout {
            Layout::ByKey => create + " STRICT, WITHOUT ROWID",
            Layout::ByArrival => create + " STRICT",
        }
    }
}
