//! Tokens that expire, grants with a reason, findings that hold earnings, people apart from the books, and what tiers are
//! reached by; whose clicks are paid; the books of a month.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

use super::{
    access, click, create,
    definition::{Layout, Table},
    finance, locks, person, shop, tier, wall, webhooks,
};

pub(super) struct RewardsAndFindings;

impl MigrationName for RewardsAndFindings {
    fn name(&self) -> &'static str {
        "0003_rewards_and_findings"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for RewardsAndFindings {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_server = manager.get_database_backend() == DbBackend::Postgres;
        let (whole, text) = if is_server { ("BIGINT", "TEXT COLLATE \"C\"") } else { ("INTEGER", "TEXT") };
        for column in COLUMNS {
            let column = column.replace("BIGINT", whole).replace("TEXT", text);
            manager.get_connection().execute_unprepared(&column).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        create(manager, TABLES).await?;
        create(manager, access::TABLES).await?;
        create(manager, locks::TABLES).await?;
        create(manager, person::TABLES).await?;
        create(manager, finance::TABLES).await?;
        create(manager, shop::TABLES).await?;
        create(manager, webhooks::TABLES).await?;
        create(manager, tier::TABLES).await?;
        create(manager, click::TABLES).await?;
        if is_server {
            manager.get_connection().execute_unprepared(wall::POLICIES).await?;
        }
        Ok(())
    }
}

const COLUMNS: &[&str] = &[
    "ALTER TABLE reward ADD COLUMN expired BIGINT",
    "ALTER TABLE reward ADD COLUMN reason TEXT",
    "ALTER TABLE reward ADD COLUMN waited_until BIGINT",
    "ALTER TABLE movement ADD COLUMN held BIGINT",
    "ALTER TABLE payout ADD COLUMN withheld BIGINT",
    "ALTER TABLE payout ADD COLUMN method TEXT",
    "ALTER TABLE ledger_transaction ADD COLUMN happened_at BIGINT",
];

/// By what pages of lists are found. These tables have few rows beside events, touches and sales: the indexes are made
/// within a moment, in which nobody writes.
const INDEXES: &[&str] = &[
    // What became of an earning is asked for one source at a time.
    "CREATE INDEX movement_by_source ON movement (brand, source, ambassador)",
    "CREATE INDEX post_by_author ON post (brand, program, author, at)",
    "CREATE INDEX payout_by_ambassador ON payout (brand, program, ambassador, run_at, balance_asset, payout)",
    // Whose account it is: its name up to the last colon.
    "CREATE INDEX balance_by_holder ON balance (brand, rtrim(account, 'abcdefghijklmnopqrstuvwxyz_'), asset)",
    "CREATE INDEX reward_by_holder ON reward (brand, ('ambassador:' || ambassador || ':'), asset) \
        WHERE status IN ('reserved', 'delivered')",
];

const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE finding (
            brand TEXT NOT NULL,
            program TEXT NOT NULL,
            finding TEXT NOT NULL,
            kind TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            found_at BIGINT NOT NULL,
            evidence TEXT NOT NULL,
            status TEXT NOT NULL,
            decided_at BIGINT,
            decided_by TEXT,
            reason TEXT,
            PRIMARY KEY (brand, program, finding)
        )",
        layout: Layout::ByArrival,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE held_earning (
            brand TEXT NOT NULL,
            program TEXT NOT NULL,
            source TEXT NOT NULL,
            ambassador TEXT NOT NULL,
            finding TEXT NOT NULL,
            PRIMARY KEY (brand, program, source, ambassador, finding)
        )",
        layout: Layout::ByKey,
        indexes: &["CREATE INDEX held_earning_by_finding ON held_earning (brand, program, finding)"],
    },
];
