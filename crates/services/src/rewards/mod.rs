//! Rewards: missions, tokens, perks, badges, shipments.
//!
//! Loads: the facts that missions count, grants, stock. Calls: [`tribute_rewards`]. Writes: grants, prizes as
//! earnings, ledger transactions.

mod caps;
mod expiry;
mod facts;
mod fulfilment;
mod grants;
mod grounds;
mod locks;
mod money;
mod ration;
mod shipments;
mod spending;
mod stock;
mod waiting;
mod won;

pub(crate) use expiry::{expire, expiring};
pub(crate) use facts::{recruit, run};
pub use grants::fact_of;
pub(crate) use grants::mission_at;
pub(crate) use grounds::{Grounds, counts_recruits};
pub(crate) use locks::clear_until;
pub(crate) use ration::{begin, beginning};
pub(crate) use stock::take;
pub(crate) use won::{facts_of, tokens_won};
