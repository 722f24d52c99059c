//! The vault: who people are and where they are paid, apart from facts and books.
//!
//! Facts and books know a person by a key, the ambassador's id within a brand. What belongs to the human being (legal
//! name, e-mail, handles, address, tax ids, payment details) lies here, each piece encrypted under a random key of that
//! person, and that key encrypted under the installation's [`VaultKey`], which is not in the database. So a copy of the
//! database tells nobody's name, and to [erase](Vault::erase) a person is to delete their key and their rows; the books
//! are not touched, and stay provable.
//!
//! What comes in by events is [sealed](Vault::seal) before it reaches the log: a pseudonym under the vault's key takes its
//! place in the facts, the handle itself goes into the vault in the same transaction. So it is with the addresses of posts.
//! An author who is not enrolled has a [pseudonym](Vault::pseudonyms_of) of their own, which nothing leads to once they are
//! erased.
//!
//! Nothing that decides reads the vault: payouts are computed from facts, and only who writes the file for the bank asks
//! for [`details_for`](Vault::details_for).
//!
//! ```
//! use tribute_store::Database;
//! use tribute_vault::{Held, PersonDetails, Vault, VaultKey};
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let database = Database::open(&directory.path().join("tribute.db").display().to_string()).await?;
//! let vault = Vault::with(VaultKey::parse(&"07".repeat(32))?);
//! let (brand, ada) = ("acme".parse()?, "amb-1".parse()?);
//! let details = PersonDetails { name: Some("Ada Lovelace".parse()?), ..PersonDetails::default() };
//! let mut transaction = database.begin().await?;
//! vault.keep(&mut transaction, &brand, &[(ada, details.clone())]).await?;
//! let found = vault.find(&mut transaction, &brand, None).await?;
//! assert_eq!(found.values().next(), Some(&Held::Known(details)));
//! transaction.commit().await?;
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod accounts;
mod addresses;
mod cipher;
mod details;
mod erase;
mod error;
mod keep;
mod key;
mod marks;
mod needles;
mod read;
mod redact;
mod seal;
mod secret;

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

pub use accounts::Author;
pub use details::{Held, PaidBy, PersonDetails, SocialHandle, TaxId};
pub use erase::Erased;
pub use error::VaultError;
pub use keep::Kept;
pub use key::VaultKey;
pub use marks::Marks;
pub use needles::Needles;
pub use read::Payee;
pub use seal::SealedEvent;

/// The vault of an installation. Clones share its key.
#[derive(Debug, Clone, Default)]
pub struct Vault {
    key: Arc<OnceLock<VaultKey>>,
    place: Option<PathBuf>,
}

impl Vault {
    /// A vault nobody has the key of: facts that are sealed already pass, anything personal is refused.
    #[must_use]
    pub fn closed() -> Self {
        Self::default()
    }

    /// The vault that this key opens.
    #[must_use]
    pub fn with(key: VaultKey) -> Self {
        Self { key: Arc::new(OnceLock::from(key)), place: None }
    }

    /// The vault whose key lies in this file. The file is made, for its owner alone, when a key is first needed.
    #[must_use]
    pub fn at(place: PathBuf) -> Self {
        Self { key: Arc::default(), place: Some(place) }
    }

    pub(crate) fn key(&self) -> Result<&VaultKey, VaultError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let place = self.place.as_ref().ok_or(VaultError::Closed)?;
        let key = VaultKey::read_or_make(place)?;
        Ok(self.key.get_or_init(|| key))
    }
}
