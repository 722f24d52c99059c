//! The same bytes through the brokers by the bare client: written, then read.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

const PARTITIONS: i32 = 8;
const PATIENCE: Duration = Duration::from_secs(60);

/// Seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bare {
    pub(super) written: f64,
    pub(super) read: f64,
}

pub(super) fn measure(brokers: &str, lines: Vec<String>) -> Result<Bare> {
    let topic = format!("tribute-bench-{}", std::process::id());
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers);
    let admin: AdminClient<DefaultClientContext> = config.create()?;
    let plan = NewTopic::new(&topic, PARTITIONS, TopicReplication::Fixed(-1));
    let options = AdminOptions::new();
    let made = tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(admin.create_topics([&plan], &options))
    })?;
    for result in made {
        result.map_err(|(topic, code)| anyhow::anyhow!("topic {topic} was not made: {code}"))?;
    }
    let count = lines.len();
    let measured = tokio::task::block_in_place(|| {
        let written = write(&config, &topic, lines)?;
        Ok::<_, anyhow::Error>(Bare { written, read: read(&config, &topic, count)? })
    });
    tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(admin.delete_topics(&[&topic], &options))
    })?;
    measured
}

fn write(config: &ClientConfig, topic: &str, lines: Vec<String>) -> Result<f64> {
    let mut config = config.clone();
    config.set("enable.idempotence", "true").set("compression.type", "lz4").set("linger.ms", "5");
    let producer: ThreadedProducer<DefaultProducerContext> = config.create()?;
    let started = Instant::now();
    for line in &lines {
        let mut record = BaseRecord::<str, str>::to(topic).payload(line);
        while let Err((error, again)) = producer.send(record) {
            if !matches!(error, KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull)) {
                bail!("an event was not written: {error}");
            }
            std::thread::sleep(Duration::from_millis(1));
            record = again;
        }
    }
    producer.flush(PATIENCE).context("the events were not written")?;
    Ok(started.elapsed().as_secs_f64())
}

fn read(config: &ClientConfig, topic: &str, count: usize) -> Result<f64> {
    let mut config = config.clone();
    config.set("group.id", topic).set("enable.auto.commit", "false").set("auto.offset.reset", "error");
    let consumer: BaseConsumer = config.create()?;
    let mut places = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        places.add_partition_offset(topic, partition, Offset::Beginning)?;
    }
    let started = Instant::now();
    consumer.assign(&places)?;
    let mut seen = 0_usize;
    while seen < count {
        if started.elapsed() > PATIENCE {
            bail!("only {seen} of {count} events were read");
        }
        if let Some(message) = consumer.poll(Duration::from_millis(100)) {
            message.context("an event was not read")?;
            seen = seen.saturating_add(1);
        }
    }
    Ok(started.elapsed().as_secs_f64())
}
