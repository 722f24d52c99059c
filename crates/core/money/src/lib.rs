//! Exact money: what every amount in Tribute is made of.
//!
//! * [`Asset`]: what a value is counted in (a currency, a token, a perk) and its minor units.
//! * [`Millionths`]: an exact input amount with up to six decimals; never rounded on input.
//! * [`Rate`]: a fraction such as 2.9 %, exact to six decimals.
//! * [`Rounding`] and [`divide`]: the one place where a quotient becomes a whole number.
//! * [`allocate`]: splits a total by weights with largest remainders; the parts always add up.
//! * [`exchange`]: an amount in another currency by two reference rates, rounded once.
//!
//! Ledger amounts are plain `i64` minor units beside their [`Asset`]. There is no floating point here,
//! and every operation that can overflow returns [`MoneyError`].
//!
//! This crate knows nothing of programs, events or accounts.
//!
//! ```
//! use tribute_money::{Asset, Millionths, Rate, Rounding};
//! let sale: Millionths = "5.00".parse()?;
//! let rate: Rate = "2.9%".parse()?;
//! let usd: Asset = "USD".parse()?;
//! assert_eq!(sale.times(rate, usd.exponent()?, Rounding::HalfUp)?, 15);
//! # Ok::<(), tribute_money::MoneyError>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod allocate;
mod asset;
mod error;
mod exchange;
mod millionths;
mod rate;
mod rounding;

pub use allocate::{Part, allocate};
pub use asset::{Asset, format_minor, parse_minor};
pub use error::MoneyError;
pub use exchange::{ReferenceRate, exchange};
pub use millionths::Millionths;
pub use rate::Rate;
pub use rounding::{Rounding, divide};
