//! The Log: topics of messages in numbered partitions.
//!
//! [`Log`] is what the services know: who is there ([`Log::topics`], [`Log::ends`]), a [`Writer`] whose messages are
//! durable when it returns, and a [`Reader`] of chosen partitions from chosen offsets. Nothing here remembers how far
//! anybody has read: positions are rows of the database, written in the transaction that they belong to.
#![forbid(unsafe_code)]

mod embedded;
mod error;
#[cfg(feature = "kafka")]
mod kafka;
mod log;
mod message;
mod partitioner;
mod plan;

pub use embedded::{EmbeddedLog, EmbeddedReader, EmbeddedWriter};
pub use error::LogError;
#[cfg(feature = "kafka")]
pub use kafka::{Extra, KafkaLog, KafkaReader, KafkaSettings, KafkaWriter, Sasl, Secret, Tls};
pub use log::{Log, Reader, Writer};
pub use message::{Ends, Headers, Message, Partition, Record};
pub use partitioner::partition_of;
pub use plan::{Keep, TopicPlan};
mod tmp;
pub use tmp::*;
