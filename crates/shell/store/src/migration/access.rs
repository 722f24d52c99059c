//! Who may ask by HTTP, and what was asked to be written.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[API_KEY, IDEMPOTENCY_KEY];

const API_KEY: Table = Table {
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
};

const IDEMPOTENCY_KEY: Table = Table {
    create: "CREATE TABLE idempotency_key (
        brand TEXT NOT NULL,
        credential TEXT NOT NULL,
        key TEXT NOT NULL,
        digest BYTES NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (brand, credential, key)
    )",
    layout: Layout::ByKey,
    indexes: &[],
};
