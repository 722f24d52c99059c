//! The bounded queue between Kafka's client and a reader, and what is known of the partitions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::topic_partition_list::Offset;
use tokio::sync::Notify;

use super::client::{Context, is_transient, refused};
use super::offsets::list;
use crate::{LogError, Partition, Record};

/// The queue is full with so many records, or so many bytes.
const RECORDS_MAX: usize = 20_000;
const BYTES_MAX: usize = 32 << 20;
/// What a record takes besides its contents.
const RECORD_BYTES: usize = 160;
/// Errors of the client that wait to be told.
const FAILURES_MAX: usize = 8;
/// Records that are taken over while nobody else may look at the queue.
const CHUNK: usize = 500;

/// A partition that is read.
#[derive(Debug)]
struct Assigned {
    topic: Arc<str>,
    /// The offset after the last one that came, at first the one that is wanted.
    next: i64,
    /// An error was reported; it waits to be removed or added anew.
    failed: bool,
}

/// What the client hinted at without naming a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// A topic or partition is not there.
    Absent,
    /// An offset is not there.
    OutOfRange,
}

/// What came of an attempt to fill the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filled {
    /// There may be more at once.
    Partly,
    /// The client has nothing more for now.
    Drained,
    /// The queue takes no more for now.
    Full,
    /// Nobody reads any more.
    Closed,
}

#[derive(Debug, Default)]
struct State {
    records: VecDeque<Record>,
    bytes: usize,
    partitions: BTreeMap<Arc<str>, BTreeMap<i32, Assigned>>,
    failures: VecDeque<LogError>,
    suspicion: Option<Suspicion>,
    paused: bool,
    closed: bool,
}

/// Whoever changes what is read, or takes over what came, holds the one lock: so a record of a partition that was
/// removed can neither be in the queue nor on its way to it.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// Something came for the reader.
    pub(super) arrived: Notify,
    /// There is something to do for the task that fills the queue.
    pub(super) wake: Arc<Notify>,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        self.state().closed = true;
        self.wake.notify_one();
    }

    pub(super) fn add(
        &self,
        consumer: &BaseConsumer<Context>,
        partitions: &[(Partition, i64)],
    ) -> Result<(), LogError> {
        let mut state = self.state();
        let names: Vec<_> = partitions.iter().map(|(partition, _)| partition.clone()).collect();
        state.remove(consumer, &names)?;
        let offsets = partitions.iter().map(|(partition, next)| (partition, Offset::Offset(*next)));
        let assigned = list(offsets).and_then(|list| {
            consumer.incremental_assign(&list)?;
            // A paused reader stays so, until its queue is nearly empty.
            if state.paused { consumer.pause(&list) } else { Ok(()) }
        });
        assigned.map_err(|error| refused("assign partitions", &error))?;
        for (partition, next) in partitions {
            let topic = Arc::clone(&partition.topic);
            let of_topic = state.partitions.entry(Arc::clone(&topic)).or_default();
            of_topic.insert(partition.number, Assigned { topic, next: *next, failed: false });
        }
        Ok(())
    }

    pub(super) fn remove(
        &self,
        consumer: &BaseConsumer<Context>,
        partitions: &[Partition],
    ) -> Result<(), LogError> {
        let removed = self.state().remove(consumer, partitions);
        self.wake.notify_one();
        removed
    }

    /// Up to `limit` records, or the next error.
    pub(super) fn take(&self, limit: usize) -> Result<Vec<Record>, LogError> {
        let mut state = self.state();
        if let Some(error) = state.failures.pop_front() {
            return Err(error);
        }
        let count = limit.min(state.records.len());
        let taken: Vec<_> = state.records.drain(..count).collect();
        state.bytes = state.bytes.saturating_sub(taken.iter().map(size).sum());
        if state.has_room() {
            self.wake.notify_one();
        }
        Ok(taken)
    }

    pub(super) fn len(&self) -> usize {
        self.state().records.len()
    }

    /// How many records wait; as many as can be where an error waits.
    pub(super) fn waiting(&self) -> usize {
        let state = self.state();
        if state.failures.is_empty() { state.records.len() } else { usize::MAX }
    }

    /// Takes over what the client has, up to a bound.
    pub(super) fn fill(&self, consumer: &BaseConsumer<Context>) -> Filled {
        let mut state = self.state();
        if state.closed {
            return Filled::Closed;
        }
        if state.paused && state.has_room() {
            state.resume(consumer);
        }
        let before = (state.records.len(), state.failures.len());
        let filled = state.fill(consumer);
        if before != (state.records.len(), state.failures.len()) {
            self.arrived.notify_one();
        }
        filled
    }

    /// Stops the client from fetching. It forgets what it has fetched, so that this is for a queue that stays full.
    pub(super) fn pause(&self, consumer: &BaseConsumer<Context>) {
        let mut state = self.state();
        if !state.paused {
            let paused = state.all().and_then(|all| consumer.pause(&all));
            state.paused = paused.is_ok();
        }
    }

    /// What the client hinted at, and the partitions that it may concern with their offsets.
    pub(super) fn suspicion(&self) -> Option<(Suspicion, Vec<(Partition, i64)>)> {
        let mut state = self.state();
        let suspicion = state.suspicion.take()?;
        let sound = state.partitions.values().flat_map(BTreeMap::iter).filter(|(_, it)| !it.failed);
        let place =
            |(number, it): (&i32, &Assigned)| (Partition::new(Arc::clone(&it.topic), *number), it.next);
        Some((suspicion, sound.map(place).collect()))
    }

    /// Nobody could say what it was about.
    pub(super) fn suspect(&self, suspicion: Suspicion) {
        self.state().suspicion = Some(suspicion);
    }

    /// Puts errors before the records. Those about a partition are told once, and only while it is read.
    pub(super) fn fail(&self, errors: Vec<LogError>) {
        let mut state = self.state();
        for error in errors {
            let tell = match &error {
                LogError::OutOfRange { partition, .. } | LogError::UnknownPartition { partition } => {
                    let it = state.partitions.get_mut(&partition.topic);
                    let it = it.and_then(|topic| topic.get_mut(&partition.number));
                    it.is_some_and(|it| !std::mem::replace(&mut it.failed, true))
                }
                _ => true,
            };
            if tell {
                state.failures.push_back(error);
            }
        }
        self.arrived.notify_one();
    }
}

impl State {
    fn is_full(&self) -> bool {
        self.records.len() >= RECORDS_MAX || self.bytes >= BYTES_MAX
    }

    /// Less than half full: room enough to be worth waking somebody.
    fn has_room(&self) -> bool {
        self.records.len() < RECORDS_MAX / 2 && self.bytes < BYTES_MAX / 2
    }

    fn all(&self) -> Result<rdkafka::TopicPartitionList, KafkaError> {
        let all = self.partitions.values().flat_map(BTreeMap::iter);
        let all: Vec<_> = all.map(|(number, it)| Partition::new(Arc::clone(&it.topic), *number)).collect();
        list(all.iter().map(|partition| (partition, Offset::Invalid)))
    }

    fn resume(&mut self, consumer: &BaseConsumer<Context>) {
        let resumed = self.all().and_then(|all| consumer.resume(&all));
        self.paused = resumed.is_err();
    }

    /// Takes the partitions from the client, and their records from the queue.
    fn remove(&mut self, consumer: &BaseConsumer<Context>, partitions: &[Partition]) -> Result<(), LogError> {
        let is_read = |it: &&Partition| {
            self.partitions.get(&it.topic).is_some_and(|topic| topic.contains_key(&it.number))
        };
        let there: Vec<_> = partitions.iter().filter(is_read).collect();
        if there.is_empty() {
            return Ok(());
        }
        let offsets = there.iter().map(|partition| (*partition, Offset::Invalid));
        let removed = list(offsets).and_then(|list| consumer.incremental_unassign(&list));
        removed.map_err(|error| refused("unassign partitions", &error))?;
        for partition in &there {
            if let Some(topic) = self.partitions.get_mut(&partition.topic) {
                topic.remove(&partition.number);
            }
        }
        let gone = |number: i32, topic: &str| {
            there.iter().any(|it| it.number == number && it.topic.as_ref() == topic)
        };
        self.records.retain(|record| !gone(record.partition, &record.topic));
        self.bytes = self.records.iter().map(size).sum();
        self.failures.retain(|error| match error {
            LogError::OutOfRange { partition, .. } | LogError::UnknownPartition { partition } => {
                !gone(partition.number, &partition.topic)
            }
            _ => true,
        });
        Ok(())
    }

    fn fill(&mut self, consumer: &BaseConsumer<Context>) -> Filled {
        let mut silent = 0;
        for _ in 0..CHUNK {
            // A paused client is asked all the same: for what it has to say.
            if self.is_full() && !self.paused {
                return Filled::Full;
            }
            match consumer.poll(Duration::ZERO) {
                Some(Ok(message)) => self.push(&message),
                Some(Err(error)) => self.note(&error),
                // Once for each thing that the client did for itself.
                None if silent >= 2 => return Filled::Drained,
                None => silent += 1,
            }
        }
        Filled::Partly
    }

    fn push(&mut self, message: &BorrowedMessage<'_>) {
        let topic = self.partitions.get_mut(message.topic());
        let Some(assigned) = topic.and_then(|topic| topic.get_mut(&message.partition())) else { return };
        assigned.next = message.offset().saturating_add(1);
        let record = record(message, &assigned.topic);
        self.bytes = self.bytes.saturating_add(size(&record));
        self.records.push_back(record);
    }

    /// The client names no partition with an error: what concerns one has to be looked up.
    fn note(&mut self, error: &KafkaError) {
        use RDKafkaErrorCode as Code;
        match error.rdkafka_error_code() {
            Some(Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::NoOffset) => {
                self.suspicion = Some(Suspicion::OutOfRange);
            }
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition) => {
                self.suspicion.get_or_insert(Suspicion::Absent);
            }
            // Only the lag is reported to a group, and that is never worth an error.
            Some(Code::GroupAuthorizationFailed) => {}
            Some(code) if is_transient(code) && !matches!(error, KafkaError::MessageConsumptionFatal(_)) => {}
            // The client tries again and again: it is told as often as somebody asks.
            _ if self.failures.len() < FAILURES_MAX => self.failures.push_back(refused("read", error)),
            _ => {}
        }
    }
}

fn size(record: &Record) -> usize {
    let headers = record.headers.iter().map(|(name, value)| name.len() + value.len() + 48);
    let key = record.key.as_ref().map_or(0, Vec::len);
    RECORD_BYTES + key + record.value.len() + headers.sum::<usize>()
}

fn record(message: &BorrowedMessage<'_>, topic: &Arc<str>) -> Record {
    let header = |header: rdkafka::message::Header<'_, &[u8]>| {
        (header.key.to_owned(), header.value.map(Vec::from).unwrap_or_default())
    };
    Record {
        topic: Arc::clone(topic),
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().map(Vec::from),
        headers: message.headers().map(|all| all.iter().map(header).collect()).unwrap_or_default(),
        value: message.payload().map(Vec::from).unwrap_or_default(),
        appended_at: message.timestamp().to_millis().unwrap_or_default(),
    }
}
