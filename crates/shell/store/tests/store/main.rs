//! One suite for both databases. SQLite always runs; PostgreSQL runs where `TRIBUTE_TEST_DATABASE_URL` names a
//! server, in a schema of its own for each test.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[macro_use]
mod harness;
mod balances;
mod leases;
mod opening;
mod reading;
mod round_trip;
mod transactions;
mod wall;
mod writing;
