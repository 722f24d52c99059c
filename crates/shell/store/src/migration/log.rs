//! What comes in and goes out: the event log, quarantine, batches, configuration, the outbox.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE event_log (
            seq BIGINT NOT NULL,
            batch BIGINT NOT NULL,
            brand TEXT NOT NULL,
            source TEXT NOT NULL,
            event_id TEXT NOT NULL,
            event_type TEXT NOT NULL,
            time_at BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (seq)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE event_identity (
            identity BYTES NOT NULL,
            fingerprint BYTES NOT NULL,
            seq BIGINT NOT NULL,
            PRIMARY KEY (identity)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE quarantine (
            number BIGINT NOT NULL,
            brand TEXT,
            source TEXT,
            event_id TEXT,
            event_type TEXT,
            code TEXT NOT NULL,
            reason TEXT NOT NULL,
            origin TEXT NOT NULL,
            body BYTES NOT NULL,
            recorded_at BIGINT NOT NULL,
            status TEXT NOT NULL,
            PRIMARY KEY (number)
        )",
        layout: Layout::ByArrival,
        indexes: &["CREATE INDEX quarantine_open ON quarantine (number) WHERE status = 'open'"],
    },
    Table {
        create: "CREATE TABLE configuration (
            seq BIGINT NOT NULL,
            brand TEXT NOT NULL,
            event_type TEXT NOT NULL,
            recorded_at BIGINT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (seq)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE intake_batch (
            number BIGINT NOT NULL,
            origin TEXT NOT NULL,
            received BIGINT NOT NULL,
            accepted BIGINT NOT NULL,
            duplicates BIGINT NOT NULL,
            quarantined BIGINT NOT NULL,
            PRIMARY KEY (number)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE outbox (
            stream TEXT NOT NULL,
            number BIGINT NOT NULL,
            batch BIGINT NOT NULL,
            events_first BIGINT NOT NULL,
            events_last BIGINT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (stream, number)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
];
