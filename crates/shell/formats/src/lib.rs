//! Files that others read: strict writers, nothing guessed. Files that others write: tolerant readers, nothing assumed.
//!
//! * [`payout_list`]: payouts as CSV for whoever pays by hand;
//! * [`rail`]: the files that banks and payment providers take: ISO 20022 pain.001, NACHA, PayPal, Wise;
//! * [`books`]: a brand's ledger for accountants, and [`account_statement`]: a month for one ambassador;
//! * [`details`]: validated payment details, which only these files show in full.
//!
//! The same payouts make the same bytes, so that a file can be issued again. What cannot be written exactly is a
//! [`FormatError`] that names the payout, and then there is no file at all.
//!
//! * [`statement`]: what banks and providers say, in one neutral form.
//!
//! ```
//! use tribute_formats::{PayoutLine, payout_list};
//! let line = PayoutLine {
//!     payout: "po_1".parse()?, program: "friends".parse()?, ambassador: "ada".parse()?,
//!     amount: 1_250, currency: "EUR".parse()?, run_at: "2026-04-01T00:00:00Z".parse()?,
//! };
//! let file = payout_list(&[line])?;
//! assert_eq!(String::from_utf8(file.bytes)?, "payout,program,ambassador,amount,currency,run_at\n\
//!     po_1,friends,ada,12.50,EUR,2026-04-01T00:00:00Z\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod account_statement;
pub mod books;
pub mod details;
mod error;
mod file;
mod payout_list;
pub mod rail;
pub mod rates;
pub mod statement;

pub use error::{FormatError, Refusal};
pub use file::{WrittenFile, WrittenPayment};
pub use payout_list::{PayoutLine, payout_list};
