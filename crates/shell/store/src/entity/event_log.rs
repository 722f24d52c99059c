//! `event_log`. Every accepted event, in the order of acceptance: the input of a replay.

use sea_orm::entity::prelude::*;

/// Every accepted event, in the order of acceptance: the input of a replay.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_log")]
pub struct Model {
    /// Place in the log, ascending.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Number of the batch that brought it in.
    pub batch: i64,
    /// The brand.
    pub brand: String,
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `id`.
    pub event_id: String,
    /// CloudEvents `type`.
    pub event_type: String,
    /// When it happened, ms UTC.
    pub time_at: i64,
    /// When the log first accepted it, ms UTC.
    pub recorded_at: i64,
    /// 16 bytes that stand for type, time and payload: what tells a duplicate from a conflict.
    pub fingerprint: Vec<u8>,
    /// 0 while the event is in force; its own place once a service refused it: its identity is free again.
    pub refused: i64,
    /// The event as CloudEvents JSON.
    pub body: String,
}

impl ActiveModelBehavior for ActiveModel {}
