//! Files of banks in small: what is read from them, and that no bytes whatever make a reader panic.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod any_bytes;
mod samples;
