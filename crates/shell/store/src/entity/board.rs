//! `board`. A board that is frozen, with its ranks.

use sea_orm::entity::prelude::*;

/// A board that is frozen, with its ranks.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "board")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The program.
    #[sea_orm(primary_key, auto_increment = false)]
    pub program: String,
    /// The board.
    #[sea_orm(primary_key, auto_increment = false)]
    pub board: String,
    /// The period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// The segment; empty for all.
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment: String,
    /// When it was frozen, ms UTC.
    pub frozen_at: i64,
    /// The ranks, as JSON.
    pub ranks: String,
}

impl ActiveModelBehavior for ActiveModel {}
