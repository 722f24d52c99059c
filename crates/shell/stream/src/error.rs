//! What can go wrong with a log, and whether it is worth trying again.

use tribute_store::StoreError;

use crate::{Ends, Partition};

/// Why the log did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The database of the embedded log said no.
    #[error("the embedded log: {0}")]
    Store(#[from] StoreError),
    /// A row of the embedded log is not as this crate writes it.
    #[error("{partition} at {offset}: {detail}; the row was changed by another hand")]
    Damaged {
        /// Where it stands.
        partition: Partition,
        /// Its offset.
        offset: i64,
        /// What is wrong with it.
        detail: String,
    },
    /// There is no such topic.
    #[error("there is no topic `{topic}`; make it with `tribute topics create`")]
    UnknownTopic {
        /// Its name.
        topic: String,
    },
    /// The topic has fewer partitions.
    #[error("there is no partition {partition}: the topic has fewer; compare with `tribute topics check`")]
    UnknownPartition {
        /// The partition.
        partition: Partition,
    },
    /// The partition does not hold the offset that is wanted.
    #[error(
        "{partition} holds offsets from {first} to before {next}, and {wanted} is wanted: it was deleted by the \
         topic's retention, or the topic was made anew; say from where to go on"
    )]
    OutOfRange {
        /// The partition.
        partition: Partition,
        /// The offset that is wanted.
        wanted: i64,
        /// The oldest offset that is there.
        first: i64,
        /// The offset that the next message gets.
        next: i64,
    },
    /// A message is longer than the log takes.
    #[error("a message of {bytes} bytes for topic `{topic}` is longer than the log takes: {detail}")]
    TooLarge {
        /// The topic.
        topic: String,
        /// How long it is.
        bytes: usize,
        /// What the log says.
        detail: String,
    },
    /// The writer can write no more. Make a new one and write again what was not confirmed.
    #[error("the writer is lost: {detail}; make a new one")]
    WriterLost {
        /// What happened.
        detail: String,
    },
    /// A setting cannot be used.
    #[error("setting {setting}: {detail}")]
    Setting {
        /// Which one.
        setting: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The brokers, or the client that talks to them, said no.
    #[error("{operation}: {detail}")]
    Broker {
        /// What the log was doing.
        operation: &'static str,
        /// What was said.
        detail: String,
        /// Whether the same may succeed later.
        transient: bool,
    },
}

impl LogError {
    pub(crate) fn out_of_range(partition: &Partition, wanted: i64, ends: Ends) -> Self {
        Self::OutOfRange { partition: partition.clone(), wanted, first: ends.first, next: ends.next }
    }

    /// Whether the same call may succeed later; for [`LogError::WriterLost`], with a new writer.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Broker { transient, .. } => *transient,
            Self::WriterLost { .. } => true,
            Self::Damaged { .. }
            | Self::UnknownTopic { .. }
            | Self::UnknownPartition { .. }
            | Self::OutOfRange { .. }
            | Self::TooLarge { .. }
            | Self::Setting { .. } => false,
        }
    }
}
