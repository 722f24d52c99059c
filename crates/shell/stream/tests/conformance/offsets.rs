//! Order, and where reading begins.

use std::time::{Duration, Instant};

use tribute_stream::{Ends, Log, LogError, Partition, Reader};

use crate::fixture::{Fixture, PATIENCE, assert_nothing_more, offsets, partitions, read, values};

pub(crate) async fn records_come_in_order_from_the_beginning<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("order", 2).await;
    let [zero, one] = partitions(&topic);
    fixture.write(&zero, 0..100).await;
    fixture.write(&one, 1000..1010).await;
    fixture.write(&zero, 100..150).await;
    let mut reader = fixture.reader(&[(&zero, 0), (&one, 0)]);
    let found = read(&mut reader, 160).await;
    assert_eq!(values(&found, &zero), (0..150).collect::<Vec<_>>());
    assert_eq!(values(&found, &one), (1000..1010).collect::<Vec<_>>());
    assert_eq!(offsets(&found, &zero), (0..150).collect::<Vec<_>>());
    assert!(found.iter().all(|record| record.appended_at > 1_700_000_000_000));
    assert_nothing_more(&mut reader).await;
}

pub(crate) async fn reading_begins_at_the_offset_given<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("from", 2).await;
    let [zero, one] = partitions(&topic);
    fixture.write(&zero, 0..20).await;
    fixture.write(&one, 0..20).await;
    let mut reader = fixture.reader(&[(&zero, 13), (&one, 20)]);
    let found = read(&mut reader, 7).await;
    assert_eq!(values(&found, &zero), (13..20).collect::<Vec<_>>());
    assert_nothing_more(&mut reader).await;
    fixture.write(&one, [77]).await;
    let found = read(&mut reader, 1).await;
    assert_eq!((values(&found, &one), offsets(&found, &one)), (vec![77], vec![20]));
}

pub(crate) async fn ends_say_where_a_partition_begins_and_ends<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("ends", 2).await;
    let other = fixture.topic("other", 1).await;
    let [zero, one] = partitions(&topic);
    fixture.write(&one, 0..7).await;
    let ends = fixture.log.ends(&[&topic, &other]).await.unwrap();
    assert_eq!(ends.len(), 3);
    assert_eq!(ends[&zero], Ends { first: 0, next: 0 });
    assert_eq!(ends[&one], Ends { first: 0, next: 7 });
    (fixture.trim)(one.clone(), 4).await;
    assert_eq!(fixture.log.ends(&[&topic]).await.unwrap()[&one], Ends { first: 4, next: 7 });
    let absent = fixture.name("absent");
    let error = fixture.log.ends(&[&absent]).await.unwrap_err();
    assert!(matches!(&error, LogError::UnknownTopic { topic } if *topic == absent), "{error:?}");
    assert!(!error.is_transient());
}

pub(crate) async fn an_offset_beyond_the_end_is_an_error_that_names_both<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("range", 3).await;
    let [zero, one, two] = partitions(&topic);
    for partition in [&zero, &one, &two] {
        fixture.write(partition, 0..10).await;
    }
    (fixture.trim)(two.clone(), 6).await;
    let mut reader = fixture.reader(&[(&zero, 0), (&one, 11), (&two, 2)]);
    let (mut found, mut errors, begun) = (Vec::new(), Vec::new(), Instant::now());
    while (found.len() < 10 || errors.len() < 2) && begun.elapsed() < PATIENCE {
        match reader.next(100, Duration::from_millis(200)).await {
            Ok(mut records) => found.append(&mut records),
            Err(error) => errors.push(error),
        }
    }
    // The others go on, and each error is told once.
    assert_eq!(values(&found, &zero), (0..10).collect::<Vec<_>>());
    assert_nothing_more(&mut reader).await;
    errors.sort_by_key(ToString::to_string);
    let [
        LogError::OutOfRange { partition: first_wrong, wanted: 11, first: 0, next: 10 },
        LogError::OutOfRange { partition: second_wrong, wanted: 2, first: 6, next: 10 },
    ] = errors.as_slice()
    else {
        panic!("{errors:?}");
    };
    assert_eq!((first_wrong, second_wrong), (&one, &two));
    assert!(errors[1].to_string().contains("from 6") && errors[1].to_string().contains("and 2 is wanted"));
    reader.add(&[(one.clone(), 9), (two.clone(), 6)]).unwrap();
    let found = read(&mut reader, 5).await;
    assert_eq!((values(&found, &one), values(&found, &two)), (vec![9], vec![6, 7, 8, 9]));
}

pub(crate) async fn an_unknown_partition_is_an_error<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("few", 1).await;
    let [zero, _] = partitions(&topic);
    let absent = Partition::new(topic, 7);
    fixture.write(&zero, [1]).await;
    let mut reader = fixture.reader(&[(&absent, 0), (&zero, 0)]);
    let (mut found, mut told, begun) = (Vec::new(), None, Instant::now());
    while (found.is_empty() || told.is_none()) && begun.elapsed() < PATIENCE {
        match reader.next(100, Duration::from_millis(200)).await {
            Ok(mut records) => found.append(&mut records),
            Err(error) => told = Some(error),
        }
    }
    assert!(
        matches!(&told, Some(LogError::UnknownPartition { partition }) if *partition == absent),
        "{told:?}"
    );
    assert_eq!(values(&found, &zero), [1]);
}
