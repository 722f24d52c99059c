//! `person_account`. Under which pseudonym the facts know an account of somebody who is not enrolled.

use sea_orm::entity::prelude::*;

/// Under which pseudonym the facts know an account of somebody who is not enrolled.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_account")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// What only the vault's key makes of the platform and the name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// The pseudonym: random, so that nothing leads back to the account once this row is gone.
    pub person: String,
}

impl ActiveModelBehavior for ActiveModel {}
