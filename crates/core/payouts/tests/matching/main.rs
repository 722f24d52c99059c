//! Statements against payouts: the cases that a finance clerk meets, and what holds for all.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod again;
mod answering;
mod cases;
mod orders;
mod properties;
mod returning;
mod shapes;
