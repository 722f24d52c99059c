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
            fingerprint BYTES NOT NULL,
            refused BIGINT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (seq)
        )",
        layout: Layout::ByArrival,
        // By the identity as it is told, not by a digest of it: most sources number their events in the order of
        // time, so that neighbours in time are neighbours here, and a batch touches few pages. What differs most
        // comes first: keys are told apart by one comparison.
        indexes: &[
            "CREATE UNIQUE INDEX event_log_by_identity ON event_log (event_id, source, brand, refused)",
        ],
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
            digest BYTES NOT NULL,
            recorded_at BIGINT NOT NULL,
            status TEXT NOT NULL,
            PRIMARY KEY (number)
        )",
        layout: Layout::ByArrival,
        indexes: &[
            "CREATE INDEX quarantine_open ON quarantine (number) WHERE status = 'open'",
            "CREATE INDEX quarantine_by_digest ON quarantine (digest)",
        ],
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
