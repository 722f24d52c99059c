//! What was read from the log, as a batch for the services.

use std::collections::BTreeMap;

use tribute_events::{Arrival, Payload, Rejection, RejectionCode, Timestamp};
use tribute_services::Incoming;
use tribute_store::{Advance, Source};
use tribute_stream::{AGAIN, Partition, Record, event_bytes, topics::UNREADABLE};

/// A record that was read and decoded.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) partition: Partition,
    pub(crate) offset: i64,
    pub(crate) incoming: Incoming,
}

/// A partition that this worker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) epoch: i64,
    pub(crate) next: i64,
}

/// The partitions that this worker has.
pub(crate) type Holdings = BTreeMap<Partition, Held>;

impl Read {
    /// Decodes a record. What cannot be read goes on as it is: it is put aside with its reason further on.
    pub(crate) fn of(record: Record) -> Self {
        let partition = record.place();
        let origin = format!("{partition}@{}", record.offset);
        let arrival = Arrival::Live(Timestamp::from_millis(record.appended_at));
        let offset = record.offset;
        let again = record.headers.iter().any(|(name, _)| name == AGAIN);
        // Who brings what cannot be read by HTTP says in the key whose it is.
        let key = record.key.as_deref().filter(|_| &*record.topic == UNREADABLE);
        let brand = key.and_then(|key| std::str::from_utf8(key).ok()?.parse().ok());
        let mut incoming = match event_bytes(&record) {
            Ok(bytes) => Incoming::read(bytes.into_owned(), arrival, origin),
            Err(why) => {
                let read = Incoming::read(record.value, arrival, origin);
                let rejection = Rejection::new(RejectionCode::NotACloudEvent, why.to_string());
                Incoming { event: Err(rejection), ..read }
            }
        };
        incoming.brand = brand;
        incoming.again = again;
        Self { partition, offset, incoming }
    }

    /// What has to be taken in before this tick; nothing where it is none, or comes in one order anyway.
    pub(crate) fn after(&self) -> Option<&BTreeMap<String, i64>> {
        match &self.incoming.event.as_ref().ok()?.payload {
            Payload::Clock(tick) if !tick.after.is_empty() => Some(&tick.after),
            _ => None,
        }
    }
}

/// Records of partitions that this worker has, from where each of them stands.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) reads: Vec<Read>,
}

impl Batch {
    /// Leaves out what is not ours any more, or was taken in already.
    pub(crate) fn of(reads: Vec<Read>, holdings: &Holdings) -> Self {
        let wanted = |read: &Read| holdings.get(&read.partition).is_some_and(|held| read.offset >= held.next);
        Self { reads: reads.into_iter().filter(wanted).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.reads.is_empty()
    }

    pub(crate) fn incoming(&self) -> Vec<Incoming> {
        self.reads.iter().map(|read| read.incoming.clone()).collect()
    }

    /// How the batch moves the positions.
    pub(crate) fn advances(&self, holdings: &Holdings) -> Vec<Advance> {
        let mut ends: BTreeMap<&Partition, i64> = BTreeMap::new();
        for read in &self.reads {
            let end = ends.entry(&read.partition).or_default();
            *end = (*end).max(read.offset.saturating_add(1));
        }
        let advance = |(partition, to): (&Partition, i64)| {
            let held = holdings.get(partition)?;
            Some(Advance { source: source_of(partition), epoch: held.epoch, from: held.next, to })
        };
        ends.into_iter().filter_map(advance).collect()
    }
}

/// The source of a partition.
pub(crate) fn source_of(partition: &Partition) -> Source {
    Source { name: partition.topic.to_string(), partition: partition.number.into() }
}

/// The partition of a source.
pub(crate) fn partition_of(source: &Source) -> Partition {
    Partition::new(source.name.as_str(), i32::try_from(source.partition).unwrap_or(i32::MAX))
}
