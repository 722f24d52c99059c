//! The log on Kafka: what every log does, and what only this one does.

mod alone;
mod secure;
mod tokens;

use std::sync::Once;

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tribute_stream::{KafkaLog, KafkaSettings};

use crate::fixture::{Fixture, Trim, say};

fn trim(brokers: String) -> Trim {
    Box::new(move |partition, before| {
        let brokers = brokers.clone();
        Box::pin(async move {
            let mut config = ClientConfig::new();
            let admin: AdminClient<DefaultClientContext> =
                config.set("bootstrap.servers", &brokers).create().unwrap();
            let mut list = TopicPartitionList::new();
            list.add_partition_offset(&partition.topic, partition.number, Offset::Offset(before)).unwrap();
            let deleted = admin.delete_records(&list, &AdminOptions::new()).await.unwrap();
            assert_eq!(deleted.elements()[0].error(), Ok(()));
        })
    })
}

fn brokers() -> Option<String> {
    static ABSENT: Once = Once::new();
    let brokers = std::env::var("TRIBUTE_TEST_BROKERS").ok();
    if brokers.is_none() {
        ABSENT.call_once(|| say("TRIBUTE_TEST_BROKERS is not set: the log was not tested on Kafka"));
    }
    brokers
}

async fn on_brokers() -> Option<Fixture<KafkaLog>> {
    let brokers = brokers()?;
    let log = KafkaLog::new(KafkaSettings::plaintext(&brokers)).unwrap();
    Some(Fixture::new(log, trim(brokers), ()))
}

mod broker {
    conformance!(super::super::on_brokers);
}
