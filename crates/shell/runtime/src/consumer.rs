//! Takes events from the topics into the services.
//!
//! Its states: **consuming**, as long as nobody says stop; **draining**, when it is to give partitions away or to end:
//! the batch at hand is finished, or abandoned where the database is away, and only then the lease is given back;
//! **complete**, when it has left the group. The next batch is read and decoded while the one at hand is written.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tribute_services::{Engine, Reach, Taken};
use tribute_store::{Advance, Database, Lease, Leases, Source};
use tribute_stream::{Log, LogError, Partition, Reader, topics};
use tribute_vault::Vault;

use crate::{
    Health, RuntimeError, Settings, Stop,
    backoff::Backoff,
    batch::{Batch, Held, Holdings, Read, partition_of, source_of},
    share::Share,
    ticks::Ticks,
};

/// How long to wait for more of a batch that has begun.
const TOP_UP: Duration = Duration::from_millis(1);
/// How often it is looked whether a tick may be taken in.
const TICKS_LOOKED_AT: Duration = Duration::from_millis(20);

/// Takes events from the topics into the services.
pub struct Consumer<L: Log> {
    engine: Engine,
    reach: Reach,
    reader: L::Reader,
    share: Share,
    leases: Leases,
    holdings: Holdings,
    upcoming: Vec<Read>,
    ticks: Ticks,
    ticks_looked_at: Instant,
    settings: Settings,
    health: Health,
    stop: Stop,
}

/// The topics that events come in by: the contract with all its schemas is gone through once for it, not every batch.
pub(crate) fn incoming_topics() -> &'static [&'static str] {
    static TOPICS: LazyLock<Vec<&'static str>> = LazyLock::new(|| topics::inputs().into_iter().collect());
    &TOPICS
}

impl<L: Log> Consumer<L> {
    /// Joins the group of those who take events in.
    ///
    /// # Errors
    /// Where the log or the database refuses, or a topic is missing.
    pub async fn open(
        log: L,
        database: Database,
        reach: Reach,
        settings: Settings,
        health: Health,
        stop: Stop,
    ) -> Result<Self, RuntimeError> {
        let ends = log.ends(incoming_topics()).await?;
        let sources = ends.into_iter().map(|(partition, ends)| (source_of(&partition), ends.first)).collect();
        let leases = Leases::new(database.clone(), "attribution", &settings.owner, settings.lease);
        let engine = Engine::open(database).await?;
        let share = Share::join(leases.clone(), sources, settings.lease, health.clone());
        Ok(Self {
            engine,
            reach,
            reader: log.reader("tribute-attribution")?,
            share,
            leases,
            holdings: Holdings::new(),
            upcoming: Vec::new(),
            ticks: Ticks::default(),
            ticks_looked_at: Instant::now(),
            settings,
            health,
            stop,
        })
    }

    /// The same with a vault: without one, an event that holds something personal ends it.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { engine: self.engine.with_vault(vault), ..self }
    }

    /// Works until it is time to stop, then leaves the group.
    ///
    /// # Errors
    /// Where a service cannot go on: a person has to look.
    pub async fn run(mut self) -> Result<(), RuntimeError> {
        while !self.stop.is_set() {
            self.follow_standing().await?;
            let mut reads = std::mem::take(&mut self.upcoming);
            // What was read ahead is what had come when the last batch began: more has come since, and a batch costs
            // the server nearly as much for a few events as for many.
            let room = self.settings.batch_events.saturating_sub(reads.len());
            let wait = if reads.is_empty() { self.settings.wait } else { TOP_UP };
            if room > 0 {
                reads.extend(self.read(room, wait).await?);
            }
            let batch = Batch::of(self.ticks.set_aside(reads), &self.holdings);
            if !batch.is_empty() {
                self.take(batch).await?;
            }
            self.take_ticks().await?;
        }
        self.health.stopping();
        let held: Vec<_> = self.holdings.iter().map(|(partition, held)| lease(partition, *held)).collect();
        Ok(self.share.leave(&held).await?)
    }

    /// Begins with what it was given, drops what was taken from it, gives back what is too much.
    async fn follow_standing(&mut self) -> Result<(), RuntimeError> {
        let standing = self.share.standing();
        let theirs = |partition: &Partition, held: &Held| {
            let source = source_of(partition);
            !standing.held.iter().any(|lease| lease.source == source && lease.epoch == held.epoch)
        };
        let lost = self.holdings.iter().filter(|(partition, held)| theirs(partition, held));
        let lost: Vec<_> = lost.map(|(partition, _)| partition.clone()).collect();
        self.drop_partitions(&lost)?;
        for lease in &standing.held {
            let partition = partition_of(&lease.source);
            if !self.holdings.contains_key(&partition) {
                self.reader.add(&[(partition.clone(), lease.next)])?;
                self.holdings.insert(partition, Held { epoch: lease.epoch, next: lease.next });
            }
        }
        if standing.surplus > 0 {
            // Nothing of them is in flight here, between two batches.
            let given = self.holdings.iter().rev().take(standing.surplus);
            let leases: Vec<_> = given.map(|(partition, held)| lease(partition, *held)).collect();
            let partitions: Vec<_> = leases.iter().map(|lease| partition_of(&lease.source)).collect();
            self.drop_partitions(&partitions)?;
            self.share.release(leases).await;
        }
        if !standing.held.is_empty() || standing.members > 0 {
            self.health.started();
        }
        Ok(())
    }

    fn drop_partitions(&mut self, partitions: &[Partition]) -> Result<(), RuntimeError> {
        if partitions.is_empty() {
            return Ok(());
        }
        tracing::info!(partitions = partitions.len(), "partitions were given up");
        self.reader.remove(partitions)?;
        self.holdings.retain(|partition, _| !partitions.contains(partition));
        self.upcoming.retain(|read| !partitions.contains(&read.partition));
        self.ticks.keep_held(&self.holdings);
        Ok(())
    }

    /// The next records, decoded. Wakes up early where the standing changes.
    async fn read(&mut self, limit: usize, wait: Duration) -> Result<Vec<Read>, RuntimeError> {
        let wait = if self.ticks.is_empty() { wait } else { wait.min(TICKS_LOOKED_AT) };
        let records = tokio::select! {
            biased;
            () = self.stop.wait() => return Ok(Vec::new()),
            () = self.share.changed() => return Ok(Vec::new()),
            records = self.reader.next(limit, wait) => records,
        };
        match records {
            Ok(records) => Ok(records.into_iter().map(Read::of).collect()),
            Err(error) => self.unreadable(error).map(|()| Vec::new()),
        }
    }

    /// A partition that lost what is wanted of it is left alone until a person has looked; the others go on.
    fn unreadable(&mut self, error: LogError) -> Result<(), RuntimeError> {
        if let LogError::OutOfRange { partition, .. } = &error {
            tracing::error!(%error, "a partition cannot be read on");
            self.health.trouble(&partition.to_string(), Some(error.to_string()));
            return Ok(self.reader.remove(std::slice::from_ref(partition))?);
        }
        if error.is_transient() {
            tracing::warn!(%error, "the log cannot be read; trying again");
            self.health.log_answered(false);
            return Ok(());
        }
        Err(error.into())
    }

    /// Takes a batch in, however often that has to be tried, until it is in or no longer ours.
    async fn take(&mut self, batch: Batch) -> Result<(), RuntimeError> {
        let (mut batch, mut away, mut later) = (batch, Backoff::away(), Backoff::idle());
        while !batch.is_empty() {
            let advances = batch.advances(&self.holdings);
            self.say_age(&batch);
            let began = Instant::now();
            self.health.working(true);
            fail::fail_point!("consumer.before_commit");
            let taken = self.write(&batch, &advances).await;
            self.health.working(false);
            match taken {
                Ok(Taken::Done(receipt)) => {
                    fail::fail_point!("consumer.after_commit");
                    self.health.database_answered(true);
                    self.health.took(&receipt, began.elapsed());
                    self.moved(&advances);
                    self.say_age(&Batch::default());
                    return Ok(());
                }
                Ok(Taken::Later) => {
                    let rest = later.next();
                    self.stop.rest(rest).await;
                }
                #[cfg(feature = "failpoints")]
                Err(error) if error.is_transient() && tribute_store::is_planted("plant.commit_believed") => {
                    return Ok(());
                }
                Err(error) if error.is_stale() || error.is_transient() => {
                    tracing::warn!(%error, "a batch was not written");
                    self.health.database_answered(!error.is_transient());
                    let Some(rest) = self.find_out(&advances, &mut away).await? else { return Ok(()) };
                    batch = Batch::of(batch.reads, &rest);
                }
                Err(error) => return Err(error.into()),
            }
            if self.stop.is_set() {
                // Abandoned: nothing of it was written, and whoever comes next is given it.
                return Ok(());
            }
        }
        Ok(())
    }

    /// Says how old the oldest record of each topic is that was read and is not taken in yet.
    fn say_age(&self, batch: &Batch) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        let mut ages: BTreeMap<&str, i64> = BTreeMap::new();
        let ticks = self.ticks.waiting();
        for read in batch.reads.iter().chain(&self.upcoming).chain(ticks) {
            let at = read.incoming.arrived.map_or(now, |at| at.millis());
            let age = ages.entry(&read.partition.topic).or_default();
            *age = (*age).max(now.saturating_sub(at) / 1_000);
        }
        for topic in incoming_topics() {
            self.health.metrics.set_oldest(topic, ages.get(topic).copied().unwrap_or(0));
        }
    }

    /// Writes a batch; meanwhile the next one is read.
    async fn write(
        &mut self,
        batch: &Batch,
        advances: &[Advance],
    ) -> Result<Taken, tribute_services::ServiceError> {
        let (engine, reader) = (&mut self.engine, &mut self.reader);
        let room = self.upcoming.is_empty();
        let (limit, wait) = (self.settings.batch_events, self.settings.wait);
        let mut writing = std::pin::pin!(engine.process_from(batch.incoming(), advances, self.reach));
        if room {
            let next = tokio::select! {
                biased;
                taken = &mut writing => return taken,
                next = reader.next(limit, wait) => next,
            };
            match next {
                // Decoding keeps a processor busy: another one than the database's answers need.
                Ok(records) => {
                    let decode = || records.into_iter().map(Read::of).collect();
                    let decoding = tokio::task::spawn_blocking(decode);
                    let (taken, decoded) = futures_util::future::join(writing, decoding).await;
                    self.upcoming = decoded.unwrap_or_default();
                    return taken;
                }
                Err(error) => tracing::warn!(%error, "the log cannot be read at the moment"),
            }
        }
        writing.await
    }

    fn moved(&mut self, advances: &[Advance]) {
        let mut positions = Vec::with_capacity(advances.len());
        for Advance { source, to, .. } in advances {
            let partition = partition_of(source);
            if let Some(held) = self.holdings.get_mut(&partition) {
                held.next = *to;
            }
            positions.push((partition, *to));
        }
        self.reader.report(&positions);
    }

    /// After a failure: asks the database how far each partition is, and whose. What remains is to be written again;
    /// nothing where it is time to stop.
    async fn find_out(
        &mut self,
        advances: &[Advance],
        away: &mut Backoff,
    ) -> Result<Option<Holdings>, RuntimeError> {
        let sources: Vec<Source> = advances.iter().map(|advance| advance.source.clone()).collect();
        let positions = loop {
            self.stop.rest(away.next()).await;
            if self.stop.is_set() {
                return Ok(None);
            }
            match self.leases.positions(&sources).await {
                Ok(positions) => break positions,
                Err(error) if error.is_transient() => self.health.database_answered(false),
                Err(error) => return Err(error.into()),
            }
        };
        self.health.database_answered(true);
        let mut lost = Vec::new();
        for advance in advances {
            let partition = partition_of(&advance.source);
            let found = positions.iter().find(|lease| lease.source == advance.source);
            match found.filter(|found| found.epoch == advance.epoch) {
                // As before, or already behind the batch: its COMMIT succeeded and only the answer was lost.
                Some(found) if found.next == advance.from || found.next == advance.to => {
                    if let Some(held) = self.holdings.get_mut(&partition) {
                        held.next = found.next;
                    }
                }
                _ => {
                    refused(&self.leases, &self.health, advance, found).await;
                    lost.push(partition);
                }
            }
        }
        self.drop_partitions(&lost)?;
        Ok(Some(self.holdings.clone()))
    }

    /// Takes ticks in whose time has come.
    async fn take_ticks(&mut self) -> Result<(), RuntimeError> {
        while !self.ticks.is_empty() && self.ticks_looked_at.elapsed() >= TICKS_LOOKED_AT {
            let awaited = self.ticks.awaited();
            let sources: Vec<_> = awaited.iter().map(|(source, _)| source.clone()).collect();
            let positions = match self.leases.positions(&sources).await {
                Ok(positions) => positions,
                Err(error) if error.is_transient() => Vec::new(),
                Err(error) => return Err(error.into()),
            };
            let Some(tick) = self.ticks.due(&awaited, &positions) else {
                self.ticks_looked_at = Instant::now();
                return Ok(());
            };
            let (place, offset) = (tick.partition.clone(), tick.offset);
            self.take(Batch::of(vec![tick.clone()], &self.holdings)).await?;
            if self.holdings.get(&place).is_some_and(|held| held.next <= offset) {
                self.ticks.put_back(tick);
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Puts on record that another worker has what this batch would have moved.
async fn refused(leases: &Leases, health: &Health, advance: &Advance, found: Option<&Lease>) {
    let found = found.map_or_else(
        || "the position is gone".to_owned(),
        |found| format!("epoch {} at {}", found.epoch, found.next),
    );
    let Advance { source, epoch, from, .. } = advance;
    tracing::warn!(source = source.name, source.partition, epoch, from, found, "a stale commit was refused");
    health.metrics.refused.inc();
    let reason = format!("it believed in {from}; found {found}");
    if let Err(error) = leases.note_refused(source, *epoch, &reason).await {
        tracing::warn!(%error, "the refusal could not be put on record");
    }
}

fn lease(partition: &Partition, held: Held) -> Lease {
    Lease { source: source_of(partition), epoch: held.epoch, next: held.next }
}
