//! Reads partitions by ranges of the primary key.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tribute_store::sea_orm::{ConnectionTrait, Statement, Value};

use super::{EmbeddedLog, SELECTS_MAX, failed, row};
use crate::{Log, LogError, Partition, Reader, Record};

/// How long a batch that has begun may grow.
const GATHER: Duration = Duration::from_millis(2);
/// How often a reader looks for what other processes wrote: at first, and at last when nothing came.
const PAUSE_FIRST: Duration = Duration::from_millis(2);
const PAUSE_LAST: Duration = Duration::from_millis(50);
/// As good as for ever.
const LONG: Duration = Duration::from_secs(86_400);

/// How far a partition is read.
#[derive(Debug, Clone, Copy)]
struct Position {
    next: i64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nobody has looked yet whether the partition holds this offset.
    New,
    Reading,
    /// An error was reported; the partition waits to be removed or added anew.
    Failed,
}

/// A partition, and the number from which on it is read.
type From = (Partition, i64);

/// Reads from the log of a database. It has no queue: a record is read when it is asked for.
#[derive(Debug)]
pub struct EmbeddedReader {
    log: EmbeddedLog,
    positions: BTreeMap<Partition, Position>,
    /// Which partition is asked first, so that each gets its turn.
    turn: usize,
}

impl EmbeddedReader {
    pub(super) fn new(log: EmbeddedLog) -> Self {
        Self { log, positions: BTreeMap::new(), turn: 0 }
    }

    /// Looks whether new partitions are there and hold the offsets that are wanted.
    async fn confirm(&mut self) -> Result<(), LogError> {
        let is_new = |position: &Position| position.state == State::New;
        let new: Vec<From> = self
            .positions
            .iter()
            .filter(|(_, position)| is_new(position))
            .map(|(partition, position)| (partition.clone(), position.next))
            .collect();
        let topics: BTreeSet<&str> = new.iter().map(|(partition, _)| partition.topic.as_ref()).collect();
        for topic in topics {
            let ends = self.log.ends(&[topic]).await?;
            for (partition, wanted) in new.iter().filter(|(partition, _)| partition.topic.as_ref() == topic) {
                let ends = ends
                    .get(partition)
                    .ok_or_else(|| LogError::UnknownPartition { partition: partition.clone() })?;
                if !(ends.first..=ends.next).contains(wanted) {
                    return Err(LogError::out_of_range(partition, *wanted, *ends));
                }
            }
        }
        self.positions
            .values_mut()
            .filter(|position| is_new(position))
            .for_each(|it| it.state = State::Reading);
        Ok(())
    }

    /// A batch of up to `limit`, which grows for a moment once it has begun. Moves on when it is whole.
    async fn batch(&mut self, limit: usize) -> Result<Vec<Record>, LogError> {
        let mut from = self.from();
        let mut found = self.fetch(&mut from, limit).await?;
        if !found.is_empty() && found.len() < limit {
            sleep(GATHER).await;
            let left = limit.saturating_sub(found.len());
            found.append(&mut self.fetch(&mut from, left).await?);
        }
        for (partition, next) in from {
            self.positions.entry(partition).and_modify(|position| position.next = next);
        }
        self.turn = self.turn.wrapping_add(1);
        Ok(found)
    }

    fn from(&self) -> Vec<From> {
        let read = self.positions.iter().filter(|(_, position)| position.state == State::Reading);
        let mut from: Vec<From> = read.map(|(partition, at)| (partition.clone(), at.next)).collect();
        let first = self.turn.checked_rem(from.len()).unwrap_or_default();
        from.rotate_left(first);
        from
    }

    /// What is there beyond some positions, which move on. The partitions share the limit; those that fill their
    /// share get what the others left.
    async fn fetch(&self, from: &mut [From], limit: usize) -> Result<Vec<Record>, LogError> {
        let mut found = Vec::new();
        let mut places: Vec<usize> = (0..from.len()).collect();
        while found.len() < limit && !places.is_empty() {
            let left = limit.saturating_sub(found.len());
            places.truncate(left.min(SELECTS_MAX));
            let share = left / places.len();
            let mut counts = vec![0_usize; from.len()];
            for (place, record) in self.select(from, &places, share).await? {
                let (partition, next) = &mut from[place];
                if record.offset != *next {
                    let ends = self.log.bounds(std::slice::from_ref(partition)).await?;
                    return Err(LogError::out_of_range(partition, *next, ends[0]));
                }
                *next = record.offset.saturating_add(1);
                counts[place] += 1;
                found.push(record);
            }
            places.retain(|place| counts[*place] == share);
        }
        Ok(found)
    }

    async fn select(
        &self,
        from: &[From],
        places: &[usize],
        share: usize,
    ) -> Result<Vec<(usize, Record)>, LogError> {
        let (text, values) = query(from, places, share);
        let statement = Statement::from_sql_and_values(self.log.database.backend(), text, values);
        let rows = self.log.database.connection().query_all_raw(statement).await;
        let rows = rows.map_err(|error| failed("log_record", error))?;
        let mut placed = Vec::with_capacity(rows.len());
        for row in &rows {
            let place = row::place(row).map_err(|error| failed("log_record", error))?;
            if let Some((partition, _)) = from.get(place) {
                placed.push((place, row::record(row, partition)?));
            }
        }
        // The database promises no order between the parts of the statement, and keeps it all the same.
        placed.sort_by_key(|(place, record)| (*place, record.offset));
        Ok(placed)
    }

    /// After an error about a partition the others go on without it.
    fn set_aside(&mut self, error: &LogError) {
        let concerns = |partition: &Partition| match error {
            LogError::OutOfRange { partition: failed, .. }
            | LogError::UnknownPartition { partition: failed } => failed == partition,
            LogError::UnknownTopic { topic } => partition.topic.as_ref() == topic,
            _ => false,
        };
        let failed = self.positions.iter_mut().filter(|(partition, _)| concerns(partition));
        failed.for_each(|(_, position)| position.state = State::Failed);
    }

    async fn wait_for_some(&mut self, limit: usize, deadline: Instant) -> Result<Vec<Record>, LogError> {
        let written = Arc::clone(&self.log.written);
        let mut pause = PAUSE_FIRST;
        loop {
            // Before looking, so that nothing is missed that is written meanwhile.
            let mut heard = pin!(written.notified());
            heard.as_mut().enable();
            self.confirm().await?;
            let found = self.batch(limit).await?;
            let now = Instant::now();
            if !found.is_empty() || now >= deadline {
                return Ok(found);
            }
            let until = now.checked_add(pause).map_or(deadline, |until| until.min(deadline));
            let _heard_or_paused = timeout_at(until, heard).await;
            pause = (pause * 2).min(PAUSE_LAST);
        }
    }
}

/// One part for each partition, each a range of the primary key.
fn query(from: &[From], places: &[usize], share: usize) -> (String, Vec<Value>) {
    let share = i64::try_from(share).unwrap_or(i64::MAX);
    let mut values = Vec::with_capacity(places.len() * 4);
    let mut selects = Vec::with_capacity(places.len());
    for place in places {
        let (partition, next) = &from[*place];
        let at = values.len();
        selects.push(format!(
            "SELECT * FROM (SELECT CAST({place} AS BIGINT), {} FROM log_record WHERE topic = ${} AND \
             \"partition\" = ${} AND number >= ${} ORDER BY number LIMIT ${}) AS p{place}",
            row::COLUMNS,
            at + 1,
            at + 2,
            at + 3,
            at + 4,
        ));
        let number = i64::from(partition.number);
        values.extend([partition.topic.as_ref().into(), number.into(), (*next).into(), share.into()]);
    }
    (selects.join(" UNION ALL "), values)
}

impl Reader for EmbeddedReader {
    fn add(&mut self, partitions: &[(Partition, i64)]) -> Result<(), LogError> {
        let new = |(partition, next): &From| (partition.clone(), Position { next: *next, state: State::New });
        self.positions.extend(partitions.iter().map(new));
        Ok(())
    }

    fn remove(&mut self, partitions: &[Partition]) -> Result<(), LogError> {
        self.positions.retain(|partition, _| !partitions.contains(partition));
        Ok(())
    }

    async fn next(&mut self, limit: usize, wait: Duration) -> Result<Vec<Record>, LogError> {
        let deadline = Instant::now() + wait.min(LONG);
        let found = self.wait_for_some(limit, deadline).await;
        if let Err(error) = &found {
            self.set_aside(error);
        }
        found
    }

    /// The database knows positions better than its log does: there is nobody else to tell.
    fn report(&mut self, _positions: &[(Partition, i64)]) {}
}
