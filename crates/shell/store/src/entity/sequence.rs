//! `sequence`. The next of a series of gapless numbers.

use sea_orm::entity::prelude::*;

/// The next of a series of gapless numbers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sequence")]
pub struct Model {
    /// The series.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The next number.
    pub next: i64,
}

impl ActiveModelBehavior for ActiveModel {}
