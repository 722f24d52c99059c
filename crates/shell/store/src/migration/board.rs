//! Frozen boards, what missions count, rewards.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE board (
            brand TEXT NOT NULL,
            program TEXT NOT NULL,
            board TEXT NOT NULL,
            period TEXT NOT NULL,
            segment TEXT NOT NULL,
            frozen_at BIGINT NOT NULL,
            ranks TEXT NOT NULL,
            PRIMARY KEY (brand, program, board, period, segment)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE reward (
            brand TEXT NOT NULL,
            grant_id TEXT NOT NULL,
            program TEXT NOT NULL,
            mission TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            round BIGINT NOT NULL,
            asset TEXT NOT NULL,
            units BIGINT NOT NULL,
            effective_at BIGINT NOT NULL,
            cause TEXT NOT NULL,
            status TEXT NOT NULL,
            fair_value BIGINT,
            PRIMARY KEY (brand, grant_id)
        )",
        layout: Layout::ByArrival,
        indexes: &[
            "CREATE INDEX reward_by_mission ON reward (brand, program, mission, ambassador)",
            "CREATE INDEX reward_open ON reward (brand, asset) WHERE status IN ('waiting', 'reserved')",
        ],
    },
    Table {
        create: "CREATE TABLE mission_fact (
            brand TEXT NOT NULL,
            program TEXT NOT NULL,
            mission TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            fact TEXT NOT NULL,
            at BIGINT NOT NULL,
            spells TEXT NOT NULL,
            PRIMARY KEY (brand, program, mission, ambassador, fact)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
];
