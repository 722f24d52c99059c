//! Questions to the brokers about topics and offsets. The calls block: they run on the thread of an [`Asker`](super::asker::Asker).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::client::{Context, refused};
use crate::{Ends, LogError, Partition};

/// How long the brokers may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The topics that are there, without those that Kafka keeps for itself.
pub(super) fn topics(consumer: &BaseConsumer<Context>) -> Result<BTreeMap<String, u32>, LogError> {
    let metadata = consumer.fetch_metadata(None, PATIENCE);
    let metadata = metadata.map_err(|error| refused("list topics", &error))?;
    let there = metadata.topics().iter().filter(|topic| topic.error().is_none());
    let ours = there.filter(|topic| !topic.name().starts_with("__"));
    let count = |partitions: usize| u32::try_from(partitions).unwrap_or(u32::MAX);
    Ok(ours.map(|topic| (topic.name().to_owned(), count(topic.partitions().len()))).collect())
}

/// Where each partition of some topics begins and ends.
pub(super) fn ends_of(
    consumer: &BaseConsumer<Context>,
    wanted: &[String],
) -> Result<BTreeMap<Partition, Ends>, LogError> {
    let found = topics(consumer)?;
    let mut partitions = Vec::new();
    for topic in wanted {
        let count = found.get(topic).ok_or_else(|| LogError::UnknownTopic { topic: topic.clone() })?;
        let topic: Arc<str> = topic.as_str().into();
        let numbers = 0..i32::try_from(*count).unwrap_or(i32::MAX);
        partitions.extend(numbers.map(|number| Partition::new(Arc::clone(&topic), number)));
    }
    ends(consumer, &partitions)
}

/// Where partitions begin and end, by two requests to each broker.
pub(super) fn ends(
    consumer: &BaseConsumer<Context>,
    partitions: &[Partition],
) -> Result<BTreeMap<Partition, Ends>, LogError> {
    if partitions.is_empty() {
        return Ok(BTreeMap::new());
    }
    let first = lookup(consumer, partitions, Offset::Beginning)?;
    let next = lookup(consumer, partitions, Offset::End)?;
    let both = first.into_iter().zip(next).map(|(first, next)| Ends { first, next });
    Ok(partitions.iter().cloned().zip(both).collect())
}

/// The protocol asks for the earliest and the latest offset as if for a time, by the numbers -2 and -1, which are also
/// the client's names for these offsets.
fn lookup(
    consumer: &BaseConsumer<Context>,
    partitions: &[Partition],
    which: Offset,
) -> Result<Vec<i64>, LogError> {
    let ask = || -> KafkaResult<TopicPartitionList> {
        let question = list(partitions.iter().map(|partition| (partition, which)))?;
        consumer.offsets_for_times(question, PATIENCE)
    };
    let answer = ask().map_err(|error| refused("look up offsets", &error))?;
    let offset = |partition: &Partition| {
        let found = answer.find_partition(&partition.topic, partition.number);
        let offset = found.as_ref().map(|found| (found.error(), found.offset()));
        match offset {
            Some((Ok(()), Offset::Offset(offset))) => Ok(offset),
            Some((Err(error), _)) => Err(refused("look up offsets", &error)),
            _ => Err(LogError::UnknownPartition { partition: partition.clone() }),
        }
    };
    partitions.iter().map(offset).collect()
}

/// Partitions with offsets as the client takes them.
pub(super) fn list<'p>(
    offsets: impl Iterator<Item = (&'p Partition, Offset)>,
) -> KafkaResult<TopicPartitionList> {
    let mut list = TopicPartitionList::new();
    for (partition, offset) in offsets {
        list.add_partition_offset(&partition.topic, partition.number, offset)?;
    }
    Ok(list)
}
