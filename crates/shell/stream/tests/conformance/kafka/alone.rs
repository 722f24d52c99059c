//! What only Kafka does: a bounded queue, positions for those who watch the lag, settings of topics, brokers that are
//! away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tokio::time::timeout;
use tribute_stream::{
    Extra, KafkaLog, KafkaSettings, Keep, Log, LogError, Message, Partition, Reader, TopicPlan, Writer,
};

use super::{brokers, on_brokers};
use crate::fixture::{partitions, read, values};

/// More than the queue takes, for longer than the client may go on fetching beyond it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_of_a_reader_that_stands_still_is_bounded() {
    let Some(fixture) = on_brokers().await else { return };
    let topic = fixture.topic("bounded", 2).await;
    let [zero, one] = partitions(&topic);
    for part in 0..10_u32 {
        fixture.write(&zero, part * 5000..(part + 1) * 5000).await;
        fixture.write(&one, part * 1000..(part + 1) * 1000).await;
    }
    let mut reader = fixture.reader(&[(&zero, 0)]);
    let mut found = read(&mut reader, 10).await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(8) {
        assert!(reader.queued() <= 20_000, "{} records wait", reader.queued());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(reader.queued(), 20_000);
    // Added while the client is paused.
    reader.add(&[(one.clone(), 0)]).unwrap();
    found.append(&mut read(&mut reader, 60_000 - 10).await);
    assert_eq!(values(&found, &zero), (0..50_000).collect::<Vec<_>>());
    assert_eq!(values(&found, &one), (0..10_000).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn positions_are_there_for_those_who_watch_the_lag() {
    let Some(fixture) = on_brokers().await else { return };
    let topic = fixture.topic("lag", 1).await;
    let [zero] = partitions(&topic);
    fixture.write(&zero, 0..10).await;
    let group = fixture.name("watched");
    let mut reader = fixture.log.reader(&group).unwrap();
    reader.add(&[(zero.clone(), 0)]).unwrap();
    read(&mut reader, 10).await;
    reader.report(&[]);
    reader.report(&[(zero.clone(), 10)]);
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers().unwrap()).set("group.id", &group);
    let watcher: BaseConsumer = config.create().unwrap();
    let seen = || {
        let mut list = TopicPartitionList::new();
        list.add_partition(&topic, 0);
        watcher.committed_offsets(list, Duration::from_secs(10)).unwrap().elements()[0].offset()
    };
    let begun = Instant::now();
    while seen() != Offset::Offset(10) {
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", seen());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_of_topics_are_made_and_compared() {
    let Some(fixture) = on_brokers().await else { return };
    let plan = |topic, keep| TopicPlan { keep, ..fixture.plan(topic, 1) };
    let plans = [
        plan("forever", Keep::Forever),
        plan("days", Keep::Milliseconds(9_000)),
        plan("keys", Keep::LatestOfKey),
    ];
    fixture.log.create(&plans).await.unwrap();
    assert_eq!(fixture.log.check(&plans).await.unwrap(), Vec::<String>::new());
    let other =
        [plan("forever", Keep::LatestOfKey), plan("days", Keep::Milliseconds(8_000)), plans[2].clone()];
    let said = fixture.log.check(&other).await.unwrap();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("cleanup.policy=delete, planned is compact"), "{said:?}");
    assert!(said[1].contains("retention.ms=9000, planned is 8000"), "{said:?}");
    let copies = TopicPlan { replication: Some(7), ..fixture.plan("copies", 1) };
    let error = fixture.log.create(&[copies]).await.unwrap_err();
    assert!(error.to_string().contains("replication") && !error.is_transient(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_beyond_all_bounds_is_refused_by_name() {
    let Some(fixture) = on_brokers().await else { return };
    let topic = fixture.topic("bounds", 1).await;
    let [zero] = partitions(&topic);
    let writer = fixture.log.writer().unwrap();
    let message = |bytes: usize| Message::new(Arc::clone(&topic), "", vec![b'7'; bytes]);
    let error = writer.write(vec![message(1), message(3 << 20)]).await.unwrap_err();
    assert!(
        matches!(&error, LogError::TooLarge { topic: of, bytes, .. } if *of == *topic && *bytes == 3 << 20),
        "{error:?}"
    );
    writer.write(vec![message(2)]).await.unwrap();
    let mut lengths: Vec<_> =
        read(&mut fixture.reader(&[(&zero, 0)]), 2).await.iter().map(|it| it.value.len()).collect();
    lengths.sort_unstable();
    assert_eq!(lengths, [1, 2]);
}

/// Nobody listens on port 1.
fn nowhere() -> KafkaLog {
    KafkaLog::new(KafkaSettings::plaintext("127.0.0.1:1")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn brokers_that_are_away_are_waited_for() {
    let (writer, mut reader) = (nowhere().writer().unwrap(), nowhere().reader("away").unwrap());
    reader.add(&[(Partition::new("away", 0), 0)]).unwrap();
    let begun = Instant::now();
    assert!(reader.next(10, Duration::from_millis(400)).await.unwrap().is_empty());
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    reader.report(&[(Partition::new("away", 0), 3)]);
    reader.remove(&[Partition::new("away", 0)]).unwrap();
    let write = writer.write(vec![Message::new("away", "key", "value")]);
    assert!(timeout(Duration::from_secs(1), write).await.is_err(), "it is neither written nor refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_cannot_be_used_are_named() {
    let with = |name: &str, value: &str| {
        let extra = Extra([(name.to_owned(), value.to_owned())].into());
        KafkaLog::new(KafkaSettings { extra, ..KafkaSettings::plaintext("127.0.0.1:1") })
    };
    for (name, value) in [("no.such.setting", "1"), ("linger.ms", "soon"), ("acks", "1"), ("group.id", "a")] {
        let error = with(name, value).unwrap_err();
        assert!(matches!(&error, LogError::Setting { setting, .. } if setting == name), "{error:?}");
        assert!(!error.is_transient());
    }
    assert!(with("linger.ms", "7").is_ok());
    assert!(KafkaLog::new(KafkaSettings::default()).unwrap_err().to_string().contains("brokers"));
}
