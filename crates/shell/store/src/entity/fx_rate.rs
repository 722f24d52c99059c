//! `fx_rate`. A reference rate: units of a currency for one euro.

use sea_orm::entity::prelude::*;

/// A reference rate: units of a currency for one euro.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fx_rate")]
pub struct Model {
    /// The currency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    /// The day that it was set for, `YYYY-MM-DD`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    /// The rate, as an exact decimal.
    pub rate: String,
}

impl ActiveModelBehavior for ActiveModel {}
