//! The Log as the services know it.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use crate::{Ends, LogError, Message, Partition, Record, TopicPlan};

/// Topics of messages. Clones share it.
pub trait Log: Clone + Send + Sync + 'static {
    /// What reads from it.
    type Reader: Reader;
    /// What writes to it.
    type Writer: Writer;

    /// The topics that are there, with their numbers of partitions.
    ///
    /// # Errors
    /// Where the log cannot be reached.
    fn topics(&self) -> impl Future<Output = Result<BTreeMap<String, u32>, LogError>> + Send;

    /// Makes the topics that are absent. Those that are there stay as they are: see [`check`](Self::check).
    ///
    /// # Errors
    /// Where the log cannot be reached, or refuses a plan.
    fn create(&self, plans: &[TopicPlan]) -> impl Future<Output = Result<(), LogError>> + Send;

    /// In what the topics differ from their plans, a sentence each. Empty where all is as planned.
    ///
    /// # Errors
    /// Where the log cannot be reached.
    fn check(&self, plans: &[TopicPlan]) -> impl Future<Output = Result<Vec<String>, LogError>> + Send;

    /// Where each partition of some topics begins and ends.
    ///
    /// # Errors
    /// Where the log cannot be reached, or a topic is not there.
    fn ends(
        &self,
        topics: &[&str],
    ) -> impl Future<Output = Result<BTreeMap<Partition, Ends>, LogError>> + Send;

    /// A new writer.
    ///
    /// # Errors
    /// Where the settings are wrong. A log that is away is no error here.
    fn writer(&self) -> Result<Self::Writer, LogError>;

    /// A new reader, of no partition yet. Positions that it [reports](Reader::report) go by the name of the group.
    ///
    /// # Errors
    /// Where the settings are wrong. A log that is away is no error here.
    fn reader(&self, group: &str) -> Result<Self::Reader, LogError>;
}

/// Writes messages.
pub trait Writer: Send + Sync + 'static {
    /// Writes messages; those of one partition in the order given. All are durable when it returns without an error.
    ///
    /// A log that is away is waited for. Where the future is dropped, or ends in an error, any of the messages may
    /// have been written or not: write all of them again, and let readers drop what they have seen.
    ///
    /// # Errors
    /// Where the log refuses a message; or where this writer can write no more and a new one is needed
    /// ([`LogError::WriterLost`]).
    fn write(&self, messages: Vec<Message>) -> impl Future<Output = Result<(), LogError>> + Send;
}

/// Reads chosen partitions.
pub trait Reader: Send + 'static {
    /// Reads partitions from some offsets on, beside those that it reads already. A partition that it reads
    /// already goes on from the new offset.
    ///
    /// # Errors
    /// Where the log's client refuses.
    fn add(&mut self, partitions: &[(Partition, i64)]) -> Result<(), LogError>;

    /// Reads some partitions no more; the others go on undisturbed. No record of a removed partition is returned
    /// afterwards, even where it waits in a queue already.
    ///
    /// # Errors
    /// Where the log's client refuses.
    fn remove(&mut self, partitions: &[Partition]) -> Result<(), LogError>;

    /// The next records, those of one partition in the order of their offsets. Waits at most `wait` for the first
    /// one, then takes what is there or comes within some milliseconds, up to `limit`. Empty where nothing came; a
    /// log that is away looks the same.
    ///
    /// Where the future is dropped nothing is lost: the next call returns the same records.
    ///
    /// # Errors
    /// [`LogError::OutOfRange`] where a partition does not hold the offset that is wanted: remove it, or add it
    /// again elsewhere. Partitions without an error go on.
    fn next(
        &mut self,
        limit: usize,
        wait: Duration,
    ) -> impl Future<Output = Result<Vec<Record>, LogError>> + Send;

    /// Tells the log how far the group has read, for those who watch its lag. Best effort: it never waits and never
    /// fails, and nothing reads it back.
    fn report(&mut self, positions: &[(Partition, i64)]);
}
