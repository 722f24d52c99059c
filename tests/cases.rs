//! The cases with known answers, by their numbers in the definition of what every number means: each goes in as
//! events and comes out as conversions, earnings, balances, payouts, boards or grants. Every story is told in order,
//! backwards one by one, and twice, and is compared with the auditor.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "cases/clicks.rs"]
mod clicks;
#[path = "cases/commission.rs"]
mod commission;
#[path = "cases/credit.rs"]
mod credit;
#[path = "cases/evidence.rs"]
mod evidence;
#[path = "cases/fees.rs"]
mod fees;
#[path = "cases/payouts.rs"]
mod payouts;
#[path = "cases/people.rs"]
mod people;
#[path = "cases/places.rs"]
mod places;
#[path = "cases/posts.rs"]
mod posts;
#[path = "cases/regions.rs"]
mod regions;
#[path = "cases/tiers.rs"]
mod tiers;

use tribute_tests::Story;

/// Ten percent of everything.
const TEN: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

/// Ten percent, with these attribution terms.
fn ten_with(attribution: &str) -> Story {
    Story::new(&format!("[attribution]\n{attribution}\n{TEN}"))
}

fn ten() -> Story {
    Story::new(TEN)
}

/// Ten percent, paid every month.
fn ten_monthly() -> Story {
    Story::new(&format!("{TEN}[payout]\nschedule = 'monthly'\n"))
}

const NOON: &str = "2026-03-01T12:00:00Z";
