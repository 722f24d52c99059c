//! `person`. Somebody of whom the vault knows something, or of whom it knew something and may know nothing any more.

use sea_orm::entity::prelude::*;

/// Somebody of whom the vault knows something, or may know nothing any more.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The ambassador's id, or an outsider's pseudonym: the key that facts and books know them by.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person: String,
    /// The person's own key, encrypted under the installation's; none once they are erased.
    pub wrapped_key: Option<Vec<u8>>,
    /// When they were erased, ms UTC.
    pub erased_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
