//! Running Tribute: settings, `doctor`, `backup`, `restore`, `simulate`, people and their erasure, payouts
//! to a bank and back, as an operator meets them. The bank is `mock-bank`, which is fetched as for `interop`.
//!
//! PostgreSQL and Kafka are used where `TRIBUTE_TEST_DATABASE_URL`, `TRIBUTE_TEST_BROKERS` and
//! `TRIBUTE_TEST_SECURE_BROKERS` (with `TRIBUTE_TEST_SECURE_CA`) name them.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod again;
mod american;
mod backup;
#[path = "../../../../tests/harness/bank.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the tests of payment files, which ask the bank more"
)]
mod bank;
mod doctor;
mod harness;
mod misbehaviour;
mod payment;
mod person;
mod refused;
mod servers;
mod serving;
mod settings;
mod shop;
mod simulate;
#[path = "../../../../tests/interop/toolbox.rs"]
#[allow(dead_code, reason = "the bank is one of the programs of others")]
mod toolbox;
