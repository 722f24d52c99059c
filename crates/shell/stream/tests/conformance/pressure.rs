//! Readers that are slow, impatient, or have much to look at.

use std::time::{Duration, Instant};

use tokio::time::timeout;
use tribute_stream::{Log, Reader};

use crate::fixture::{Fixture, PATIENCE, assert_nothing_more, offsets, partitions, read, values};

pub(crate) async fn a_slow_reader_gets_everything<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("slow", 2).await;
    let [zero, one] = partitions(&topic);
    for part in 0..10_u32 {
        fixture.write(&zero, part * 3000..(part + 1) * 3000).await;
        fixture.write(&one, part * 300..(part + 1) * 300).await;
    }
    let mut reader = fixture.reader(&[(&zero, 0), (&one, 0)]);
    let mut found = Vec::new();
    for pause in [300, 0, 50, 100] {
        found.append(&mut read(&mut reader, 500).await);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    found.append(&mut read(&mut reader, 33_000 - found.len()).await);
    assert_eq!(values(&found, &zero), (0..30_000).collect::<Vec<_>>());
    assert_eq!(values(&found, &one), (0..3000).collect::<Vec<_>>());
    assert_nothing_more(&mut reader).await;
}

pub(crate) async fn every_partition_gets_its_turn<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("turns", 6).await;
    let all: [_; 6] = partitions(&topic);
    for partition in &all {
        fixture.write(partition, 0..10).await;
    }
    let from: Vec<_> = all.iter().map(|partition| (partition, 0)).collect();
    let mut reader = fixture.reader(&from);
    let (mut found, begun) = (Vec::new(), Instant::now());
    while found.len() < 60 {
        assert!(begun.elapsed() < PATIENCE);
        let mut some = reader.next(4, Duration::from_millis(500)).await.unwrap();
        assert!(some.len() <= 4);
        found.append(&mut some);
    }
    for partition in &all {
        assert_eq!(offsets(&found, partition), (0..10).collect::<Vec<_>>());
    }
}

pub(crate) async fn an_abandoned_wait_loses_nothing<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("abandoned", 1).await;
    let [zero] = partitions(&topic);
    let mut reader = fixture.reader(&[(&zero, 0)]);
    let (mut found, mut abandoned, begun) = (Vec::new(), 0, Instant::now());
    for round in 0..30 {
        // Too few for a batch: the reader waits for more when it is given up, and has some of them already.
        fixture.write(&zero, round * 10..(round + 1) * 10).await;
        let patience = Duration::from_micros(u64::from(round) * 150);
        match timeout(patience, reader.next(1000, Duration::from_secs(5))).await {
            Ok(records) => found.append(&mut records.unwrap()),
            Err(_) => abandoned += 1,
        }
    }
    assert!(abandoned > 0, "no wait was abandoned");
    while found.len() < 300 {
        assert!(begun.elapsed() < PATIENCE, "{} of 300 came", found.len());
        found.append(&mut reader.next(100, Duration::from_millis(500)).await.unwrap());
    }
    assert_eq!(values(&found, &zero), (0..300).collect::<Vec<_>>());
}

pub(crate) async fn a_wait_ends_in_time<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("wait", 1).await;
    let [zero] = partitions(&topic);
    let mut reader = fixture.reader(&[(&zero, 0)]);
    let begun = Instant::now();
    assert!(reader.next(10, Duration::from_millis(300)).await.unwrap().is_empty());
    let waited = begun.elapsed();
    assert!((Duration::from_millis(280)..Duration::from_secs(5)).contains(&waited), "{waited:?}");
    // A record that comes ends the wait.
    let write = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        fixture.write(&zero, [1]).await;
    };
    let begun = Instant::now();
    let (found, ()) = tokio::join!(reader.next(10, Duration::from_secs(50)), write);
    assert_eq!(values(&found.unwrap(), &zero), [1]);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    // Nobody to read: nothing to wait for but time.
    reader.remove(&[zero]).unwrap();
    assert!(reader.next(10, Duration::from_millis(10)).await.unwrap().is_empty());
}
