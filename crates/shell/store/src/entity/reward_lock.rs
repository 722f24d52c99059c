//! `reward_lock`. A grant that has not cleared yet.

use sea_orm::entity::prelude::*;

/// A grant that has not cleared yet: its tokens cannot be spent, its perk is not handed over.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reward_lock")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The grant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub grant_id: String,
    /// The program.
    pub program: String,
    /// When it clears, unless a finding holds it, ms UTC.
    pub locks_at: i64,
    /// Since when a finding holds it, ms UTC.
    pub held: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
