//! `webhook_secret`. What is sent to an endpoint is signed with, under the key of the vault.

use sea_orm::entity::prelude::*;

/// What is sent to an endpoint is signed with, under the key of the vault.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_secret")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The endpoint.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint: String,
    /// 1, 2, … in the order in which they were made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
    /// The first instant at which it signs no longer, ms UTC; the newest has none.
    pub valid_until: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
