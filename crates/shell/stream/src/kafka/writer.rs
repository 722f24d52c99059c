//! The idempotent producer.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::{FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};
use tokio::sync::{Notify, oneshot};
use tokio::time::sleep;

use super::client::{self, Context, refused};
use super::settings::KafkaSettings;
use crate::{LogError, Message, Partition, Writer};

/// How long to wait where the producer's queue is full.
const ROOM: Duration = Duration::from_millis(2);
/// How long to wait before brokers that are away are asked again.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the brokers may take to list their topics, before they are asked again.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes to Kafka with all acknowledgements, each message once and in order as long as it lives.
pub struct KafkaWriter {
    producer: Option<Arc<ThreadedProducer<Deliveries>>>,
    /// Topics that were there when somebody looked.
    known: Mutex<BTreeSet<Arc<str>>>,
}

impl KafkaWriter {
    pub(super) fn new(settings: &KafkaSettings) -> Result<Self, LogError> {
        let config = client::for_writing(settings)?;
        let producer = ThreadedProducer::from_config_and_context(&config, Deliveries::default());
        let producer = producer.map_err(|error| refused("make a producer", &error))?;
        Ok(Self { producer: Some(Arc::new(producer)), known: Mutex::default() })
    }

    fn producer(&self) -> Result<&Arc<ThreadedProducer<Deliveries>>, LogError> {
        self.producer.as_ref().ok_or_else(|| LogError::WriterLost { detail: "it was closed".into() })
    }

    /// Sees to it that the topics are there: the brokers might make a topic that is written to, with settings of
    /// their own.
    async fn find_topics(&self, messages: &[Message]) -> Result<(), LogError> {
        for message in messages {
            while !self.knows(&message.topic) {
                let answered = self.look().await;
                if answered && !self.knows(&message.topic) {
                    return Err(LogError::UnknownTopic { topic: message.topic.as_ref().into() });
                }
                if !answered {
                    self.refused().map_or(Ok(()), Err)?;
                    sleep(PAUSE).await;
                }
            }
        }
        Ok(())
    }

    fn knows(&self, topic: &str) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(topic)
    }

    /// Asks for the topics; false where nobody answered.
    async fn look(&self) -> bool {
        let Ok(producer) = self.producer().cloned() else { return true };
        // On a thread that nobody waits for when the process ends.
        let (answer, answered) = oneshot::channel();
        std::thread::spawn(move || answer.send(producer.client().fetch_metadata(None, PATIENCE)));
        let Ok(Ok(metadata)) = answered.await else { return false };
        let names = metadata.topics().iter().map(|topic| topic.name().into());
        self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
        true
    }

    /// Whether the brokers turn us away.
    fn refused(&self) -> Option<LogError> {
        self.producer.as_ref()?.client().context().client.refusal("write")
    }

    /// Hands a message to the producer, waiting while its queue is full.
    async fn enqueue(&self, message: &Message, batch: &Arc<Batch>) -> Result<(), LogError> {
        let producer = self.producer()?;
        loop {
            batch.left.fetch_add(1, Ordering::AcqRel);
            let Err((error, _)) = producer.send(record(message, batch)) else { return Ok(()) };
            batch.left.fetch_sub(1, Ordering::AcqRel);
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                let partition = message.partition.unwrap_or_default();
                let topic = message.topic.as_ref().into();
                return Err(self.lost().unwrap_or_else(|| {
                    Failure { error, topic, partition, bytes: message.value.len() }.explain()
                }));
            }
            sleep(ROOM).await;
        }
    }

    /// Whether the producer can go on.
    fn lost(&self) -> Option<LogError> {
        let fatal = self.producer.as_ref().and_then(|producer| producer.client().fatal_error());
        fatal.map(|(code, reason)| LogError::WriterLost { detail: format!("{code}: {reason}") })
    }
}

fn record<'m>(message: &'m Message, batch: &Arc<Batch>) -> BaseRecord<'m, [u8], [u8], Arc<Batch>> {
    let mut record =
        BaseRecord::with_opaque_to(&message.topic, Arc::clone(batch)).payload(message.value.as_slice());
    record.key = message.key.as_deref();
    record.partition = message.partition;
    if !message.headers.is_empty() {
        let start = OwnedHeaders::new_with_capacity(message.headers.len());
        let all = message
            .headers
            .iter()
            .fold(start, |headers, (key, value)| headers.insert(Header { key, value: Some(value) }));
        record = record.headers(all);
    }
    record
}

impl Writer for KafkaWriter {
    async fn write(&self, messages: Vec<Message>) -> Result<(), LogError> {
        if let Some(lost) = self.lost() {
            return Err(lost);
        }
        self.find_topics(&messages).await?;
        // One more than there are messages, until all of them are on their way.
        let batch = Arc::new(Batch { left: AtomicUsize::new(1), ..Batch::default() });
        for message in &messages {
            self.enqueue(message, &batch).await?;
        }
        batch.count_down();
        batch.done.notified().await;
        match batch.failure.get() {
            None => Ok(()),
            Some(failure) => Err(self.lost().unwrap_or_else(|| failure.explain())),
        }
    }
}

impl Drop for KafkaWriter {
    fn drop(&mut self) {
        client::discard(self.producer.take());
    }
}

impl fmt::Debug for KafkaWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KafkaWriter").field("known", &self.known).finish_non_exhaustive()
    }
}

/// The messages of one call, on their way.
#[derive(Debug, Default)]
struct Batch {
    left: AtomicUsize,
    /// The first that was not delivered.
    failure: OnceLock<Failure>,
    done: Notify,
}

impl Batch {
    fn count_down(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.done.notify_one();
        }
    }
}

/// A message that was not delivered.
#[derive(Debug)]
struct Failure {
    error: KafkaError,
    topic: String,
    partition: i32,
    bytes: usize,
}

impl Failure {
    fn explain(&self) -> LogError {
        use RDKafkaErrorCode as Code;
        let topic = self.topic.clone();
        match self.error.rdkafka_error_code() {
            Some(Code::MessageSizeTooLarge | Code::InvalidMessageSize) => {
                LogError::TooLarge { topic, bytes: self.bytes, detail: self.error.to_string() }
            }
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition) => LogError::UnknownTopic { topic },
            Some(Code::UnknownPartition) => {
                LogError::UnknownPartition { partition: Partition::new(topic, self.partition) }
            }
            _ => refused("write", &self.error),
        }
    }
}

/// Takes the reports of what was delivered.
#[derive(Debug, Default)]
struct Deliveries {
    client: Context,
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.client.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.client.error(error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Arc<Batch>;

    fn delivery(&self, result: &DeliveryResult<'_>, batch: Arc<Batch>) {
        if let Err((error, message)) = result {
            let failure = Failure {
                error: error.clone(),
                topic: message.topic().to_owned(),
                partition: message.partition(),
                bytes: message.payload_len(),
            };
            // Only the first one is told.
            let _another_was_first = batch.failure.set(failure);
        }
        batch.count_down();
    }
}
