//! Who may ask by HTTP.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[Table {
    create: "CREATE TABLE api_key (
        brand TEXT NOT NULL,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        scopes TEXT NOT NULL,
        ambassador TEXT,
        hash BYTES NOT NULL,
        hint TEXT NOT NULL,
        made_at BIGINT NOT NULL,
        expires_at BIGINT,
        revoked_at BIGINT,
        PRIMARY KEY (brand, key)
    )",
    layout: Layout::ByArrival,
    indexes: &["CREATE UNIQUE INDEX api_key_by_hash ON api_key (hash)"],
}];
