//! `vault_key`. By which key the vault is locked, without a word of the key.

use sea_orm::entity::prelude::*;

/// By which key the vault is locked, without a word of the key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vault_key")]
pub struct Model {
    /// 0: there is one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// What only this key makes of a fixed text.
    pub fingerprint: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
