//! What looks like fraud: findings, each with what it rests on.
//!
//! * [`identity`]: buyers who are their own ambassador, ambassadors who are one person. It needs no threshold.
//! * [`Conduct`]: clicks in floods, orders too soon after the click, codes that leaked, refunds beyond the usual, by the
//!   thresholds of the terms' `[fraud]` table, or the default ones.
//!
//! Both are looked for in every program whose terms do not turn it off.
//!
//! A finding is a function of the facts as they were known when an earning was about to clear: it says what they look
//! like, holds nothing and judges nobody. What it bears on is held until a person decides.
//!
//! ```
//! use tribute_events::{AmbassadorId, OrderId, Timestamp};
//! use tribute_fraud::{Conduct, Kind, Ordered};
//! let at = Timestamp::from_millis(100_000);
//! let order = Ordered { clicked_at: Some(Timestamp::from_millis(99_000)), ..Ordered::plain(OrderId::trusted("1"), at) };
//! let terms = tribute_terms::FraudTerms::default();
//! let ann = AmbassadorId::trusted("ann");
//! let found = Conduct::new(&terms, &ann, &[]).of(&order, at);
//! assert_eq!(found[0].kind, Kind::QuickOrder);
//! assert_eq!(found[0].evidence, ["the order came 1s after the click; less than 3s is no person's doing"]);
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod conduct;
mod finding;
mod identity;
mod leak;
mod share;

pub use conduct::{Conduct, Ordered};
pub use finding::{Finding, Kind};
pub use identity::{Buyer, identity};
