//! `refused_commit`. A commit that was refused because its worker no longer owned the source.

use sea_orm::entity::prelude::*;

/// A commit that was refused because its worker no longer owned the source.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refused_commit")]
pub struct Model {
    /// The topic.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The partition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub partition: i64,
    /// The epoch that the worker believed in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub epoch: i64,
    /// The worker.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    /// When, by the clock of the database, ms UTC.
    pub at: i64,
    /// What it found instead.
    pub reason: String,
}

impl ActiveModelBehavior for ActiveModel {}
