//! Boards: who stands where, who wins what, and when a board closes for good.
//!
//! * [`metric_name`], [`score_text`]: what a score counts, and in which unit it is held.
//! * [`rank`]: places with ties; [`prizes`]: what the ranks win, ties sharing.
//! * [`closes`]: the periods of a board that freeze in a stretch of time.
//!
//! This crate keeps no scores and books no prizes; it neither invents rows nor drops any that has a score.
//!
//! ```
//! use tribute_events::AmbassadorId;
//! use tribute_leaderboards::{prizes, rank};
//! use tribute_terms::Ties;
//! let scores = [("ada", 90), ("bob", 90), ("cyd", 40)].map(|(id, score)| (AmbassadorId::trusted(id), score));
//! let ranked = rank(scores.to_vec());
//! assert_eq!(ranked.iter().map(|place| place.rank).collect::<Vec<_>>(), [1, 1, 3]);
//! let won = prizes("friends/top/2026-03", &ranked, &[10_000, 5_000, 2_000], Ties::Share)?;
//! assert_eq!(won.iter().map(|(_, amount)| *amount).collect::<Vec<_>>(), [7_500, 7_500, 2_000]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod metric;
mod period;
mod prize;
mod rank;

pub use metric::{metric_name, score_text, score_unit};
pub use period::{Close, closes};
pub use prize::{PrizeError, prize_amounts, prizes};
pub use rank::{Ranked, rank};
