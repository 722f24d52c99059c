//! Whose clicks there were on a day, where terms pay for clicks.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[Table {
    // Brand comes second, as for the touches themselves: whose it is tells more.
    create: "CREATE TABLE ambassador_click (
        brand TEXT NOT NULL,
        whose TEXT NOT NULL,
        at BIGINT NOT NULL,
        touch_id TEXT NOT NULL,
        PRIMARY KEY (whose, brand, at, touch_id)
    )",
    layout: Layout::ByKey,
    indexes: &["CREATE INDEX ambassador_click_by_time ON ambassador_click (brand, at)"],
}];
