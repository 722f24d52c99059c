//! The Log: topics of messages in numbered partitions.
//!
//! [`Log`] is what the services know: who is there ([`Log::topics`], [`Log::ends`]), a [`Writer`] whose messages are
//! durable when it returns, and a [`Reader`] of chosen partitions from chosen offsets. Nothing here remembers how far
//! anybody has read: positions are rows of the database, written in the transaction that they belong to.
//!
//! [`EmbeddedLog`] is the log in tables of the database; [`KafkaLog`] the one on Apache Kafka. [`event_bytes`] takes an
//! event out of a message, [`route`] says where one goes, and [`topics`] which topics there are.
//!
//! ```
//! use std::time::Duration;
//! use tribute_store::Database;
//! use tribute_stream::{EmbeddedLog, Log, Message, Partition, Reader, Writer, topics};
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("tribute.db").display().to_string();
//! let log = EmbeddedLog::new(Database::open(&path).await?);
//! log.create(&topics::plans(&topics::TopicSettings::default())).await?;
//! log.writer()?.write(vec![Message::new("tribute.fx", "2026-03-01", "{}")]).await?;
//! let mut reader = log.reader("example")?;
//! reader.add(&[(Partition::new("tribute.fx", 0), 0)])?;
//! let records = reader.next(100, Duration::from_secs(1)).await?;
//! assert_eq!((records.len(), records[0].offset), (1, 0));
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod binding;
mod embedded;
mod error;
#[cfg(feature = "kafka")]
mod kafka;
mod log;
mod message;
mod partitioner;
mod plan;
mod route;
pub mod topics;

pub use binding::{AGAIN, event_bytes, structured_headers};
pub use embedded::{EmbeddedLog, EmbeddedReader, EmbeddedWriter};
pub use error::LogError;
#[cfg(feature = "kafka")]
pub use kafka::{Extra, KafkaLog, KafkaReader, KafkaSettings, KafkaWriter, Sasl, Secret, Tls};
pub use log::{Log, Reader, Writer};
pub use message::{Ends, Headers, Message, Partition, Record};
pub use partitioner::partition_of;
pub use plan::{Keep, TopicPlan};
pub use route::{key_of, route};
