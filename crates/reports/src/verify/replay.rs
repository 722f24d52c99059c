//! The replay: everything once more from the event log, in a database of its own.

use serde::Serialize;
use tribute_events::Arrival;
use tribute_services::{Engine, Incoming};
use tribute_store::{Database, entity, entity::event_log};

use super::{OnProgress, Progress, TableComparison, compare, snapshot};
use crate::{
    ReportError,
    error::at,
    query::{Pages, Source},
};

const STAGE: &str = "the replay";
/// Events read at a time.
const PAGE: u64 = 2_000;

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// How many events were replayed.
    pub events: u64,
    /// In how many batches.
    pub batches: u64,
    /// Every table that follows from the log.
    pub tables: Vec<TableComparison>,
}

impl Replay {
    /// Whether everything is equal byte for byte.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.tables.iter().all(|table| table.first_difference.is_none())
    }
}

/// Feeds the event log, batch by batch as it was taken in, to a pipeline over an empty SQLite database in the
/// folder for temporary files, and compares every table that follows from it.
///
/// What never was accepted is not in the log, so that the quarantine and what was said about it are left out.
///
/// # Errors
/// Where a database is away, or the pipeline cannot process what it has processed before.
pub async fn replay(database: &Database, progress: OnProgress<'_>) -> Result<Replay, ReportError> {
    let folder = tempfile::Builder::new().prefix("tribute-replay-").tempdir()?;
    let path = folder.path().join("replay.db");
    let mut engine = Engine::open(Database::open(&path.to_string_lossy()).await?).await?;
    let books = snapshot(database).await?;
    let (events, batches) = feed(&books, &mut engine, progress).await?;
    let replayed = snapshot(engine.database()).await?;
    let tables = compare_all(&books, &replayed, progress).await?;
    for side in [books, replayed] {
        side.rollback().await.map_err(ReportError::read("*"))?;
    }
    Ok(Replay { events, batches, tables })
}

async fn feed(
    books: &impl Source,
    engine: &mut Engine,
    progress: OnProgress<'_>,
) -> Result<(u64, u64), ReportError> {
    let mut pages = Pages::<event_log::Entity>::new(PAGE);
    let mut batch: Vec<event_log::Model> = Vec::new();
    let (mut events, mut batches) = (0_u64, 0_i64);
    loop {
        let rows = pages.next(books).await?;
        let over = rows.is_empty();
        for row in rows {
            if batch.last().is_some_and(|last| last.batch != row.batch) {
                events = events.saturating_add(process(engine, &mut batch, &mut batches).await?);
            }
            batch.push(row);
        }
        if over {
            events = events.saturating_add(process(engine, &mut batch, &mut batches).await?);
            return Ok((events, batches.unsigned_abs()));
        }
        progress(Progress { stage: STAGE, done: events });
    }
}

/// One batch as it was. Batches of which nothing was accepted are run empty, for their numbers.
async fn process(
    engine: &mut Engine,
    batch: &mut Vec<event_log::Model>,
    batches: &mut i64,
) -> Result<u64, ReportError> {
    let Some(number) = batch.first().map(|first| first.batch) else { return Ok(0) };
    while batches.saturating_add(1) < number {
        engine.process(Vec::new()).await?;
        *batches = batches.saturating_add(1);
    }
    let read = |row: event_log::Model| {
        let origin = format!("event {}", row.seq);
        let event = Incoming::read(row.body.into_bytes(), Arrival::Live(at(row.recorded_at)), origin);
        // What is in the log twice was refused, and came out of the quarantine again.
        Incoming { again: true, ..event }
    };
    let incoming: Vec<_> = batch.drain(..).map(read).collect();
    let count = u64::try_from(incoming.len()).unwrap_or(u64::MAX);
    engine.process(incoming).await?;
    *batches = batches.saturating_add(1);
    Ok(count)
}

async fn compare_all(
    books: &impl Source,
    replayed: &impl Source,
    progress: OnProgress<'_>,
) -> Result<Vec<TableComparison>, ReportError> {
    let mut tables = Vec::new();
    macro_rules! compare {
        ($($name:ident $(where $condition:expr)?),* $(,)?) => {$(
            let condition: fn(&entity::$name::Model) -> bool = compare!(@condition $($condition)?);
            tables.push(compare::table::<entity::$name::Entity>(books, replayed, condition, &mut *progress).await?);
        )*};
        (@condition) => { |_| true };
        (@condition $condition:expr) => { $condition };
    }
    compare!(
        configuration,
        touch,
        login,
        sale,
        post,
        fx_rate,
        conversion,
        earning,
        movement,
        ledger_transaction,
        ledger_entry,
        journal_head,
        balance,
        payout,
        mission_fact,
        reward,
        reward_lock,
        finding,
        held_earning,
        board,
        bank_entry,
        adjustment,
        claim,
        period,
        clock,
        outbox where |row| row.stream != "tribute.quarantine",
    );
    Ok(tables)
}
