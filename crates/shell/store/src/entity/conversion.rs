//! `conversion`. An order as one program sees it: a row for each credited ambassador, or one row for nobody.

use sea_orm::entity::prelude::*;

/// An order as one program sees it: a row for each credited ambassador, or one row for nobody.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversion")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The program.
    #[sea_orm(primary_key, auto_increment = false)]
    pub program: String,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: String,
    /// The ambassador; empty for nobody or the house.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ambassador: String,
    /// When it was ordered, ms UTC.
    pub ordered_at: i64,
    /// When who-gets-what freezes, ms UTC.
    pub locks_at: i64,
    /// The ambassador's weight.
    pub weight: i64,
    /// The sum of all weights.
    pub of_weight: i64,
    /// The whole order's net, in millionths of the currency's unit.
    pub net_revenue: i64,
    /// The order's currency.
    pub currency: String,
    /// The tier that decided.
    pub tier: String,
    /// Whether the buyer had ordered before.
    pub returning_customer: bool,
    /// The version of the terms.
    pub terms_version: String,
    /// The conversion, as JSON.
    pub conversion: String,
}

impl ActiveModelBehavior for ActiveModel {}
