//! Reports, explanations and verification over the books of a small world, filled by the services themselves.

mod demo;
mod explaining;
mod on_postgres;
mod reporting;
mod tampering;
mod verifying;
mod world;
