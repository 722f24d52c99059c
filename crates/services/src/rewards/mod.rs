//! Rewards: missions, tokens, perks, badges, shipments.
//!
//! Loads: the facts that missions count, grants, stock. Calls: [`tribute_rewards`]. Writes: grants, prizes as
//! earnings, ledger transactions.

mod caps;
mod expiry;
mod facts;
mod grants;
mod grounds;
mod money;
mod ration;
mod shipments;
mod stock;

pub(crate) use caps::{Capped, within};
pub(crate) use expiry::{expire, expiring};
pub(crate) use facts::run;
pub(crate) use grants::{fact_of, mission_at};
pub(crate) use grounds::Grounds;
pub(crate) use ration::{begin, beginning};
pub(crate) use stock::take;
