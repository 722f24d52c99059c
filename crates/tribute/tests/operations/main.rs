//! Running Tribute: settings, `doctor`, `backup`, `restore`, `simulate`, people and their erasure, as an operator meets
//! them.
//!
//! PostgreSQL and Kafka are used where `TRIBUTE_TEST_DATABASE_URL`, `TRIBUTE_TEST_BROKERS` and
//! `TRIBUTE_TEST_SECURE_BROKERS` (with `TRIBUTE_TEST_SECURE_CA`) name them.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod backup;
mod doctor;
mod harness;
mod person;
mod servers;
mod settings;
mod simulate;
