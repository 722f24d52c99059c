//! Partitions that are added and removed while others go on.

use std::time::Duration;

use tribute_stream::{Log, Reader};

use crate::fixture::{Fixture, assert_nothing_more, offsets, partitions, read, values};

pub(crate) async fn partitions_come_and_go_while_others_are_read<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("moving", 3).await;
    let [zero, one, two] = partitions(&topic);
    for partition in [&zero, &one, &two] {
        fixture.write(partition, 0..50).await;
    }
    let mut reader = fixture.reader(&[(&zero, 0)]);
    let mut found = read(&mut reader, 50).await;
    reader.add(&[(one.clone(), 0), (two.clone(), 40)]).unwrap();
    found.append(&mut read(&mut reader, 60).await);
    reader.remove(std::slice::from_ref(&one)).unwrap();
    for partition in [&zero, &one, &two] {
        fixture.write(partition, 50..60).await;
    }
    found.append(&mut read(&mut reader, 20).await);
    assert_nothing_more(&mut reader).await;
    assert_eq!(values(&found, &zero), (0..60).collect::<Vec<_>>());
    assert_eq!(values(&found, &one), (0..50).collect::<Vec<_>>());
    assert_eq!(values(&found, &two), (40..60).collect::<Vec<_>>());
    // What is not read can be removed all the same.
    reader.remove(&[one, two.clone()]).unwrap();
    reader.remove(&[two, zero]).unwrap();
    assert_nothing_more(&mut reader).await;
}

pub(crate) async fn nothing_of_a_removed_partition_is_returned<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("removed", 2).await;
    let [zero, one] = partitions(&topic);
    fixture.write(&zero, 0..3000).await;
    fixture.write(&one, 0..3000).await;
    for taken in [1, 700, 2500] {
        let mut reader = fixture.reader(&[(&zero, 0), (&one, 0)]);
        let before = read(&mut reader, taken).await;
        // Let the queue fill.
        tokio::time::sleep(Duration::from_millis(100)).await;
        reader.remove(std::slice::from_ref(&zero)).unwrap();
        let left = 3000 - values(&before, &one).len();
        let after = read(&mut reader, left).await;
        assert_eq!(values(&after, &zero), Vec::<u32>::new());
        let all = [before, after].concat();
        assert_eq!(values(&all, &one), (0..3000).collect::<Vec<_>>());
        assert_nothing_more(&mut reader).await;
    }
}

pub(crate) async fn a_partition_read_anew_begins_where_it_is_told_to<L: Log>(fixture: &Fixture<L>) {
    let topic = fixture.topic("anew", 2).await;
    let [zero, one] = partitions(&topic);
    fixture.write(&zero, 0..2000).await;
    fixture.write(&one, 0..2000).await;
    let mut reader = fixture.reader(&[(&zero, 1000), (&one, 0)]);
    let mut of_one = 0;
    for (round, from) in [500_i64, 1900, 0, 1234, 7, 1999].into_iter().enumerate() {
        of_one += values(&read(&mut reader, 20).await, &one).len();
        // With and without removing it first; queued records of before must not come between.
        if round % 2 == 0 {
            reader.remove(std::slice::from_ref(&zero)).unwrap();
        }
        reader.add(&[(zero.clone(), from)]).unwrap();
        let mut found = Vec::new();
        while offsets(&found, &zero).is_empty() {
            found.append(&mut read(&mut reader, 1).await);
        }
        of_one += values(&found, &one).len();
        assert_eq!(offsets(&found, &zero), [from]);
    }
    let rest = read(&mut reader, 2000 - of_one).await;
    assert_eq!(values(&rest, &one).len(), 2000 - of_one, "the other partition goes on");
}
