//! `movement`. A change of what an ambassador is owed.

use sea_orm::entity::prelude::*;

/// A change of what an ambassador is owed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "movement")]
pub struct Model {
    /// Number, ascending.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The ambassador.
    pub ambassador: String,
    /// The asset.
    pub asset: String,
    /// The order, post or period.
    pub source: String,
    /// The rule.
    pub rule: String,
    /// When it took effect, ms UTC.
    pub effective_at: i64,
    /// From when it counts as payable, ms UTC.
    pub available_at: i64,
    /// The change, in minor units; negative takes back.
    pub amount: i64,
    /// The event that brought it about.
    pub cause: String,
    /// Whether it was moved from pending to available.
    pub cleared: bool,
    /// The payout that took it up.
    pub payout: Option<String>,
    /// Since when a finding keeps it from clearing, ms UTC.
    pub held: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
