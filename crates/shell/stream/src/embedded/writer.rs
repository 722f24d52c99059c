//! Appends to the log in one transaction.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tribute_store::Transaction;
use tribute_store::entity::{log_record, log_topic};

use super::{EmbeddedLog, row};
use crate::partitioner::partition_of;
use crate::{LogError, Message, Partition, Writer};

/// Writes to the log of a database. Each call is one transaction: all of its messages are written, or none.
#[derive(Debug)]
pub struct EmbeddedWriter {
    log: EmbeddedLog,
    /// The turn of messages without a key.
    turn: AtomicU32,
}

impl EmbeddedWriter {
    pub(super) fn new(log: EmbeddedLog) -> Self {
        Self { log, turn: AtomicU32::new(0) }
    }

    /// The partition of a message in a topic of so many.
    fn place(&self, message: &Message, partitions: u32) -> Result<i32, LogError> {
        let number = match (message.partition, &message.key) {
            (Some(partition), _) => partition,
            (None, Some(key)) => partition_of(key, partitions),
            (None, None) => {
                let turn = self.turn.fetch_add(1, Ordering::Relaxed) % partitions.max(1);
                i32::try_from(turn).unwrap_or_default()
            }
        };
        match u32::try_from(number).is_ok_and(|number| number < partitions) {
            true => Ok(number),
            false => Err(LogError::UnknownPartition {
                partition: Partition::new(Arc::clone(&message.topic), number),
            }),
        }
    }

    async fn append(&self, messages: Vec<Message>) -> Result<(), LogError> {
        let mut transaction = self.log.database.begin().await?;
        let topics = lock(&mut transaction, &messages).await?;
        let appended_at = now();
        let mut next: BTreeMap<Partition, i64> = BTreeMap::new();
        let mut rows = Vec::with_capacity(messages.len());
        for message in messages {
            let partitions = topics.get(&message.topic).copied().unwrap_or_default();
            let place = self.place(&message, partitions)?;
            let partition = Partition::new(Arc::clone(&message.topic), place);
            let number = match next.get(&partition) {
                Some(number) => *number,
                None => next_number(&mut transaction, &partition).await?,
            };
            next.insert(partition, number.saturating_add(1));
            rows.push(row::row(message, place, number, appended_at));
        }
        transaction.insert::<log_record::Entity>(&rows).await?;
        Ok(transaction.commit().await?)
    }
}

/// Locks the topics, so that numbers become visible in their order: who reads number 8 has seen number 7. Returns how
/// many partitions each has.
async fn lock(
    transaction: &mut Transaction,
    messages: &[Message],
) -> Result<BTreeMap<Arc<str>, u32>, LogError> {
    let mut topics: BTreeMap<Arc<str>, u32> =
        messages.iter().map(|message| (Arc::clone(&message.topic), 0)).collect();
    let keys: Vec<_> = topics.keys().map(|topic| vec![topic.as_ref().into()]).collect();
    let rows = transaction.find_locked::<log_topic::Entity>(&[log_topic::Column::Topic], &keys).await?;
    for row in rows {
        let count = u32::try_from(row.partitions).unwrap_or_default();
        topics.insert(row.topic.into(), count);
    }
    match topics.iter().find(|(_, partitions)| **partitions == 0) {
        Some((absent, _)) => Err(LogError::UnknownTopic { topic: absent.as_ref().into() }),
        None => Ok(topics),
    }
}

async fn next_number(transaction: &mut Transaction, partition: &Partition) -> Result<i64, LogError> {
    let values = vec![partition.topic.as_ref().into(), i64::from(partition.number).into()];
    let condition = "topic = $1 AND \"partition\" = $2";
    let highest =
        transaction.highest::<log_record::Entity>(log_record::Column::Number, condition, values).await?;
    Ok(highest.map_or(0, |number| number.saturating_add(1)))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Writer for EmbeddedWriter {
    async fn write(&self, messages: Vec<Message>) -> Result<(), LogError> {
        if messages.is_empty() {
            return Ok(());
        }
        self.append(messages).await?;
        self.log.written.notify_waiters();
        Ok(())
    }
}
