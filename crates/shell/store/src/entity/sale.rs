//! `sale`. An order with everything that is known of it.

use sea_orm::entity::prelude::*;

/// An order with everything that is known of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sale")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: String,
    /// `a:<account>`, `d:<device>`, or empty.
    pub buyer: String,
    /// When it was placed, ms UTC; absent while only a refund or the like is known.
    pub at: Option<i64>,
    /// When its first document was accepted, ms UTC.
    pub recorded_at: Option<i64>,
    /// When it was cancelled, ms UTC.
    pub cancelled_at: Option<i64>,
    /// When that was accepted, ms UTC.
    pub cancellation_recorded_at: Option<i64>,
    /// The program that it names.
    pub program: Option<String>,
    /// The subscription that it belongs to.
    pub subscription: Option<String>,
    /// The order's facts, as JSON.
    pub facts: String,
}

impl ActiveModelBehavior for ActiveModel {}
