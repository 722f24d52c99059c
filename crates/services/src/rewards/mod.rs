//! Rewards: missions, tokens, perks.
//!
//! Loads: the facts that missions count, grants, stock. Calls: [`tribute_rewards`]. Writes: grants, ledger
//! transactions.

mod facts;
mod grants;
mod stock;

pub(crate) use facts::run;
pub(crate) use grants::{fact_of, is_perk, mission_at};
pub(crate) use stock::take;
