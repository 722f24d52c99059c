use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How a worker works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name, unique among all that ever ran: see [`new_owner`].
    pub owner: String,
    /// How many events make a batch at most, and so a transaction.
    pub batch_events: usize,
    /// How long it waits for the first event of a batch.
    pub wait: Duration,
    /// How long it may be silent before others take over what it has.
    pub lease: Duration,
    /// How long a batch may take. A worker that hangs for longer ends itself.
    pub batch_max: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            owner: new_owner(),
            batch_events: 2_000,
            wait: Duration::from_millis(200),
            lease: Duration::from_secs(10),
            batch_max: Duration::from_secs(300),
        }
    }
}

/// A name for a worker: process, instant and some random bytes, as processes of two containers may have one number. Two
/// workers of one process need different ones too.
#[must_use]
pub fn new_owner() -> String {
    use std::hash::{BuildHasher, RandomState};
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let random = RandomState::new().hash_one(since);
    format!("{}-{}-{random:016x}", std::process::id(), since.as_millis())
}
