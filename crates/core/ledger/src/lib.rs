//! Balanced, append-only, hash-chained double entry: every change of value is one [`Transaction`] of one
//! asset whose entries sum to zero, with the event that caused it.
//!
//! * [`Account`]: the stable names of the accounts; [`Recipe`]: every kind of transaction there is.
//! * [`earnings`], [`payouts`], [`rewards`], [`bank`]: one small function per recipe that returns the transactions.
//! * [`Chain`]: numbers and hashes a brand's journal, and finds the first row that was changed or removed;
//!   [`Anchor`]: its head as it is printed, to be held against it later.
//! * [`Books`]: balances, as the fold of the entries.
//!
//! What takes effect in a period that is closed is booked on the first open instant ([`Transaction::not_before`]), and the
//! row keeps when it happened.
//!
//! This crate stores nothing, and it decides nothing: how much is earned, and whether a payout may go out, is
//! said by others. Corrections are new transactions; nothing here changes an old one.
//!
//! # Signs
//! Debits are positive, credits negative. What an ambassador is owed stands on the credit side, so their accounts
//! are negative numbers in the books; [`Books::owed`] turns the sign for reading.
//!
//! # Accounts
//!
//! | account | holds | debited by | credited by |
//! | --- | --- | --- | --- |
//! | `expense:commission`, `:fees`, `:bonus`, `:prizes`, `:recruiter` | what the program cost | accrual | reversal of an accrual |
//! | `ambassador:<id>:pending` | earned, before its clearing instant | clearing, reversal | accrual |
//! | `ambassador:<id>:available` | cleared and unpaid; a debit balance is owed by the ambassador | payout proposed, clearing of a reversal | clearing, money given back, write-off |
//! | `ambassador:<id>:in_transit` | in a payout that is not settled | settlement, money given back, exchange | payout proposed, exchange, settlement undone |
//! | `ambassador:<id>:paid` | memo: everything that arrived | settlement undone | settlement |
//! | `payouts_control` | memo: the other side of every `paid` account | settlement | settlement undone |
//! | `cash` | money at the bank | settlement undone, exchange at the bank | settlement, charges, tax paid over, exchange at the bank |
//! | `store_credit`, `gift_card` | credit and cards that payouts issued | settlement undone | settlement |
//! | `tax_withheld` | kept back for the tax authority | tax paid over, money given back | payout proposed |
//! | `fx` | the open position between two currencies | exchange in, with the currency paid; exchange at the bank, with the account's | exchange out, with the currency of the balance; exchange at the bank, with the one paid |
//! | `expense:bank_charges` | what banks take | charge | charge given back |
//! | `expense:fx_difference` | what the bank's rate cost beyond the payout's | loss | gain |
//! | `expense:adjustments` | corrections by hand | adjustment | adjustment |
//! | `write_off` | debts of ambassadors that are given up | write-off | |
//! | `token:issued` | tokens in existence or spent | grant | revocation, expiry |
//! | `ambassador:<id>:wallet` | tokens that the ambassador holds | spending, expiry, revocation | grant |
//! | `token:spent` | tokens that came back for something | | spending |
//! | `perk:supplied` | the other side of all stock that ever came in | | stocking |
//! | `perk:stock` | units on the shelf | stocking, cancellation, revocation | reservation |
//! | `perk:reserved` | units that are promised | reservation | delivery, cancellation, revocation |
//! | `perk:delivered` | units handed over | delivery | |
//!
//! The two sides of `fx` are worth the same at the payout's fixing. What it cost to buy the currency is known where a
//! statement says so: then the position closes and the difference is realised. An adjustment may move money between any of
//! the program's own accounts and what ambassadors have available. Several programs of a brand share the accounts; each transaction names its program.
//!
//! # Example
//! ```
//! use tribute_events::{AmbassadorId, BrandId, EventId, ProgramId, Timestamp};
//! use tribute_ledger::{Books, Chain, Expense, Holding, Value, Voucher, earnings};
//!
//! let voucher = Voucher {
//!     program: ProgramId::trusted("friends"),
//!     effective_at: Timestamp::from_millis(0),
//!     recorded_at: Timestamp::from_millis(5),
//!     cause: EventId::trusted("e1"),
//!     memo: "order 1001 rule ten terms 2026-1".into(),
//! };
//! let ada = AmbassadorId::trusted("ada");
//! let earned = Value { asset: "USD".parse()?, amount: 1_470 };
//! let accrued = earnings::accrue(&voucher, Expense::Commission, &ada, &earned)?;
//!
//! let mut journal = Chain::genesis(&BrandId::trusted("acme"));
//! let head = journal.append(&accrued)?;
//! let mut books = Books::default();
//! books.apply(&accrued)?;
//! assert_eq!(books.owed(&ada, Holding::Pending, &earned.asset), 1_470);
//!
//! let mut check = Chain::genesis(&BrandId::trusted("acme"));
//! assert!(check.verify(1, &accrued, &head.hash).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod account;
mod anchor;
pub mod bank;
mod books;
mod chain;
pub mod earnings;
mod error;
mod memo;
pub mod payouts;
mod recipe;
pub mod rewards;
mod transaction;

pub use account::{Account, Expense, Holding};
pub use anchor::Anchor;
pub use books::Books;
pub use chain::{Broken, Chain, Hash, Head};
pub use error::LedgerError;
pub use memo::Memo;
pub use recipe::Recipe;
pub use transaction::{Entry, Transaction, Value, Voucher};
