//! `claim`. A claim of a sale that is missing, and what became of it.

use sea_orm::entity::prelude::*;

/// A claim of a sale that is missing, and what became of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "claim")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub claim: String,
    /// The program.
    pub program: String,
    /// Who claims.
    pub ambassador: String,
    /// The order.
    pub order_id: String,
    /// When it was opened, ms UTC.
    pub opened_at: i64,
    /// `open`, `accepted` or `refused`.
    pub status: String,
    /// A JSON list of {at, what, by, text, event}.
    pub history: String,
}

impl ActiveModelBehavior for ActiveModel {}
