//! `ledger_entry`. One line of a transaction.

use sea_orm::entity::prelude::*;

/// One line of a transaction.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The transaction.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The line within it, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i64,
    /// The account.
    pub account: String,
    /// The asset.
    pub asset: String,
    /// Minor units: debit positive, credit negative.
    pub amount: i64,
}

impl ActiveModelBehavior for ActiveModel {}
