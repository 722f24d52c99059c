//! Cleared balances become payouts: what a run proposes and why not, in which currency at which rate, when runs
//! are due, and what becomes of a payout afterwards.
//!
//! * [`propose`]: one run over the balances of a program, up to its cut-off.
//! * [`Rates`], [`Fixing`]: reference rates, and the two that a payout keeps.
//! * [`advance`]: the life of a payout, and when its money goes back: once at most.
//! * [`due`]: the cut-offs of a schedule; [`ends`]: the ends of periods of the calendar.
//! * [`may_approve`]: whether a person may approve a payout, and whether one more must.
//! * [`matching`]: what a bank says against what was paid; [`at_bank`]: what its charges and exchanges leave to be booked.
//!
//! This crate books nothing and pays nobody: it says what shall be booked. What is cleared is said by its caller.
//!
//! ```
//! use tribute_events::{AmbassadorId, ProgramId, Timestamp};
//! use tribute_payouts::{Balance, Outcome, Rates, propose};
//! use tribute_terms::{Program, Terms};
//!
//! let terms = Terms::parse(r#"
//!     [program]
//!     brand = "acme"
//!     id = "friends"
//!     version = "1"
//!     effective_from = "2026-01-01T00:00:00Z"
//!     currency = "USD"
//!     [payout]
//!     minimum = "10.00"
//! "#).map_err(|problems| problems[0].to_string())?;
//! let balance = Balance { ambassador: AmbassadorId::trusted("ada"), asset: "USD".parse()?, amount: 999 };
//! let run_at: Timestamp = "2026-04-01T00:00:00Z".parse()?;
//! let (program, rates) = (Program::default(), Rates::default());
//! let proposals = propose(&ProgramId::trusted("friends"), &program, &terms, run_at, &[balance], &[], &rates)?;
//! let Outcome::Hold { reason } = &proposals[0].outcome else { panic!("who is not enrolled is not paid") };
//! assert!(reason.starts_with("9.99 USD is held: nobody is enrolled as ada"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod approval;
mod bank;
mod error;
mod gates;
mod life;
pub mod matching;
mod proposal;
mod rates;
mod run;
mod schedule;

pub use approval::{Approval, Asked, Bar, barred, may_approve, same_name};
pub use bank::{AtBank, BookedPayout, ExchangeAtBank, at_bank};
pub use error::PayoutError;
pub use life::{Change, LedgerEffect, PayoutStatus, PayoutStep, advance};
pub use proposal::{Balance, Outcome, Proposal, payout_id};
pub use rates::{Fixing, MissingRate, Quote, Rates};
pub use run::propose;
pub use schedule::{due, ends};
