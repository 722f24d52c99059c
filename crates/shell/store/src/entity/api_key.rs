//! `api_key`. A secret by which a program asks for a brand, as a hash.

use sea_orm::entity::prelude::*;

/// A secret by which a program asks for a brand, as a hash.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// The brand that it stands for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// Its public name, `key_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// What people call it.
    pub name: String,
    /// The role.
    pub role: String,
    /// The scopes that it is narrowed to, by blanks; all of its role where empty.
    pub scopes: String,
    /// The ambassador whose own data it may see, for the role `ambassador`.
    pub ambassador: Option<String>,
    /// SHA-256 of the secret.
    pub hash: Vec<u8>,
    /// The last four characters of the secret.
    pub hint: String,
    /// When it was made, ms UTC.
    pub made_at: i64,
    /// The first instant at which it no longer counts, ms UTC.
    pub expires_at: Option<i64>,
    /// When it was revoked, ms UTC.
    pub revoked_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
