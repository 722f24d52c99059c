use std::path::PathBuf;

use tribute_events::{AmbassadorId, BrandId, Rejection};

/// Why the vault did not do what was asked of it. It never holds anything personal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no key.
    #[error("the vault has no key here; name one by `vault.key_file` or TRIBUTE_VAULT_KEY")]
    Closed,
    /// A key is no key.
    #[error("the vault's key must be 64 hexadecimal digits; `openssl rand -hex 32` makes one")]
    NotAKey,
    /// The file of the key cannot be read or made.
    #[error("the vault's key in {} cannot be read or made; say where it is by `vault.key_file`", place.display())]
    File {
        /// The file.
        place: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database was used with another key.
    #[error(
        "this database's vault was locked with another key; give the one that it was made with by `vault.key_file` \
         or TRIBUTE_VAULT_KEY, it is not replaced"
    )]
    OtherKey,
    /// The machine gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// What is kept of a person cannot be read.
    #[error(
        "what the vault keeps of person {person} of brand {brand} ({kind}) was changed or damaged; give it again by `tribute person import`"
    )]
    Unreadable {
        /// The brand.
        brand: BrandId,
        /// The person.
        person: AmbassadorId,
        /// Which piece.
        kind: String,
    },
    /// A post names its author by an account of which nobody said under which pseudonym the facts know it.
    #[error(
        "a post of brand {brand} names its author by an account that has no pseudonym; give the event again"
    )]
    NoPseudonym {
        /// The brand.
        brand: BrandId,
    },
    /// A secret cannot be opened.
    #[error(
        "the secret of {of} was changed or damaged, or sealed under another key; give the vault's key that it was made \
         with, or make a new secret"
    )]
    Secret {
        /// What it belongs to.
        of: String,
    },
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] tribute_store::StoreError),
    /// The bytes of an event are not its own.
    #[error("an event cannot be sealed: {0}")]
    Seal(Rejection),
}
