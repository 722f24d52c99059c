//! Grants that have not cleared yet, and events that wait for what they name.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE reward_lock (
            brand TEXT NOT NULL,
            grant_id TEXT NOT NULL,
            program TEXT NOT NULL,
            locks_at BIGINT NOT NULL,
            held BIGINT,
            PRIMARY KEY (brand, grant_id)
        )",
        layout: Layout::ByKey,
        indexes: &["CREATE INDEX reward_lock_by_time ON reward_lock (locks_at) WHERE held IS NULL"],
    },
    Table {
        create: "CREATE TABLE waiting_event (
            seq BIGINT NOT NULL,
            brand TEXT NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            at BIGINT NOT NULL,
            origin TEXT NOT NULL,
            PRIMARY KEY (seq)
        )",
        layout: Layout::ByKey,
        indexes: &["CREATE INDEX waiting_event_by_subject ON waiting_event (brand, kind, subject)"],
    },
];
