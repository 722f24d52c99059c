//! `period`. A month that is closed, and everything before it.

use sea_orm::entity::prelude::*;

/// A month that is closed, and everything before it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The month in UTC, `YYYY-MM`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: String,
    /// The first instant after it, from which on the books are open, ms UTC.
    pub open_from: i64,
    /// When it was closed, ms UTC.
    pub closed_at: i64,
    /// Who closed it.
    pub closed_by: String,
    /// The last row of the brand's journal at that moment.
    pub number: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
