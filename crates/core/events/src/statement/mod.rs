//! What banks and payment providers say, in one neutral form, whatever the format of their file.
//!
//! * [`Statement`]: an account's entries between an opening and a closing balance.
//! * [`StatusReport`]: what became of payments that were handed in (accepted, refused, returned), one by one.
//!
//! Both are read by the readers of the shell and matched with payouts by the core, so they stand here, where both may
//! know them. Names of payees and their accounts are left out on purpose: matching needs none of them. Only the free
//! text and corrected details of an account may hold personal data; they do not belong into logs.
//!
//! ```
//! use tribute_events::statement::{Amount, Day};
//! let amount = Amount { minor: 12_050, asset: "EUR".parse()? };
//! assert_eq!(amount.to_string(), "120.50 EUR");
//! let day: Day = "2026-11-24".parse()?;
//! assert_eq!(day.plus_days(7).to_string(), "2026-12-01");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod day;
mod entry;
mod status;

pub use account::{Arithmetic, Balance, Statement, StatementFormat};
pub use day::{Day, NotADay};
pub use entry::{Amount, Direction, Entry, EntryDetail, EntryStatus, Exchange, References, ReturnReason};
pub use status::{PaymentOutcome, PaymentStatus, StatusReport};
