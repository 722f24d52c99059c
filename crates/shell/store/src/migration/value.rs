//! The ledger, its balances, and payouts.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE ledger_transaction (
            brand TEXT NOT NULL,
            number BIGINT NOT NULL,
            recipe TEXT NOT NULL,
            program TEXT NOT NULL,
            asset TEXT NOT NULL,
            effective_at BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL,
            cause TEXT NOT NULL,
            memo TEXT NOT NULL,
            hash BYTES NOT NULL,
            PRIMARY KEY (brand, number)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE ledger_entry (
            brand TEXT NOT NULL,
            number BIGINT NOT NULL,
            line BIGINT NOT NULL,
            account TEXT NOT NULL,
            asset TEXT NOT NULL,
            amount BIGINT NOT NULL,
            PRIMARY KEY (brand, number, line)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE journal_head (
            brand TEXT NOT NULL,
            number BIGINT NOT NULL,
            hash BYTES NOT NULL,
            PRIMARY KEY (brand)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE balance (
            brand TEXT NOT NULL,
            account TEXT NOT NULL,
            asset TEXT NOT NULL,
            amount BIGINT NOT NULL,
            PRIMARY KEY (brand, account, asset)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE payout (
            brand TEXT NOT NULL,
            payout TEXT NOT NULL,
            program TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            run_at BIGINT NOT NULL,
            balance_asset TEXT NOT NULL,
            balance BIGINT NOT NULL,
            asset TEXT,
            amount BIGINT,
            fixing TEXT,
            status TEXT NOT NULL,
            reason TEXT,
            history TEXT NOT NULL,
            PRIMARY KEY (brand, payout)
        )",
        layout: Layout::ByArrival,
        indexes: &["CREATE INDEX payout_by_run ON payout (brand, program, run_at)"],
    },
];
