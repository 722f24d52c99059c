//! A shop as it was connected.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tribute_events::{BrandId, Timestamp};
use tribute_shops::{Kind, Settings};
use tribute_store::{Database, entity::shop};
use tribute_vault::{Vault, VaultError};

use crate::Problem;

/// A secret, which is wiped from memory when it is no longer needed.
type Secret = zeroize::Zeroizing<Vec<u8>>;

/// A shop whose deliveries are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedShop {
    /// Whose it is.
    pub brand: BrandId,
    /// Its public id, `shop_…`.
    pub id: String,
    /// What it is called within the brand.
    pub name: String,
    /// Which kind of shop it is.
    pub kind: Kind,
    /// How what it says is to be taken.
    pub settings: Settings,
    row: shop::Model,
}

/// Why a shop cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShopError {
    /// The database is away or refuses.
    #[error(transparent)]
    Database(#[from] sea_orm::DbErr),
    /// What is stored of it cannot be read.
    #[error("what is stored of shop {shop} cannot be read: {why}; connect it anew")]
    Unreadable {
        /// The shop.
        shop: String,
        /// Why.
        why: String,
    },
}

impl ConnectedShop {
    /// The shop of this id; nothing where there is none, or it was disconnected.
    ///
    /// # Errors
    /// Where the database is away, or the row cannot be read.
    pub async fn find(database: &Database, id: &str) -> Result<Option<Self>, ShopError> {
        let query = shop::Entity::find()
            .filter(shop::Column::Shop.eq(id))
            .filter(shop::Column::DisconnectedAt.is_null());
        query.one(database.connection()).await?.map(Self::of).transpose()
    }

    /// A shop of its row.
    ///
    /// # Errors
    /// [`ShopError::Unreadable`].
    pub fn of(row: shop::Model) -> Result<Self, ShopError> {
        let unreadable = |why: String| ShopError::Unreadable { shop: row.shop.clone(), why };
        Ok(Self {
            brand: BrandId::trusted(&row.brand),
            id: row.shop.clone(),
            name: row.name.clone(),
            kind: row
                .kind
                .parse()
                .map_err(|error: tribute_shops::UnknownKind| unreadable(error.to_string()))?,
            settings: Settings::from_json(&row.settings).map_err(|error| unreadable(error.to_string()))?,
            row,
        })
    }

    /// The secrets that count: its own, and the one before it for as long as that was promised.
    ///
    /// # Errors
    /// Where they do not open with the vault's key.
    pub fn secrets(&self, vault: &Vault, now: Timestamp) -> Result<Vec<Secret>, VaultError> {
        let until = self.row.previous_until.unwrap_or(i64::MIN);
        let previous = self.row.previous_secret.as_deref().filter(|_| now.millis() < until);
        let open = |sealed: &[u8]| vault.open_secret(&[&self.row.brand, &self.row.shop], sealed);
        [Some(self.row.secret.as_slice()), previous].into_iter().flatten().map(open).collect()
    }
}

impl From<ShopError> for Problem {
    fn from(error: ShopError) -> Self {
        match error {
            ShopError::Database(error) => error.into(),
            ShopError::Unreadable { .. } => Self::internal(&error),
        }
    }
}
