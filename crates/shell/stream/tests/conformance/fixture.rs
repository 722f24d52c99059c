//! A log to test on, and what the tests do with it over and over.

use std::future::Future;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tribute_stream::{Keep, Log, Message, Partition, Reader, Record, TopicPlan, Writer};

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Removes the last `i64`th of a partition's records before an offset, as retention does.
pub(crate) type Trim = Box<dyn Fn(Partition, i64) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A log, and a name for its topics that no other test uses.
pub(crate) struct Fixture<L> {
    pub(crate) log: L,
    pub(crate) trim: Trim,
    prefix: String,
    _home: Box<dyn Send + Sync>,
}

/// A name that no other test uses, in this run and those before.
pub(crate) fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    format!("stream_{since}_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A line past the capture of the test runner.
pub(crate) fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

impl<L: Log> Fixture<L> {
    pub(crate) fn new(log: L, trim: Trim, home: impl Send + Sync + 'static) -> Self {
        Self { log, trim, prefix: unique(), _home: Box::new(home) }
    }

    pub(crate) fn name(&self, topic: &str) -> String {
        format!("{}.{topic}", self.prefix)
    }

    pub(crate) fn plan(&self, topic: &str, partitions: u32) -> TopicPlan {
        let keep = Keep::Milliseconds(86_400_000);
        TopicPlan { topic: self.name(topic), partitions, replication: None, keep }
    }

    /// Makes a topic.
    pub(crate) async fn topic(&self, topic: &str, partitions: u32) -> Arc<str> {
        let plan = self.plan(topic, partitions);
        self.log.create(std::slice::from_ref(&plan)).await.unwrap();
        plan.topic.into()
    }

    /// Writes values to one partition.
    pub(crate) async fn write(&self, partition: &Partition, values: impl IntoIterator<Item = u32>) {
        let message = |value: u32| {
            Message::new(Arc::clone(&partition.topic), "", number(value)).in_partition(partition.number)
        };
        self.log.writer().unwrap().write(values.into_iter().map(message).collect()).await.unwrap();
    }

    /// A reader of some partitions.
    pub(crate) fn reader(&self, from: &[(&Partition, i64)]) -> L::Reader {
        let mut reader = self.log.reader("conformance").unwrap();
        let from: Vec<_> = from.iter().map(|(partition, offset)| ((*partition).clone(), *offset)).collect();
        reader.add(&from).unwrap();
        reader
    }
}

/// Reads until there are `count` records, and fails where these do not come.
pub(crate) async fn read<R: Reader>(reader: &mut R, count: usize) -> Vec<Record> {
    let (mut found, begun) = (Vec::new(), Instant::now());
    while found.len() < count {
        assert!(begun.elapsed() < PATIENCE, "{} of {count} records came", found.len());
        found.append(&mut reader.next(count - found.len(), Duration::from_millis(500)).await.unwrap());
    }
    found
}

/// Fails where more comes.
pub(crate) async fn assert_nothing_more<R: Reader>(reader: &mut R) {
    let more = reader.next(10, Duration::from_millis(700)).await.unwrap();
    assert!(more.is_empty(), "{} records more, the first at {}", more.len(), more[0].offset);
}

pub(crate) fn number(value: u32) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// The values of the records of one partition.
pub(crate) fn values(records: &[Record], partition: &Partition) -> Vec<u32> {
    let of = records.iter().filter(|record| record.place() == *partition);
    of.map(|record| std::str::from_utf8(&record.value).unwrap().parse().unwrap()).collect()
}

/// The offsets of the records of one partition.
pub(crate) fn offsets(records: &[Record], partition: &Partition) -> Vec<i64> {
    records.iter().filter(|record| record.place() == *partition).map(|record| record.offset).collect()
}

/// The first partitions of a topic.
pub(crate) fn partitions<const N: usize>(topic: &Arc<str>) -> [Partition; N] {
    std::array::from_fn(|number| Partition::new(Arc::clone(topic), i32::try_from(number).unwrap()))
}
