//! What ambassadors sold, where tiers are reached by it.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[Table {
    create: "CREATE TABLE tier_sale (
        brand TEXT NOT NULL,
        program TEXT NOT NULL,
        order_id TEXT NOT NULL,
        ambassador TEXT NOT NULL,
        at BIGINT NOT NULL,
        sold TEXT NOT NULL,
        PRIMARY KEY (brand, program, order_id, ambassador)
    )",
    layout: Layout::ByArrival,
    indexes: &["CREATE INDEX tier_sale_by_ambassador ON tier_sale (brand, program, ambassador, at)"],
}];
