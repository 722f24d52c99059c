//! The cases with known answers, and what the audit says of larger stories.

mod attribution;
mod clicks;
mod commission;
mod payouts;
mod posts;
mod story;
