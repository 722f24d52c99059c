//! What was decided: conversions, posts, earnings, movements.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE conversion (
            brand TEXT NOT NULL,
            program TEXT NOT NULL,
            order_id TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            ordered_at BIGINT NOT NULL,
            locks_at BIGINT NOT NULL,
            weight BIGINT NOT NULL,
            of_weight BIGINT NOT NULL,
            net_revenue BIGINT NOT NULL,
            currency TEXT NOT NULL,
            tier TEXT NOT NULL,
            returning_customer BOOLEAN NOT NULL,
            terms_version TEXT NOT NULL,
            conversion TEXT NOT NULL,
            PRIMARY KEY (brand, program, order_id, ambassador)
        )",
        layout: Layout::ByArrival,
        indexes: &["CREATE INDEX conversion_by_time ON conversion (brand, program, ordered_at)"],
    },
    Table {
        create: "CREATE TABLE post (
            brand TEXT NOT NULL,
            post_id TEXT NOT NULL,
            program TEXT NOT NULL,
            author TEXT NOT NULL,
            at BIGINT,
            facts TEXT NOT NULL,
            PRIMARY KEY (brand, post_id)
        )",
        layout: Layout::ByArrival,
        indexes: &["CREATE INDEX post_by_time ON post (brand, program, at)"],
    },
    Table {
        create: "CREATE TABLE earning (
            brand TEXT NOT NULL,
            program TEXT NOT NULL,
            source TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            rule TEXT NOT NULL,
            kind TEXT NOT NULL,
            asset TEXT NOT NULL,
            amount BIGINT NOT NULL,
            source_at BIGINT NOT NULL,
            clears_at BIGINT NOT NULL,
            terms_version TEXT NOT NULL,
            group_key TEXT,
            earning TEXT NOT NULL,
            PRIMARY KEY (brand, program, source, ambassador, rule)
        )",
        layout: Layout::ByArrival,
        indexes: &[
            "CREATE INDEX earning_by_group ON earning (brand, group_key) WHERE group_key IS NOT NULL",
            "CREATE INDEX earning_by_ambassador ON earning (brand, program, ambassador, source_at)",
        ],
    },
    Table {
        create: "CREATE TABLE movement (
            seq BIGINT NOT NULL,
            brand TEXT NOT NULL,
            program TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            asset TEXT NOT NULL,
            source TEXT NOT NULL,
            rule TEXT NOT NULL,
            effective_at BIGINT NOT NULL,
            available_at BIGINT NOT NULL,
            amount BIGINT NOT NULL,
            cause TEXT NOT NULL,
            cleared BOOLEAN NOT NULL,
            payout TEXT,
            PRIMARY KEY (seq)
        )",
        layout: Layout::ByArrival,
        indexes: &[
            "CREATE INDEX movement_to_clear ON movement (available_at) WHERE NOT cleared",
            "CREATE INDEX movement_to_pay ON movement (brand, program, ambassador, seq) WHERE payout IS NULL",
            "CREATE INDEX movement_by_payout ON movement (brand, payout) WHERE payout IS NOT NULL",
        ],
    },
];
