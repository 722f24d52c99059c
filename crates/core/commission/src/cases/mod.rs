//! The cases with known answers that fall to this crate, and what lies around them.

mod clicks;
mod groups;
mod orders;
mod others;
mod posts;
