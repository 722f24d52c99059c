//! `finding`. A suspicion that holds earnings, with its evidence.

use sea_orm::entity::prelude::*;

/// A suspicion that holds earnings, with its evidence.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The program.
    #[sea_orm(primary_key, auto_increment = false)]
    pub program: String,
    /// The finding: kind and what it is about.
    #[sea_orm(primary_key, auto_increment = false)]
    pub finding: String,
    /// `self_referral`, `duplicate_account`, `click_flooding`, `quick_order`, `leaked_code` or `refund_ratio`.
    pub kind: String,
    /// Whose earnings it holds.
    pub ambassador: String,
    /// When it was found, ms UTC.
    pub found_at: i64,
    /// What it rests on, as JSON.
    pub evidence: String,
    /// `open`, `confirmed` or `released`.
    pub status: String,
    /// When a person decided, ms UTC.
    pub decided_at: Option<i64>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
