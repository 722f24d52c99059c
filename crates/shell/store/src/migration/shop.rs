//! Shops whose deliveries are taken.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[Table {
    create: "CREATE TABLE shop (
        brand TEXT NOT NULL,
        shop TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        settings TEXT NOT NULL,
        secret BYTES NOT NULL,
        previous_secret BYTES,
        previous_until BIGINT,
        connected_at BIGINT NOT NULL,
        disconnected_at BIGINT,
        PRIMARY KEY (brand, shop)
    )",
    layout: Layout::ByArrival,
    indexes: &[
        "CREATE UNIQUE INDEX shop_by_id ON shop (shop)",
        "CREATE UNIQUE INDEX shop_by_name ON shop (brand, name) WHERE disconnected_at IS NULL",
    ],
}];
