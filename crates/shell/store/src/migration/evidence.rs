//! What attribution looks at: touches, logins, orders, codes.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE touch (
            brand TEXT NOT NULL,
            subject TEXT NOT NULL,
            at BIGINT NOT NULL,
            touch_id TEXT NOT NULL,
            recorded_at BIGINT NOT NULL,
            event_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            program TEXT,
            ambassador TEXT,
            link TEXT,
            post TEXT,
            campaign TEXT,
            device TEXT,
            account TEXT,
            verdicts TEXT,
            PRIMARY KEY (brand, touch_id)
        )",
        // Shoppers come in no order: only the narrow index is written all over, the rows are appended.
        layout: Layout::ByArrival,
        indexes: &["CREATE INDEX touch_by_subject ON touch (subject, brand, at)"],
    },
    Table {
        // Brand comes second: SQLite takes a first column for selective, and would scan a brand by it rather than
        // use the index by account.
        create: "CREATE TABLE login (
            brand TEXT NOT NULL,
            device TEXT NOT NULL,
            at BIGINT NOT NULL,
            account TEXT NOT NULL,
            recorded_at BIGINT NOT NULL,
            event_id TEXT NOT NULL,
            PRIMARY KEY (device, brand, at, account)
        )",
        layout: Layout::ByKey,
        indexes: &["CREATE INDEX login_by_account ON login (account, brand)"],
    },
    Table {
        create: "CREATE TABLE sale (
            brand TEXT NOT NULL,
            order_id TEXT NOT NULL,
            buyer TEXT NOT NULL,
            at BIGINT,
            recorded_at BIGINT,
            cancelled_at BIGINT,
            program TEXT,
            subscription TEXT,
            facts TEXT NOT NULL,
            PRIMARY KEY (brand, order_id)
        )",
        layout: Layout::ByArrival,
        indexes: &[
            // All that the view `purchase` shows: what a shopper bought is read from the index alone.
            "CREATE INDEX sale_by_buyer ON sale (buyer, brand, at, order_id, recorded_at, cancelled_at, program)",
            "CREATE VIEW purchase AS SELECT brand, buyer, at, order_id, recorded_at, cancelled_at, program \
                FROM sale WHERE at IS NOT NULL",
            "CREATE INDEX sale_by_subscription ON sale (brand, subscription) WHERE subscription IS NOT NULL",
        ],
    },
];
