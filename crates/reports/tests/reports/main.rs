//! Reports, explanations and verification over the books of a small world, filled by the services themselves.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod demo;
mod explaining;
mod on_postgres;
mod paging;
mod reporting;
mod tampering;
mod tax;
mod verifying;
mod world;
