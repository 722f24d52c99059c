//! `event_identity`. Which events were seen: what tells a duplicate from a conflict.

use sea_orm::entity::prelude::*;

/// Which events were seen: what tells a duplicate from a conflict.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_identity")]
pub struct Model {
    /// 16 bytes that stand for (brand, source, id).
    #[sea_orm(primary_key, auto_increment = false)]
    pub identity: Vec<u8>,
    /// 16 bytes that stand for the payload.
    pub fingerprint: Vec<u8>,
    /// Its place in the event log.
    pub seq: i64,
}

impl ActiveModelBehavior for ActiveModel {}
