//! Who people are: apart from the facts and the books, and encrypted.

use super::definition::{Layout, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        create: "CREATE TABLE person (
            brand TEXT NOT NULL,
            person TEXT NOT NULL,
            wrapped_key BYTES,
            erased_at BIGINT,
            PRIMARY KEY (brand, person)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE person_detail (
            brand TEXT NOT NULL,
            person TEXT NOT NULL,
            kind TEXT NOT NULL,
            slot TEXT NOT NULL,
            sealed BYTES NOT NULL,
            PRIMARY KEY (brand, person, kind, slot)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE person_account (
            brand TEXT NOT NULL,
            account TEXT NOT NULL,
            person TEXT NOT NULL,
            PRIMARY KEY (brand, account)
        )",
        layout: Layout::ByKey,
        indexes: &["CREATE INDEX person_account_by_person ON person_account (brand, person)"],
    },
    Table {
        create: "CREATE TABLE person_address (
            brand TEXT NOT NULL,
            person TEXT NOT NULL,
            pseudonym TEXT NOT NULL,
            sealed BYTES NOT NULL,
            PRIMARY KEY (brand, person, pseudonym)
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
    Table {
        create: "CREATE TABLE vault_key (
            id BIGINT NOT NULL PRIMARY KEY,
            fingerprint BYTES NOT NULL
        )",
        layout: Layout::ByKey,
        indexes: &[],
    },
];
