//! The read side: reports, explanations of single ids, and the verification of the books.
//!
//! * [`report`]: what there is, row by row: balances, earnings, conversions, payouts, rewards, leaderboards,
//!   the funnel, a summary. [`report::collect`] returns typed rows; [`report::print`] writes them as they come.
//! * [`explain`]: an order, an earning, a payout, a ledger transaction, a post or a click, down to the events.
//! * [`person`]: everything that is held of one person.
//! * [`verify`]: whether the books are what was booked, and with [`verify::replay`] whether the log says so too.
//! * [`simulate`]: what a program would have cost under other terms, on the recorded facts.
//! * [`export`]: a brand's ledger for accountants.
//! * [`statement`]: a month for one ambassador.
//! * [`output`]: tables for people, JSON and CSV for programs.
//!
//! This crate writes nothing to the books and computes no money: it reads what the services booked. What it shows
//! is ordered by keys and holds no number that depends on the order in which events arrived.
//!
//! ```
//! use tribute_reports::{Cell, Column, Table};
//! let mut table = Table::new([Column::left("payout"), Column::right("amount"), Column::for_programs("currency")]);
//! table.push(vec![Cell::text("po_1"), Cell::amount(Some("12.34"), "GBP"), Cell::text("GBP")]);
//! assert!(table.to_text().ends_with("po_1    12.34 GBP"));
//! assert_eq!(table.to_csv()?, "payout,amount,currency\npo_1,12.34,GBP");
//! # Ok::<(), tribute_reports::ReportError>(())
//! ```
#![forbid(unsafe_code)]

mod error;
pub mod explain;
pub mod export;
mod journal;
pub mod output;
pub mod person;
mod query;
pub mod report;
pub mod simulate;
pub mod statement;
pub mod verify;

pub use error::ReportError;
pub use output::{Align, Cell, Column, Format, Style, Table, Writer};
pub use report::{Books, Filter, Subject};
