//! `earning`. What one source earns one ambassador by one rule, as it was last booked.

use sea_orm::entity::prelude::*;

/// What one source earns one ambassador by one rule, as it was last booked.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "earning")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The program.
    #[sea_orm(primary_key, auto_increment = false)]
    pub program: String,
    /// The order, post or period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The ambassador.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ambassador: String,
    /// The rule.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule: String,
    /// `commission`, `fee`, `bonus`, `recruiter` or `prize`.
    pub kind: String,
    /// What it is paid in.
    pub asset: String,
    /// The amount that stands, in minor units.
    pub amount: i64,
    /// When the source happened, ms UTC.
    pub source_at: i64,
    /// From when it can be paid, ms UTC.
    pub clears_at: i64,
    /// The version of the terms.
    pub terms_version: String,
    /// The group that it is settled with: tiers and caps by period.
    pub group_key: Option<String>,
    /// The earning as booked, as JSON.
    pub earning: String,
}

impl ActiveModelBehavior for ActiveModel {}
