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
            PRIMARY KEY (brand, subject, at, touch_id)
        )",
        layout: Layout::ByKey,
        indexes: &[
            "CREATE UNIQUE INDEX touch_by_id ON touch (brand, touch_id)",
            "CREATE INDEX touch_by_ambassador ON touch (brand, ambassador, at) WHERE ambassador IS NOT NULL",
        ],
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
            "CREATE INDEX sale_by_buyer ON sale (brand, buyer, at)",
            "CREATE INDEX sale_by_subscription ON sale (brand, subscription) WHERE subscription IS NOT NULL",
        ],
    },
];
