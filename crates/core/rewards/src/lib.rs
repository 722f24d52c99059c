//! What content and conversions earn besides money: missions, tokens and perks; and what attention is worth.
//!
//! * [`order_qualifies`], [`post_qualifies`]: when an order or a post counts towards a mission.
//! * [`grants`]: the grants that the counting facts add up to, one per round; [`changes`]: what to grant and what
//!   to revoke so that the books say the same.
//! * [`reserve`]: who gets a perk's units, and who waits.
//! * [`spend`]: whether tokens can be spent.
//! * [`earned_media_value`]: what a post's interactions would have cost as advertising.
//!
//! A grant is a function of facts alone, in whatever order they arrived. This crate books nothing, pays no money
//! and keeps no rank: rank points are not tokens.
//!
//! ```
//! use tribute_events::{AmbassadorId, EventId, ProgramId, Timestamp};
//! use tribute_rewards::{Qualifying, Spell, grants};
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
//!     asset = "GAMECOIN"
//!     units = 50
//! "#).map_err(|problems| problems[0].to_string())?;
//! let fact = |day| Qualifying {
//!     at: Timestamp::from_millis(day),
//!     id: format!("order:{day}"),
//!     spells: vec![Spell { since: Timestamp::from_millis(day), until: None, cause: EventId::trusted("e") }],
//! };
//! let (program, ann) = (ProgramId::trusted("friends"), AmbassadorId::trusted("ann"));
//! let (facts, mission) = ([fact(20_600), fact(20_601), fact(20_602)], &terms.mission[0]);
//! let granted = grants(&program, &ann, |_| Some(mission), &facts, Timestamp::MAX);
//! assert_eq!(granted.len(), 1);
//! assert_eq!(granted[0].id.as_str(), "friends/pair/ann/1");
//! # Ok::<(), String>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod grant;
mod media_value;
mod qualify;
mod stock;
mod wallet;

pub use grant::{Changes, Grant, changes, grants};
pub use media_value::{MediaValues, earned_media_value};
pub use qualify::{PostHistory, Qualifying, Said, Spell, order_qualifies, post_qualifies};
pub use stock::{PerkClaim, Reservations, reserve};
pub use wallet::{SpendRefused, spend};
