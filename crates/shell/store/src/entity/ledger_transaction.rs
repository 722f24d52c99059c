//! `ledger_transaction`. The head of a balanced transaction in a brand's gapless, hash-chained journal.

use sea_orm::entity::prelude::*;

/// The head of a balanced transaction in a brand's gapless, hash-chained journal.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_transaction")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// Gapless number within the brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// What kind of transaction it is.
    pub recipe: String,
    /// The program.
    pub program: String,
    /// The one asset of all its entries.
    pub asset: String,
    /// When it took effect, ms UTC.
    pub effective_at: i64,
    /// When it was booked, ms UTC.
    pub recorded_at: i64,
    /// The event that brought it about.
    pub cause: String,
    /// Source, rule and version of the terms, in short.
    pub memo: String,
    /// SHA-256 over this transaction and the hash before it.
    pub hash: Vec<u8>,
    /// When it happened, ms UTC, where that lay in a period that was closed before it came.
    pub happened_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
