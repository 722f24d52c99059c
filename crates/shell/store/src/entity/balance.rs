//! `balance`. The sum of an account's entries in one asset.

use sea_orm::entity::prelude::*;

/// The sum of an account's entries in one asset.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "balance")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// The asset.
    #[sea_orm(primary_key, auto_increment = false)]
    pub asset: String,
    /// Minor units: debit positive, credit negative.
    pub amount: i64,
}

impl ActiveModelBehavior for ActiveModel {}
