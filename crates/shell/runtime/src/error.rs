use tribute_services::ServiceError;
use tribute_store::StoreError;
use tribute_stream::LogError;

/// Why a worker ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// A service could not go on.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The database could not go on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log could not go on.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What is to be published does not follow what was published.
    #[error("outbox {topic} goes on at {found}, and {wanted} comes next; run `tribute verify`")]
    Gap {
        /// The topic.
        topic: String,
        /// The number that comes next.
        wanted: i64,
        /// The number that is there.
        found: i64,
    },
    /// An event of the outbox cannot be read.
    #[error("outbox {topic} {number} cannot be read; run `tribute verify`")]
    Outgoing {
        /// The topic.
        topic: String,
        /// Its number.
        number: i64,
        /// Why.
        source: serde_json::Error,
    },
    /// The process cannot listen.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// The process cannot hear signals.
    #[error("cannot hear signals")]
    Signals(#[source] std::io::Error),
}

impl RuntimeError {
    /// Whether the same may succeed later: what is away is waited for.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Service(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
            Self::Log(error) => error.is_transient(),
            Self::Gap { .. } | Self::Outgoing { .. } | Self::Listen { .. } | Self::Signals(_) => false,
        }
    }
}
