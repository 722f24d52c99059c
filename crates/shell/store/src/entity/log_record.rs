//! `log_record`. A message of the embedded log.

use sea_orm::entity::prelude::*;

/// A message of the embedded log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_record")]
pub struct Model {
    /// The topic.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: String,
    /// The partition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub partition: i64,
    /// Its offset.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The headers as JSON: a list of pairs, values in base 16.
    pub headers: String,
    /// The message.
    pub value: Vec<u8>,
    /// When it was written, ms UTC.
    pub appended_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
