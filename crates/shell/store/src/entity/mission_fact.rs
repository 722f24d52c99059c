//! `mission_fact`. One order or post that counts, or once counted, for a mission.

use sea_orm::entity::prelude::*;

/// One order or post that counts, or once counted, for a mission.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mission_fact")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The program.
    #[sea_orm(primary_key, auto_increment = false)]
    pub program: String,
    /// The mission.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mission: String,
    /// Whose fact it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ambassador: String,
    /// `order:<id>` or `post:<id>`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fact: String,
    /// When it happened, ms UTC.
    pub at: i64,
    /// When it counted and by which events, JSON.
    pub spells: String,
}

impl ActiveModelBehavior for ActiveModel {}
