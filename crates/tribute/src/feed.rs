//! Feeds lines into the engine: one thread reads and decodes ahead while the engine works.

use std::sync::mpsc::{Receiver, sync_channel};

use anyhow::{Context, Result};
use tribute_api::SharedEngine;
use tribute_events::{Arrival, Timestamp};
use tribute_services::{Engine, Incoming, Receipt, ServiceError};

use crate::progress::Progress;

/// How many events make a batch, and so a transaction.
pub(crate) const BATCH_EVENTS: usize = 8_000;
/// How many bytes a batch may hold.
const BATCH_BYTES: usize = 16 << 20;
/// How many decoded batches may wait for the engine.
const BATCHES_AHEAD: usize = 2;

/// How events without a `recordedtime` are stamped.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stamp {
    /// With the wall clock, when they are read.
    Now,
    /// With their own time: an import of history.
    Backfill,
}

impl Stamp {
    pub(crate) fn arrival(self) -> Arrival {
        match self {
            Self::Now => Arrival::Live(now()),
            Self::Backfill => Arrival::Backfill,
        }
    }
}

/// The wall clock. Nothing below the command line reads it.
pub(crate) fn now() -> Timestamp {
    let millis = jiff::Timestamp::now().as_millisecond();
    #[cfg(feature = "failpoints")]
    let millis = millis.saturating_add(wrong_by());
    Timestamp::from_millis(millis)
}

/// By how many milliseconds the clock is wrong, where a test says so.
#[cfg(feature = "failpoints")]
fn wrong_by() -> i64 {
    fail::fail_point!("clock.wrong", |by| by.and_then(|by| by.parse().ok()).unwrap_or(0));
    0
}

/// Marks an error: the input could not be read to its end, and the books have nothing to do with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unreadable;

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the input is damaged, cut off, or may not be read")
    }
}

/// What batches are fed into.
pub(crate) trait Taker {
    /// Takes a batch in, which the next `sync` makes durable.
    async fn take(&mut self, batch: Vec<Incoming>) -> Result<Receipt, ServiceError>;
    /// Makes durable what was taken.
    async fn sync(&mut self) -> Result<(), ServiceError>;
}

impl Taker for Engine {
    async fn take(&mut self, batch: Vec<Incoming>) -> Result<Receipt, ServiceError> {
        self.process_ahead(batch).await
    }

    async fn sync(&mut self) -> Result<(), ServiceError> {
        Self::sync(self).await
    }
}

/// Between two batches others have their turn.
impl Taker for SharedEngine {
    async fn take(&mut self, batch: Vec<Incoming>) -> Result<Receipt, ServiceError> {
        self.lock().await.process_ahead(batch).await
    }

    async fn sync(&mut self) -> Result<(), ServiceError> {
        self.lock().await.sync().await
    }
}

/// Feeds every line into the engine, batch by batch, and adds what became of each batch to `total`. An error marked
/// as [`Unreadable`] is the input's, any other the database's.
pub(crate) async fn feed<F>(
    engine: &mut impl Taker,
    stamp: Stamp,
    next: F,
    progress: &mut Progress,
    total: &mut Receipt,
) -> Result<()>
where
    F: FnMut() -> Result<Option<(Vec<u8>, String)>> + Send + 'static,
{
    let (batches, reader) = read_ahead(stamp, next);
    for batch in batches {
        let receipt = engine
            .take(batch.context(Unreadable)?)
            .await
            .context("a batch was not written; the same file can be given again")?;
        progress.advance(receipt.received);
        total.add(&receipt);
    }
    // Only now may the input be forgotten.
    engine.sync().await.context("what was taken in is not on the disk yet; give the same file again")?;
    reader.join().map_err(|_| anyhow::anyhow!("the reading thread ended abnormally"))?;
    Ok(())
}

type Batches = Receiver<Result<Vec<Incoming>>>;

fn read_ahead<F>(stamp: Stamp, mut next: F) -> (Batches, std::thread::JoinHandle<()>)
where
    F: FnMut() -> Result<Option<(Vec<u8>, String)>> + Send + 'static,
{
    let (sender, receiver) = sync_channel(BATCHES_AHEAD);
    let reader = std::thread::spawn(move || {
        loop {
            let batch = read_batch(stamp, &mut next);
            let over = !matches!(&batch, Ok(batch) if !batch.is_empty());
            let empty = matches!(&batch, Ok(batch) if batch.is_empty());
            if (!empty && sender.send(batch).is_err()) || over {
                return;
            }
        }
    });
    (receiver, reader)
}

fn read_batch(
    stamp: Stamp,
    next: &mut impl FnMut() -> Result<Option<(Vec<u8>, String)>>,
) -> Result<Vec<Incoming>> {
    let mut batch = Vec::with_capacity(BATCH_EVENTS);
    let mut bytes = 0;
    while batch.len() < BATCH_EVENTS && bytes < BATCH_BYTES {
        let Some((line, origin)) = next()? else { break };
        bytes += line.len();
        batch.push(Incoming::read(line, stamp.arrival(), origin));
    }
    Ok(batch)
}
