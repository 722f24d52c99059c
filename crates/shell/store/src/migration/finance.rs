//! What belongs to the books of a month: entries of banks, corrections by hand, claims, closed periods.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE bank_entry (
            brand TEXT NOT NULL,
            entry TEXT NOT NULL,
            account TEXT NOT NULL,
            statement TEXT NOT NULL,
            reference TEXT NOT NULL,
            day TEXT NOT NULL,
            asset TEXT NOT NULL,
            amount BIGINT NOT NULL,
            kind TEXT NOT NULL,
            payouts TEXT NOT NULL,
            charge BIGINT NOT NULL,
            unexplained BIGINT NOT NULL,
            cause TEXT NOT NULL,
            PRIMARY KEY (brand, entry)
        )",
        layout: Layout::ByKey,
        indexes: &["CREATE INDEX bank_entry_by_day ON bank_entry (brand, day)"],
    },
    Table {
        create: "CREATE TABLE adjustment (
            brand TEXT NOT NULL,
            adjustment TEXT NOT NULL,
            program TEXT NOT NULL,
            debit TEXT NOT NULL,
            credit TEXT NOT NULL,
            asset TEXT NOT NULL,
            amount BIGINT NOT NULL,
            day TEXT NOT NULL,
            reason TEXT NOT NULL,
            status TEXT NOT NULL,
            proposed_by TEXT NOT NULL,
            proposed_at BIGINT NOT NULL,
            decided_by TEXT,
            decided_at BIGINT,
            refusal TEXT,
            PRIMARY KEY (brand, adjustment)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE claim (
            brand TEXT NOT NULL,
            claim TEXT NOT NULL,
            program TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            order_id TEXT NOT NULL,
            opened_at BIGINT NOT NULL,
            status TEXT NOT NULL,
            history TEXT NOT NULL,
            PRIMARY KEY (brand, claim)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE period (
            brand TEXT NOT NULL,
            month TEXT NOT NULL,
            open_from BIGINT NOT NULL,
            closed_at BIGINT NOT NULL,
            closed_by TEXT NOT NULL,
            number BIGINT NOT NULL,
            hash BYTES NOT NULL,
            PRIMARY KEY (brand, month)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
];
