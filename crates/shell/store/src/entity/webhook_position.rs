//! `webhook_position`. How far an endpoint's deliveries are queued, by stream of the outbox.

use sea_orm::entity::prelude::*;

/// How far an endpoint's deliveries are queued, by stream of the outbox.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_position")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The endpoint.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint: String,
    /// The stream of the outbox.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// The number of the event that comes next. It only grows, but for a person who moves it.
    pub next: i64,
}

impl ActiveModelBehavior for ActiveModel {}
