//! `idempotency_key`. A request that wrote, by the key that its sender gave it.

use sea_orm::entity::prelude::*;

/// A request that wrote, by the key that its sender gave it: sent again, it says the same at the same instant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The credential by which it was sent.
    #[sea_orm(primary_key, auto_increment = false)]
    pub credential: String,
    /// The key, of the sender's own choice.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of method, path and body.
    pub digest: Vec<u8>,
    /// When it came first, ms UTC: the time of its event.
    pub at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
