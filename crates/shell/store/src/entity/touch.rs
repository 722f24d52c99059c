//! `touch`. A click, scan or view, filed under the shopper it belongs to.

use sea_orm::entity::prelude::*;

/// A click, scan or view, filed under the shopper it belongs to.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "touch")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The touch's own id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub touch_id: String,
    /// `d:<device>` or `a:<account>`.
    pub subject: String,
    /// When it happened, ms UTC.
    pub at: i64,
    /// When it was accepted, ms UTC.
    pub recorded_at: i64,
    /// The event that told of it; empty while only a verdict has come.
    pub event_id: String,
    /// `view`, `click` or `qr`; `waiting` while only a verdict has come.
    pub kind: String,
    /// The program.
    pub program: Option<String>,
    /// Whose touch it is.
    pub ambassador: Option<String>,
    /// The link.
    pub link: Option<String>,
    /// The post that held the link.
    pub post: Option<String>,
    /// The campaign.
    pub campaign: Option<String>,
    /// The anonymous device.
    pub device: Option<String>,
    /// The shopper's account.
    pub account: Option<String>,
    /// Verdicts on it, as JSON.
    pub verdicts: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
