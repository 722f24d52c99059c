//! The clock, numbers, reference rates.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE clock (
            id BIGINT NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (id)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE sequence (
            name TEXT NOT NULL,
            next BIGINT NOT NULL,
            PRIMARY KEY (name)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE fx_rate (
            currency TEXT NOT NULL,
            day TEXT NOT NULL,
            rate TEXT NOT NULL,
            PRIMARY KEY (currency, day)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
];
