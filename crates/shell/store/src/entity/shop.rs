//! `shop`. A shop whose deliveries are taken, with the secret that it signs with.

use sea_orm::entity::prelude::*;

/// A shop whose deliveries are taken, with the secret that it signs with.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shop")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// Its public id, `shop_…`, as it stands in the address that it delivers to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop: String,
    /// What it is called within the brand: it stands before the ids that the shop gives.
    pub name: String,
    /// `shopify`, `stripe` or `woocommerce`.
    pub kind: String,
    /// How what it says is to be taken, JSON.
    pub settings: String,
    /// The secret, sealed by the vault.
    pub secret: Vec<u8>,
    /// The one before it, sealed, which counts for a while yet.
    pub previous_secret: Option<Vec<u8>>,
    /// The first instant at which that no longer counts, ms UTC.
    pub previous_until: Option<i64>,
    /// When it was connected, ms UTC.
    pub connected_at: i64,
    /// When it was disconnected, ms UTC.
    pub disconnected_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
