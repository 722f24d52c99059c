//! `log_topic`. A topic of the embedded log.

use sea_orm::entity::prelude::*;

/// A topic of the embedded log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_topic")]
pub struct Model {
    /// The topic.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: String,
    /// How many partitions it has.
    pub partitions: i64,
}

impl ActiveModelBehavior for ActiveModel {}
