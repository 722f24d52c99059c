//! A program's terms: the language they are written in (TOML), their versions, their calendar, and the
//! registry of everything that configuration events say.
//!
//! This crate says what terms *are*; it computes no money. Deciding crates read [`Terms`] and [`Registry`]
//! and never a file.
//!
//! ```
//! use tribute_terms::Terms;
//! let terms = Terms::parse(r#"
//!     [program]
//!     brand = "acme"
//!     id = "friends"
//!     version = "1"
//!     effective_from = "2026-01-01T00:00:00Z"
//!     currency = "USD"
//!
//!     [[commission]]
//!     id = "ten"
//!     pays.percent = "10%"
//! "#).map_err(|problems| problems[0].to_string())?;
//! assert_eq!(terms.attribution.window.to_string(), "30d");
//! # Ok::<(), String>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod about;
mod calendar;
mod campaign;
mod check;
mod check_budget;
mod check_commission;
mod check_fee;
mod check_fraud;
mod check_mission;
mod check_payout;
mod check_tier;
mod check_vetting;
mod demand;
mod difference;
mod disclosure;
mod estimate;
mod expression;
mod expression_branches;
mod expression_check;
mod facts;
mod finding;
mod hashtag;
mod media_value;
mod model;
mod moved;
mod problem;
#[cfg(test)]
mod problems_of;
mod registry;
mod span;
mod specificity;
mod tier;
mod vain;
mod vetting;
mod warning;

pub use about::{AboutOrder, AboutPost, AboutRecruit};
pub use calendar::{PeriodBounds, Zone};
pub use campaign::belongs_to_campaign;
pub use difference::Difference;
pub use disclosure::{Disclosure, disclosure_rules};
pub use expression::{Expression, Fact, Facts};
pub use facts::{FactKind, ORDER_FACTS, POST_FACTS, RECRUIT_FACTS};
pub use hashtag::{DISCLOSURE_HASHTAGS, carries_hashtag, mentions_account};
pub use model::*;
pub use problem::Problem;
pub use registry::{
    Ambassador, Brand, Campaign, CodeGrant, Dated, Mark, Papers, Profile, Program, Registry, Shipment,
    Standing, TaxForm, Turn, View, Workshop,
};
pub use span::{NotASpan, Span};
pub use specificity::Specificity;
pub use tier::Sold;
pub use vetting::Score;

/// The JSON Schema of a terms file, for editors.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Terms)
}
