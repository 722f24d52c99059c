use std::path::PathBuf;

use tribute_store::StoreError;
use tribute_vault::VaultError;

use crate::{filter::UnknownType, payload::UnknownVersion, target::TargetError};

/// Why something about webhooks was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// There is no such endpoint in the brand.
    #[error("there is no webhook endpoint `{endpoint}` of brand {brand}; see `tribute webhook list`")]
    NoEndpoint {
        /// The brand.
        brand: String,
        /// The endpoint.
        endpoint: String,
    },
    /// An id names no event.
    #[error("`{0}` is no id of an event that was said, such as tribute.earnings/17")]
    NoEvent(String),
    /// The endpoint may not see the event, or does not want it.
    #[error("endpoint {endpoint} does not get {event}: its filter or its ambassador leaves it out")]
    NotForIt {
        /// The endpoint.
        endpoint: String,
        /// The event.
        event: String,
    },
    /// An endpoint cannot get what it is to be sent.
    #[error("endpoint {endpoint} of brand {brand} is disabled; `tribute webhook enable` lets it go on")]
    Disabled {
        /// The brand.
        brand: String,
        /// The endpoint.
        endpoint: String,
    },
    /// The URL is none that webhooks are sent to.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A type that nobody sends.
    #[error(transparent)]
    Filter(#[from] UnknownType),
    /// A version that nobody sends.
    #[error(transparent)]
    Version(#[from] UnknownVersion),
    /// The file of certificates cannot be read.
    #[error("webhooks.tls.ca: {} holds no certificates that can be read: {why}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(rustls::Error),
    /// The machine gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// A secret cannot be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}
