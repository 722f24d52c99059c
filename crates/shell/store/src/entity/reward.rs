//! `reward`. A token or perk that a mission granted.

use sea_orm::entity::prelude::*;

/// A token or perk that a mission granted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reward")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The grant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub grant_id: String,
    /// The program.
    pub program: String,
    /// The mission.
    pub mission: String,
    /// The ambassador.
    pub ambassador: String,
    /// Which time round, from 1.
    pub round: i64,
    /// The token or perk.
    pub asset: String,
    /// How many.
    pub units: i64,
    /// When it was earned, ms UTC.
    pub effective_at: i64,
    /// The event that brought it about.
    pub cause: String,
    /// Where it stands: granted, waiting, reserved, delivered, revoked and so on.
    pub status: String,
    /// Value for the tax form, in millionths of the currency's unit.
    pub fair_value: Option<i64>,
    /// How many of its tokens expired.
    pub expired: Option<i64>,
    /// Why it waits, or brings less than the mission says.
    pub reason: Option<String>,
    /// When the clock last saw it wait for units, ms UTC: what is given late expires later.
    pub waited_until: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
