//! Writers: side by side, and after an error.

use std::sync::Arc;

use tribute_stream::{Log, LogError, Message, Writer};

use crate::fixture::{Fixture, assert_nothing_more, number, offsets, partitions, read, values};

pub(crate) async fn writers_side_by_side_lose_and_double_nothing<L: Log>(fixture: &Fixture<L>) {
    const WRITERS: u32 = 4;
    let topic = fixture.topic("beside", 2).await;
    let [zero, one] = partitions(&topic);
    let writing: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (log, topic) = (fixture.log.clone(), Arc::clone(&topic));
            tokio::spawn(async move {
                let log = log.writer().unwrap();
                for round in 0..25 {
                    let value = |at| number(writer * 1000 + round * 4 + at);
                    let message =
                        |at| Message::new(Arc::clone(&topic), "", value(at)).in_partition((at % 2) as i32);
                    log.write((0..4).map(message).collect()).await.unwrap();
                }
            })
        })
        .collect();
    // Reading meanwhile: what becomes visible does so in order.
    let found = read(&mut fixture.reader(&[(&zero, 0), (&one, 0)]), 100 * WRITERS as usize).await;
    for writer in writing {
        writer.await.unwrap();
    }
    for (parity, partition) in [(0, &zero), (1, &one)] {
        let all = values(&found, partition);
        assert_eq!(offsets(&found, partition), (0..200).collect::<Vec<_>>());
        for writer in 0..WRITERS {
            let own: Vec<_> = all.iter().copied().filter(|value| value / 1000 == writer).collect();
            let expected: Vec<_> =
                (0..100).filter(|it| it % 2 == parity).map(|it| writer * 1000 + it).collect();
            assert_eq!(own, expected);
        }
    }
}

pub(crate) async fn a_writer_goes_on_after_an_error<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("errors", 2).await;
    let [zero, one] = partitions(&topic);
    let writer = fixture.log.writer().unwrap();
    let good = |value| Message::new(Arc::clone(&topic), "", number(value)).in_partition(0);
    let absent = fixture.name("absent");
    let error = writer.write(vec![Message::new(absent.as_str(), "", "{}")]).await.unwrap_err();
    assert!(matches!(&error, LogError::UnknownTopic { topic } if *topic == absent), "{error:?}");
    writer.write(vec![good(1)]).await.unwrap();
    let nowhere = Message::new(Arc::clone(&topic), "", "{}").in_partition(9);
    let error = writer.write(vec![nowhere]).await.unwrap_err();
    assert!(matches!(&error, LogError::UnknownPartition { partition } if partition.number == 9), "{error:?}");
    assert!(!error.is_transient());
    writer.write(vec![good(2), good(3)]).await.unwrap();
    fixture.topic("absent", 1).await;
    writer.write(vec![Message::new(absent.as_str(), "", "{}"), good(4)]).await.unwrap();
    let mut reader = fixture.reader(&[(&zero, 0), (&one, 0)]);
    let found = read(&mut reader, 4).await;
    assert_eq!((values(&found, &zero), values(&found, &one)), (vec![1, 2, 3, 4], vec![]));
    assert_nothing_more(&mut reader).await;
}

pub(crate) async fn nothing_to_write_is_no_error<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("nothing", 1).await;
    let [zero] = partitions(&topic);
    fixture.log.writer().unwrap().write(Vec::new()).await.unwrap();
    assert_nothing_more(&mut fixture.reader(&[(&zero, 0)])).await;
}
