//! What a credited order, a post, a threshold or a recruit earns under a program's terms.
//!
//! * [`order_earnings`]: a [`Conversion`](tribute_events::Conversion) becomes one [`Earning`] per ambassador
//!   and commission rule.
//! * [`settle_group`]: tiers by period and caps per ambassador, which depend on sibling earnings.
//! * [`settle_budget`]: what several rules pay together out of a budget.
//! * [`bonuses`], [`recruiter_earnings`], [`post_earnings`]: thresholds, recruiters' shares, fees for posts.
//! * [`click_earnings`]: what the clicks of a day bring.
//! * [`recruit_earnings`], [`workshop_earnings`]: approved applications, workshops that were held.
//! * [`movements`]: what must be booked so that the books say what the facts say.
//!
//! An earning is a timeline of [`Step`]s in effective time, computed from facts alone; the order in which
//! the facts arrived leaves no trace in it.
//!
//! **Which rule.** Each line of an order goes to the most specific rule that matches it for the ambassador in
//! question ([`Specificity`](tribute_terms::Specificity) states the order); never to "the one that pays most".
//! The terms are those in force when the order was placed, so a refund takes the old rate back.
//!
//! **Currency.** A percentage is paid in the order's own currency. Flat amounts, caps, minimums and tiers by
//! revenue are amounts of the program's currency: a rule that has one does not match an order in another
//! currency (the next most specific rule does), since no exchange rate is ever guessed.
//!
//! **Rounding and splits.** A rule's total is rounded once per order, then split over all shares, the house's
//! included, with largest remainders: the parts add up to the total exactly.
//!
//! This crate does not decide who is credited, books nothing, and knows no calendar but the terms'.
//!
//! ```
//! use tribute_commission::{Movement, Step, movements};
//! use tribute_events::{EventId, Timestamp};
//! use tribute_money::Millionths;
//! let step = |day: i64, cause: &str, amount| Step {
//!     effective_at: Timestamp::from_millis(day),
//!     cause: EventId::trusted(cause),
//!     base: Millionths::ZERO,
//!     amount,
//! };
//! let booked = [step(1, "sale", 1470)];
//! let desired = [step(1, "sale", 1470), step(9, "refund", 0)];
//! let refund = Movement { effective_at: Timestamp::from_millis(9), cause: EventId::trusted("refund"), amount: -1470 };
//! assert_eq!(movements(&booked, &desired)?, [refund]);
//! assert_eq!(movements(&desired, &desired)?, []);
//! # Ok::<(), tribute_commission::CommissionError>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod amount;
mod bonus;
mod budget;
mod buyer;
mod click;
mod click_fee;
mod deliverable;
mod earning;
mod error;
mod formula;
mod group;
mod matching;
mod member;
mod movement;
mod order;
mod pieces;
mod post;
mod post_fee;
mod recruiter;
mod rights;
mod share;
mod stage;
mod standing;
mod tier;
mod unpaid;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod properties;

pub use bonus::bonuses;
pub use budget::{forget_budget, note_budget, settle_budget};
pub use click::{Click, ClickLock, Objection, click_day, click_days};
pub use click_fee::click_earnings;
pub use deliverable::{Deliverables, Delivery, DeliveryStatus};
pub use earning::{Budgeted, Earning, EarningKind, NotASource, Source, Split, Step, Unsettled};
pub use error::CommissionError;
pub use group::settle_group;
pub use movement::{Movement, movements};
pub use order::order_earnings;
pub use post::{PostFact, PostFacts, Remark};
pub use post_fee::{author_view, post_earnings};
pub use recruiter::recruiter_earnings;
pub use rights::usage_rights;
pub use standing::{recruit_earnings, workshop_earnings};
pub use unpaid::why_unpaid;
