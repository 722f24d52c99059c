//! A reader of partitions that are assigned by hand.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::topic_partition_list::Offset;
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::asker::Asker;
use super::client::{self, Context, refused};
use super::offsets;
use super::queue::{Filled, Queue, Suspicion};
use super::settings::KafkaSettings;
use crate::{LogError, Partition, Reader, Record};

/// How long a batch that has begun may grow.
const GATHER: Duration = Duration::from_millis(3);
/// The client wakes the task that fills the queue; if it should not, the task looks by itself.
const LOOK: Duration = Duration::from_millis(100);
/// How long the queue may be full before the client is told to fetch no more.
const PATIENCE: Duration = Duration::from_secs(5);
/// As good as for ever.
const LONG: Duration = Duration::from_secs(86_400);

/// Reads from Kafka. A task of its own takes over what the client fetches, into a bounded queue.
pub struct KafkaReader {
    client: Asker,
    queue: Arc<Queue>,
}

impl KafkaReader {
    pub(super) fn new(settings: &KafkaSettings, group: &str) -> Result<Self, LogError> {
        let runtime = Handle::try_current()
            .map_err(|error| LogError::Setting { setting: "reader".into(), detail: error.to_string() })?;
        let config = client::for_reading(settings, group)?;
        let consumer = BaseConsumer::from_config_and_context(&config, Context::default());
        let mut consumer = consumer.map_err(|error| refused("make a consumer", &error))?;
        let queue = Arc::new(Queue::default());
        let wake = Arc::clone(&queue.wake);
        consumer.set_nonempty_callback(move || wake.notify_one());
        let client = Asker::new(consumer);
        runtime.spawn(fill(client.clone(), Arc::clone(&queue)));
        Ok(Self { client, queue })
    }

    /// How many records wait in its queue: bounded, however slowly they are taken.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }
}

/// Fills the queue until nobody reads any more.
async fn fill(client: Asker, queue: Arc<Queue>) {
    let mut full_since = None;
    loop {
        let filled = queue.fill(client.consumer());
        explain(&client, &queue).await;
        match filled {
            Filled::Closed => break,
            Filled::Partly => yield_now().await,
            Filled::Drained | Filled::Full => drop(timeout(LOOK, queue.wake.notified()).await),
        }
        full_since = if filled == Filled::Full { full_since.or_else(|| Some(Instant::now())) } else { None };
        if full_since.is_some_and(|since| since.elapsed() >= PATIENCE) {
            queue.pause(client.consumer());
        }
    }
}

/// Finds out which partition the client complains about.
async fn explain(client: &Asker, queue: &Arc<Queue>) {
    let Some((suspicion, partitions)) = queue.suspicion() else { return };
    let found = client.ask(move |client| faults(client, suspicion, &partitions)).await;
    match found {
        Ok(faults) => queue.fail(faults),
        Err(error) => {
            tracing::warn!(%error, "it cannot be found out which partition is wrong; trying again");
            queue.suspect(suspicion);
            sleep(LOOK).await;
        }
    }
}

fn faults(
    client: &BaseConsumer<Context>,
    suspicion: Suspicion,
    partitions: &[(Partition, i64)],
) -> Result<Vec<LogError>, LogError> {
    let topics = offsets::topics(client)?;
    let is_there = |it: &Partition| {
        let count = topics.get(it.topic.as_ref()).copied().unwrap_or_default();
        u32::try_from(it.number).is_ok_and(|number| number < count)
    };
    let (there, absent): (Vec<_>, Vec<_>) =
        partitions.iter().cloned().partition(|(partition, _)| is_there(partition));
    let mut faults: Vec<_> =
        absent.into_iter().map(|(partition, _)| LogError::UnknownPartition { partition }).collect();
    let names: Vec<_> = there.iter().map(|(partition, _)| partition.clone()).collect();
    let ends = offsets::ends(client, &names)?;
    for (partition, wanted) in &there {
        if let Some(ends) = ends.get(partition)
            && !(ends.first..=ends.next).contains(wanted)
        {
            faults.push(LogError::out_of_range(partition, *wanted, *ends));
        }
    }
    if faults.is_empty() && suspicion == Suspicion::OutOfRange {
        faults.push(LogError::Broker {
            operation: "read",
            detail: "a partition stopped, as its offset was not there for a moment; add its partitions anew"
                .into(),
            transient: true,
        });
    }
    Ok(faults)
}

impl Reader for KafkaReader {
    fn add(&mut self, partitions: &[(Partition, i64)]) -> Result<(), LogError> {
        if partitions.is_empty() { Ok(()) } else { self.queue.add(self.client.consumer(), partitions) }
    }

    fn remove(&mut self, partitions: &[Partition]) -> Result<(), LogError> {
        self.queue.remove(self.client.consumer(), partitions)
    }

    async fn next(&mut self, limit: usize, wait: Duration) -> Result<Vec<Record>, LogError> {
        let deadline = Instant::now() + wait.min(LONG);
        while self.queue.waiting() == 0 {
            if timeout_at(deadline, self.queue.arrived.notified()).await.is_err() {
                break;
            }
        }
        if (1..limit).contains(&self.queue.waiting()) {
            sleep(GATHER).await;
        }
        self.queue.take(limit)
    }

    fn report(&mut self, positions: &[(Partition, i64)]) {
        let offsets = positions.iter().map(|(partition, next)| (partition, Offset::Offset(*next)));
        let reported = offsets::list(offsets).and_then(|list| match list.count() {
            0 => Ok(()),
            _ => self.client.consumer().commit(&list, CommitMode::Async),
        });
        if let Err(error) = reported {
            tracing::debug!(%error, "positions were not reported");
        }
    }
}

impl Drop for KafkaReader {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl fmt::Debug for KafkaReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KafkaReader").field("queue", &self.queue).finish_non_exhaustive()
    }
}
