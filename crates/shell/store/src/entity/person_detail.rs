//! `person_detail`. One thing that is known of a person, encrypted under their own key.

use sea_orm::entity::prelude::*;

/// One thing that is known of a person, encrypted under their own key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_detail")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person: String,
    /// `name`, `email`, `address`, `tax_ids`, `payment`, `handle` or `paid_by`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// The pseudonym of a handle, the SHA-256 of a payment file; empty for what there is one of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: String,
    /// A nonce of 24 bytes, then the JSON text under XChaCha20-Poly1305.
    pub sealed: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
