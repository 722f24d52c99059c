//! `configuration`. Configuration events as they came: what rebuilds the registry at start.

use sea_orm::entity::prelude::*;

/// Configuration events as they came: what rebuilds the registry at start.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "configuration")]
pub struct Model {
    /// Place in the order of acceptance.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The brand.
    pub brand: String,
    /// CloudEvents `type`.
    pub event_type: String,
    /// When it was accepted, ms UTC.
    pub recorded_at: i64,
    /// The event as CloudEvents JSON.
    pub body: String,
}

impl ActiveModelBehavior for ActiveModel {}
