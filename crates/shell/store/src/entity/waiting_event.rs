//! `waiting_event`. An event that waits for what it names.

use sea_orm::entity::prelude::*;

/// An event that waits for what it names: a fulfilment for its grant to clear, a spend for its tokens.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "waiting_event")]
pub struct Model {
    /// The event's number in the log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The brand.
    pub brand: String,
    /// `perk.fulfilled` or `token.spent`.
    pub kind: String,
    /// What it waits for: the grant, the ambassador.
    pub subject: String,
    /// When it happened, ms UTC.
    pub at: i64,
    /// Where it came from.
    pub origin: String,
}

impl ActiveModelBehavior for ActiveModel {}
