//! What a topic should be like.

/// A topic as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPlan {
    /// Its name.
    pub topic: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// On how many brokers each message lies; what the brokers are set to where absent.
    pub replication: Option<u16>,
    /// What is kept.
    pub keep: Keep,
}

/// Which messages of a topic are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// All.
    Forever,
    /// Those of the last so many milliseconds.
    Milliseconds(i64),
    /// At least the last one of each key.
    LatestOfKey,
}
