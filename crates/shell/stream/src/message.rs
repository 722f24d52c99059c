//! What is written to a log and read from it.

use std::fmt;
use std::sync::Arc;

/// A partition of a topic, in the order of topic and number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The topic.
    pub topic: Arc<str>,
    /// Its number, from 0.
    pub number: i32,
}

impl Partition {
    /// A partition of a topic.
    pub fn new(topic: impl Into<Arc<str>>, number: i32) -> Self {
        Self { topic: topic.into(), number }
    }
}

/// `topic/number`.
impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.topic, self.number)
    }
}

/// Headers by name, in the order in which they were written. A name may come more than once.
pub type Headers = Vec<(String, Vec<u8>)>;

/// A message as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
    /// Its number in the partition. Numbers grow, and may leave gaps.
    pub offset: i64,
    /// The key; none and empty are two things.
    pub key: Option<Vec<u8>>,
    /// The headers.
    pub headers: Headers,
    /// The message; empty where there is none.
    pub value: Vec<u8>,
    /// When the log took it: ms UTC. (In a topic that others made, maybe when its writer says that it was made.)
    pub appended_at: i64,
}

impl Record {
    /// The partition that it stands in.
    #[must_use]
    pub fn place(&self) -> Partition {
        Partition { topic: Arc::clone(&self.topic), number: self.partition }
    }
}

/// A message as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition; where absent the key says it, and any will do where there is no key.
    pub partition: Option<i32>,
    /// The key: messages of one key stay in order.
    pub key: Option<Vec<u8>>,
    /// The headers.
    pub headers: Headers,
    /// The message.
    pub value: Vec<u8>,
}

impl Message {
    /// A message that goes where its key says, without headers.
    pub fn new(topic: impl Into<Arc<str>>, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        let (topic, key, value) = (topic.into(), Some(key.into()), value.into());
        Self { topic, partition: None, key, headers: Headers::new(), value }
    }

    /// The same message with headers.
    #[must_use]
    pub fn with_headers(self, headers: Headers) -> Self {
        Self { headers, ..self }
    }

    /// The same message in a partition of your choice.
    #[must_use]
    pub fn in_partition(self, partition: i32) -> Self {
        Self { partition: Some(partition), ..self }
    }
}

/// Where a partition begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// The offset of the oldest message that is still there; equal to `next` where there is none.
    pub first: i64,
    /// The offset that the next message gets.
    pub next: i64,
}
