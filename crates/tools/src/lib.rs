//! Events to try Tribute with: a converter of neutral event files, a benchmark workload, a demo.
//!
//! * [`replay`]: turns a neutral set of events (posts, clicks, sales, refunds, exchange rates) into the contract.
//! * [`workload`]: the benchmark workload AFF-1, endless, seeded, in constant memory.
//! * [`demo`]: five months of three small programs, with late, double and bad deliveries.
//! * [`people`]: lists of people for enrolments in bulk.
//!
//! Everything here is a function of its input and a seed; nothing reads a clock. This crate decides nothing
//! about money and writes to no database: its output are lines of CloudEvents JSON.
//!
//! ```
//! use tribute_tools::workload::{Options, Workload};
//! let options = Options { brands: 2, ambassadors: 10, visitors: 50, events: 5, history: 3, ..Options::default() };
//! let lines = options.lines();
//! let first: Vec<String> = Workload::new(options)?.collect();
//! assert_eq!(first.len() as u64, lines);
//! # Ok::<(), tribute_tools::ToolError>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

pub mod demo;
mod error;
mod files;
pub mod people;
mod random;
pub mod replay;
pub mod workload;

pub use error::ToolError;
pub use files::{Compression, Output};
pub use random::{Random, Zipf};
