//! Messages come back as they were.

use std::sync::Arc;

use tribute_stream::{Log, Message, Writer, partition_of};

use crate::fixture::{Fixture, partitions, read};

pub(crate) async fn keys_headers_and_values_come_back_as_they_were<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("contents", 1).await;
    let [zero] = partitions(&topic);
    let any: Vec<u8> = (0..=255).collect();
    let header = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
    let messages = vec![
        Message::new(Arc::clone(&topic), "key", "value"),
        Message::new(Arc::clone(&topic), "", "an empty key"),
        Message { key: None, ..Message::new(Arc::clone(&topic), "", "no key") },
        Message::new(Arc::clone(&topic), any.clone(), any.clone()),
        Message::new(Arc::clone(&topic), "no value", ""),
        Message::new(Arc::clone(&topic), "headers", "{}").with_headers(vec![
            header("content-type", b"application/json"),
            header("ce_id", "grün \"1\" \\ \n".as_bytes()),
            header("twice", &any),
            header("twice", b""),
        ]),
    ];
    fixture.log.writer().unwrap().write(messages.clone()).await.unwrap();
    let found = read(&mut fixture.reader(&[(&zero, 0)]), messages.len()).await;
    for (record, message) in found.iter().zip(&messages) {
        assert_eq!(record.key, message.key);
        assert_eq!(record.headers, message.headers);
        assert_eq!(record.value, message.value);
    }
}

pub(crate) async fn a_long_message_comes_back_whole<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("long", 1).await;
    let [zero] = partitions(&topic);
    // Random enough not to be compressed away.
    let long =
        |bytes: u32| (0..bytes).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>();
    let lengths = [900_000, 10, 1_100_000, 900_000];
    let messages = lengths.map(|bytes| Message::new(Arc::clone(&topic), "key", long(bytes))).to_vec();
    fixture.log.writer().unwrap().write(messages).await.unwrap();
    let found = read(&mut fixture.reader(&[(&zero, 0)]), lengths.len()).await;
    for (record, bytes) in found.iter().zip(lengths) {
        assert!(record.value == long(bytes), "{} of {bytes} bytes", record.value.len());
    }
}

pub(crate) async fn a_key_says_the_partition<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("keys", 5).await;
    let keys: Vec<_> = (0..40).map(|number| format!("acme/device-{number}")).chain([String::new()]).collect();
    let messages = keys.iter().map(|key| Message::new(Arc::clone(&topic), key.as_str(), "{}"));
    fixture.log.writer().unwrap().write(messages.collect()).await.unwrap();
    let all: [_; 5] = partitions(&topic);
    let from: Vec<_> = all.iter().map(|partition| (partition, 0)).collect();
    let found = read(&mut fixture.reader(&from), keys.len()).await;
    for record in &found {
        assert_eq!(record.partition, partition_of(record.key.as_deref().unwrap(), 5), "{:?}", record.key);
    }
    let used: std::collections::BTreeSet<_> = found.iter().map(|record| record.partition).collect();
    assert_eq!(used.len(), 5);
}
