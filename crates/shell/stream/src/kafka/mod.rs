//! The log on Apache Kafka.

mod admin;
mod asker;
mod client;
mod offsets;
mod queue;
mod reader;
mod settings;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::{Ends, Log, LogError, Partition, TopicPlan};
use asker::Asker;
use client::{Context, refused};

pub use reader::KafkaReader;
pub use settings::{Extra, KafkaSettings, Sasl, Secret, Tls};
pub use writer::KafkaWriter;

/// A cluster of brokers. Clones share the client that asks it about topics.
#[derive(Clone)]
pub struct KafkaLog {
    settings: Arc<KafkaSettings>,
    client: Asker,
}

impl KafkaLog {
    /// The log of a cluster. It is not talked to yet.
    ///
    /// # Errors
    /// Where a setting cannot be used.
    pub fn new(settings: KafkaSettings) -> Result<Self, LogError> {
        if settings.brokers.trim().is_empty() {
            let detail = "name at least one broker as host:port".into();
            return Err(LogError::Setting { setting: "brokers".into(), detail });
        }
        // Without the handler that frees OpenSSL's tables when the process ends: the clients' threads go on to the very
        // end, and one of them in need of a table would bring the process down with a fault instead of its exit code.
        openssl_sys::init();
        let config = client::for_asking(&settings)?;
        let client = BaseConsumer::from_config_and_context(&config, Context::default());
        let client = client.map_err(|error| refused("make a client", &error))?;
        Ok(Self { settings: Arc::new(settings), client: Asker::new(client) })
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&BaseConsumer<Context>) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let answered = self.client.ask(|client| {
            let answer = question(client);
            asker::listen(client);
            answer.map_err(|error| client.context().refusal("ask the brokers").unwrap_or(error))
        });
        answered.await
    }
}

/// Without the secrets of the settings.
impl fmt::Debug for KafkaLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KafkaLog").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Log for KafkaLog {
    type Reader = KafkaReader;
    type Writer = KafkaWriter;

    async fn topics(&self) -> Result<BTreeMap<String, u32>, LogError> {
        self.ask(offsets::topics).await
    }

    async fn create(&self, plans: &[TopicPlan]) -> Result<(), LogError> {
        let there = self.topics().await?;
        let absent: Vec<_> = plans.iter().filter(|plan| !there.contains_key(&plan.topic)).collect();
        if absent.is_empty() {
            return Ok(());
        }
        admin::create(&self.settings, &absent).await?;
        admin::await_visible(&absent, || self.topics()).await
    }

    async fn check(&self, plans: &[TopicPlan]) -> Result<Vec<String>, LogError> {
        let there = self.topics().await?;
        let mut differences = crate::plan::differences(&there, plans);
        let present: Vec<_> = plans.iter().filter(|plan| there.contains_key(&plan.topic)).collect();
        differences.append(&mut admin::differences(&self.settings, &present).await?);
        Ok(differences)
    }

    async fn ends(&self, topics: &[&str]) -> Result<BTreeMap<Partition, Ends>, LogError> {
        let wanted: Vec<_> = topics.iter().map(|topic| (*topic).to_owned()).collect();
        self.ask(move |client| offsets::ends_of(client, &wanted)).await
    }

    fn writer(&self) -> Result<KafkaWriter, LogError> {
        KafkaWriter::new(&self.settings)
    }

    /// Wants to be called within a tokio runtime, on which the reader's queue is filled.
    fn reader(&self, group: &str) -> Result<KafkaReader, LogError> {
        KafkaReader::new(&self.settings, group)
    }
}
