//! `outbox`. Outgoing events, written with the results that they tell of and published afterwards.

use sea_orm::entity::prelude::*;

/// Outgoing events, written with the results that they tell of and published afterwards.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// The topic and partition of the writer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// Gapless number within the stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// Number of the batch that brought them about.
    pub batch: i64,
    /// Number of the first event within the stream.
    pub events_first: i64,
    /// Number of the last event within the stream.
    pub events_last: i64,
    /// The CloudEvents as NDJSON.
    pub body: String,
}

impl ActiveModelBehavior for ActiveModel {}
