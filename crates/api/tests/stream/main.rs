//! The live stream.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;
mod moves;
mod reading;
