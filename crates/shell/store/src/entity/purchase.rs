//! `purchase`. A view of the sales that were placed: what a shopper bought, and when. Nobody writes to it.

use sea_orm::entity::prelude::*;

/// A view of the sales that were placed: what a shopper bought, and when. Nobody writes to it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// `a:<account>`, `d:<device>`, or empty.
    #[sea_orm(primary_key, auto_increment = false)]
    pub buyer: String,
    /// When it was placed, ms UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: i64,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: String,
    /// When its first document was accepted, ms UTC.
    pub recorded_at: i64,
    /// When it was cancelled, ms UTC.
    pub cancelled_at: Option<i64>,
    /// The program that it names.
    pub program: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
