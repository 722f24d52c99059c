//! `handover`. What attribution decided and other services have yet to book, batch by batch.

use sea_orm::entity::prelude::*;

/// What attribution decided and other services have yet to book, batch by batch.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "handover")]
pub struct Model {
    /// The batch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The service whose turn it is.
    pub turn: String,
    /// When the batch was recorded, ms UTC.
    pub recorded_at: i64,
    /// The number of the log's first event after the batch.
    pub log_next: i64,
    /// What was decided, as JSON.
    pub body: String,
}

impl ActiveModelBehavior for ActiveModel {}
