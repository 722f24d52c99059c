//! `person_address`. Where a post of a person can be seen, encrypted under their own key.

use sea_orm::entity::prelude::*;

/// Where a post of a person can be seen, encrypted under their own key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_address")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The author.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person: String,
    /// What stands for the address in the facts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pseudonym: String,
    /// A nonce of 24 bytes, then the address under XChaCha20-Poly1305.
    pub sealed: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
