//! How events come in and go out between processes: positions with their leases, hand-overs, the embedded log.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE source_position (
            source TEXT NOT NULL,
            partition BIGINT NOT NULL,
            next BIGINT NOT NULL,
            epoch BIGINT NOT NULL,
            owner TEXT NOT NULL,
            lease_until BIGINT NOT NULL,
            PRIMARY KEY (source, partition)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE refused_commit (
            source TEXT NOT NULL,
            partition BIGINT NOT NULL,
            epoch BIGINT NOT NULL,
            owner TEXT NOT NULL,
            at BIGINT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (source, partition, epoch, owner)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE handover (
            number BIGINT NOT NULL,
            turn TEXT NOT NULL,
            recorded_at BIGINT NOT NULL,
            log_next BIGINT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (number)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE log_record (
            topic TEXT NOT NULL,
            partition BIGINT NOT NULL,
            number BIGINT NOT NULL,
            key BYTES,
            headers TEXT NOT NULL,
            value BYTES NOT NULL,
            appended_at BIGINT NOT NULL,
            PRIMARY KEY (topic, partition, number)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE log_topic (
            topic TEXT NOT NULL,
            partitions BIGINT NOT NULL,
            PRIMARY KEY (topic)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
];
