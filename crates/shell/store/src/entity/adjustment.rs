//! `adjustment`. A correction of the books by hand: proposed by one person, decided by another.

use sea_orm::entity::prelude::*;

/// A correction of the books by hand: proposed by one person, decided by another.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "adjustment")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub adjustment: String,
    /// The program.
    pub program: String,
    /// The account that is debited.
    pub debit: String,
    /// The account that is credited.
    pub credit: String,
    /// The currency.
    pub asset: String,
    /// How much, in minor units.
    pub amount: i64,
    /// The day that it is booked on, `YYYY-MM-DD`.
    pub day: String,
    /// Why.
    pub reason: String,
    /// `proposed`, `approved` or `refused`.
    pub status: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When, ms UTC.
    pub proposed_at: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When, ms UTC.
    pub decided_at: Option<i64>,
    /// Why it was refused.
    pub refusal: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
