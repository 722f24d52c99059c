//! `tier_sale`. What an order brought an ambassador, for the tiers that are reached by sales.

use sea_orm::entity::prelude::*;

/// What an order brought an ambassador, for the tiers that are reached by sales.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tier_sale")]
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
    /// Who is or was credited.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ambassador: String,
    /// When it was placed, ms UTC.
    pub at: i64,
    /// Their share of its net revenue over time, JSON.
    pub sold: String,
}

impl ActiveModelBehavior for ActiveModel {}
