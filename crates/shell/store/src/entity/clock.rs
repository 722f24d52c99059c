//! `clock`. The last tick that was seen: a single row.

use sea_orm::entity::prelude::*;

/// The last tick that was seen: a single row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clock")]
pub struct Model {
    /// Always 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The tick, ms UTC.
    pub at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
