//! Who is told by webhook what the services say, and what became of it.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE webhook_endpoint (
            brand TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            url TEXT NOT NULL,
            events TEXT NOT NULL,
            app TEXT,
            ambassador TEXT,
            payload TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT,
            made_at BIGINT NOT NULL,
            disabled_at BIGINT,
            failing_since BIGINT,
            revision BIGINT NOT NULL,
            PRIMARY KEY (brand, endpoint)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE webhook_secret (
            brand TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            number BIGINT NOT NULL,
            sealed BYTES NOT NULL,
            valid_until BIGINT,
            PRIMARY KEY (brand, endpoint, number)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE webhook_position (
            brand TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            stream TEXT NOT NULL,
            next BIGINT NOT NULL,
            PRIMARY KEY (brand, endpoint, stream)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE webhook_delivery (
            brand TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            stream TEXT NOT NULL,
            number BIGINT NOT NULL,
            event_type TEXT NOT NULL,
            traceparent TEXT,
            queued_at BIGINT NOT NULL,
            status TEXT NOT NULL,
            attempts BIGINT NOT NULL,
            attempted_at TEXT NOT NULL,
            next_at BIGINT,
            response_status BIGINT,
            response TEXT,
            PRIMARY KEY (brand, endpoint, stream, number)
        )",
        layout: Layout::ByArrival,
        indexes: &[
            "CREATE INDEX webhook_delivery_due ON webhook_delivery (brand, endpoint, next_at) \
             WHERE status = 'pending'",
            "CREATE INDEX webhook_delivery_by_status ON webhook_delivery (status, queued_at)",
            "CREATE INDEX webhook_delivery_by_age ON webhook_delivery (brand, endpoint, queued_at, stream, number)",
        ],
    },
];
