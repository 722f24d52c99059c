//! Five months (2026-01-01 to 2026-05-31) of three small programs, as events.
//!
//! A beauty brand (percent by link and code, a perk, prizes), a meal kit (flat per first order, recruiters) and
//! a game launch (tokens for content). People are ids only. Among the events are late ones, double ones and a
//! handful of bad ones, listed in [`BAD_EVENTS`], so that there is something to see in the quarantine.
//!
//! The clock is not among them: whoever plays them lets time pass.
//!
//! ```
//! let events = tribute_tools::demo::events(1);
//! assert!(events.len() > 3_000);
//! ```

mod beauty;
mod faults;
mod game;
mod meals;
mod rates;
mod shop;
mod story;

pub use faults::BAD_EVENTS;

use self::story::Story;

/// The terms of the three programs: file name under `deploy/programs`, and text.
#[must_use]
pub const fn terms() -> &'static [(&'static str, &'static str)] {
    &[
        ("beauty-ambassadors.toml", BEAUTY_TERMS),
        ("meal-kit-friends.toml", MEAL_TERMS),
        ("game-launch.toml", GAME_TERMS),
    ]
}

const BEAUTY_TERMS: &str = include_str!("../../../../deploy/programs/beauty-ambassadors.toml");
const MEAL_TERMS: &str = include_str!("../../../../deploy/programs/meal-kit-friends.toml");
const GAME_TERMS: &str = include_str!("../../../../deploy/programs/game-launch.toml");

/// The demo's events as lines of CloudEvents JSON, in the order in which they were recorded. The terms of the
/// programs are among them. The same seed gives the same lines.
#[must_use]
pub fn events(seed: u64) -> Vec<String> {
    let mut story = Story::new(seed);
    rates::tell(&mut story);
    beauty::tell(&mut story, BEAUTY_TERMS);
    meals::tell(&mut story, MEAL_TERMS);
    game::tell(&mut story, GAME_TERMS);
    faults::tell(&mut story);
    story.into_lines()
}

#[cfg(test)]
mod tests;
