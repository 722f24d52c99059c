//! What content, conversions and recruits earn besides commission: missions, tokens, perks; and what attention is worth.
//!
//! * [`order_qualifies`], [`post_qualifies`], [`recruit_qualifies`]: when a fact counts towards which need of a mission.
//! * [`rounds`]: the rounds that the counting facts add up to, each with what it brings; [`reached`]: how far the next
//!   one has come.
//! * [`reserve`]: who gets a perk's units, and who waits; [`within_cap`], [`expiries`]: what limits tokens.
//! * [`spend`]: whether tokens can be spent.
//! * [`earned_media_value`]: what a post's interactions would have cost as advertising.
//!
//! What is granted is a function of facts alone, in whatever order they arrived. This crate books nothing, pays no
//! money and keeps no rank: rank points are not tokens.
//!
//! ```
//! use tribute_events::{AmbassadorId, EventId, ProgramId, Timestamp};
//! use tribute_rewards::{Qualifying, Spell, rounds};
//! use tribute_terms::Terms;
//! let terms = Terms::parse(r#"
//!     [program]
//!     brand = "acme"
//!     id = "friends"
//!     version = "1"
//!     effective_from = "2026-01-01T00:00:00Z"
//!     currency = "USD"
//!
//!     [[mission]]
//!     id = "pair"
//!     requires.conversions = 2
//!     rounds = 0
//!     gives = [{ token = "GAMECOIN", units = 50 }, { badge = "SELLER" }]
//! "#).map_err(|problems| problems[0].to_string())?;
//! let fact = |day| {
//!     let (at, cause) = (Timestamp::from_millis(day), EventId::trusted("e"));
//!     let need = "0/conversions".into();
//!     let spell = Spell { since: at, until: None, cause, need, amount: 1, locks_at: at };
//!     Qualifying { at, id: format!("order:{day}"), spells: vec![spell] }
//! };
//! let (program, ann) = (ProgramId::trusted("friends"), AmbassadorId::trusted("ann"));
//! let (facts, mission) = ([fact(20_600), fact(20_601), fact(20_602)], &terms.mission[0]);
//! let won = rounds(|_| Some(mission), &facts, Timestamp::MAX);
//! assert_eq!(won.len(), 1);
//! let granted = won[0].grants(&program, &ann);
//! assert_eq!(granted[0].id.as_str(), "friends/pair/ann/1");
//! assert_eq!(granted[1].asset.as_str(), "BADGE:SELLER");
//! # Ok::<(), String>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

#[cfg(test)]
mod fixture;
mod grant;
mod media_value;
mod need;
mod order;
mod post;
mod recruit;
mod round;
mod spell;
mod stock;
mod token;
mod wallet;

pub use grant::{Grant, shipment_id, won_by};
pub use media_value::{MediaValues, earned_media_value};
pub use need::{Counted, Need, needs};
pub use order::order_qualifies;
pub use post::{PostHistory, Said, post_qualifies};
pub use recruit::{recruit_qualifies, recruited_at};
pub use round::{Reached, Round, reached, rounds};
pub use spell::{Qualifying, Spell};
pub use stock::{PerkClaim, Reservations, reserve};
pub use token::{Lot, Won, expiries, within_cap};
pub use wallet::{SpendRefused, spend};
