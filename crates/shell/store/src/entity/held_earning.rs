//! `held_earning`. An earning that a finding holds.

use sea_orm::entity::prelude::*;

/// An earning that a finding holds.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "held_earning")]
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
    /// The finding.
    #[sea_orm(primary_key, auto_increment = false)]
    pub finding: String,
}

impl ActiveModelBehavior for ActiveModel {}
