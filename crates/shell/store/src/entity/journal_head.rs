//! `journal_head`. Where a brand's journal ends: the number and the hash of its last transaction.

use sea_orm::entity::prelude::*;

/// Where a brand's journal ends: the number and the hash of its last transaction.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal_head")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The last number.
    pub number: i64,
    /// The hash of that transaction.
    pub hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
