//! `login`. An account was seen on a device.

use sea_orm::entity::prelude::*;

/// An account was seen on a device.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The device.
    #[sea_orm(primary_key, auto_increment = false)]
    pub device: String,
    /// When, ms UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: i64,
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// When it was accepted, ms UTC.
    pub recorded_at: i64,
    /// The event that says so.
    pub event_id: String,
}

impl ActiveModelBehavior for ActiveModel {}
