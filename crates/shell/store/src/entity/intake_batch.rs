//! `intake_batch`. What became of the events of one batch: nothing that came in is unaccounted for.

use sea_orm::entity::prelude::*;

/// What became of the events of one batch: nothing that came in is unaccounted for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "intake_batch")]
pub struct Model {
    /// The batch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// Where its first event came from.
    pub origin: String,
    /// How many events came in.
    pub received: i64,
    /// How many were new.
    pub accepted: i64,
    /// How many were known already.
    pub duplicates: i64,
    /// How many were put aside.
    pub quarantined: i64,
}

impl ActiveModelBehavior for ActiveModel {}
