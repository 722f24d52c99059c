//! What the services said, read from the outbox: the same events that the relay publishes.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use tribute_events::Timestamp;
use tribute_store::{Database, Operation, StoreError, entity::outbox};
use tribute_stream::topics;

/// An event that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its number in its stream.
    pub number: i64,
    /// The whole event, in JSON.
    pub line: String,
    /// What it is, and about whom.
    pub head: Head,
}

/// What an event is, and about whom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// The type, `tribute.earning.accrued`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The brand.
    pub brand: String,
    /// When it happened.
    pub time: Timestamp,
    data: About,
}

/// Of the content only what is needed to find out who may see it and what caused it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct About {
    ambassador: Option<String>,
    cause: Option<String>,
    #[serde(default)]
    moments: Vec<Moment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Moment {
    cause: String,
}

impl Head {
    /// The ambassador whom it is about, where it is about one.
    #[must_use]
    pub fn ambassador(&self) -> Option<&str> {
        self.data.ambassador.as_deref()
    }

    /// The id of the event that brought it about, where it says so.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        let last = self.data.moments.last().map(|moment| moment.cause.as_str());
        self.data.cause.as_deref().or(last)
    }
}

/// The streams that there are, by name: the topics of what the services say.
pub fn streams() -> impl Iterator<Item = &'static str> {
    topics::outputs().into_iter()
}

/// What was said in a stream from a number on, of so many rows of the outbox (each has the events of a batch), and the
/// number that comes next.
///
/// # Errors
/// Where the database fails, or holds what is no event.
pub async fn said_from(
    database: &Database,
    stream: &str,
    from: i64,
    rows: u64,
) -> Result<(Vec<Said>, i64), StoreError> {
    let found = outbox::Entity::find()
        .filter(outbox::Column::Stream.eq(stream))
        .filter(outbox::Column::EventsLast.gte(from))
        .filter(outbox::Column::Number.gte(row_of(database, stream, from).await?))
        .order_by_asc(outbox::Column::Number)
        .limit(rows)
        .all(database.connection())
        .await
        .map_err(failed)?;
    let next = found.last().map_or(from, |row| row.events_last.saturating_add(1));
    let mut events = Vec::new();
    for row in found {
        for (number, line) in (row.events_first..).zip(row.body.lines()).filter(|(number, _)| *number >= from)
        {
            events.push(read(stream, number, line)?);
        }
    }
    Ok((events, next))
}

/// The number of the row that holds an event, or would come next: a row is numbered by its first event.
async fn row_of(database: &Database, stream: &str, number: i64) -> Result<i64, StoreError> {
    let before = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Number)
        .filter(outbox::Column::Stream.eq(stream))
        .filter(outbox::Column::Number.lte(number))
        .order_by_desc(outbox::Column::Number)
        .limit(1)
        .into_tuple::<i64>()
        .one(database.connection())
        .await;
    Ok(before.map_err(failed)?.unwrap_or(number))
}

/// One event, where it is kept.
///
/// # Errors
/// As for [`said_from`].
pub async fn said_at(database: &Database, stream: &str, number: i64) -> Result<Option<Said>, StoreError> {
    let (events, _) = said_from(database, stream, number, 1).await?;
    Ok(events.into_iter().find(|event| event.number == number))
}

/// The number that comes next in each stream.
///
/// # Errors
/// Where the database fails.
pub async fn ends(database: &Database) -> Result<BTreeMap<&'static str, i64>, StoreError> {
    let mut ends = BTreeMap::new();
    for stream in streams() {
        ends.insert(stream, edge(database, stream, true).await?.map_or(1, |last| last.saturating_add(1)));
    }
    Ok(ends)
}

/// The number of the first event of a stream that is kept; nothing where none is.
///
/// # Errors
/// Where the database fails.
pub async fn first_kept(database: &Database, stream: &str) -> Result<Option<i64>, StoreError> {
    edge(database, stream, false).await
}

/// The number of the last event of a stream, or of the first one.
async fn edge(database: &Database, stream: &str, last: bool) -> Result<Option<i64>, StoreError> {
    let column = if last { outbox::Column::EventsLast } else { outbox::Column::EventsFirst };
    let rows = outbox::Entity::find().select_only().column(column).filter(outbox::Column::Stream.eq(stream));
    let rows = match last {
        true => rows.order_by_desc(outbox::Column::Number),
        false => rows.order_by_asc(outbox::Column::Number),
    };
    rows.limit(1).into_tuple::<i64>().one(database.connection()).await.map_err(failed)
}

fn read(stream: &str, number: i64, line: &str) -> Result<Said, StoreError> {
    let wrong = |error: serde_json::Error| {
        let text = format!("{stream} {number} is no event ({error}); run `tribute verify`");
        failed(sea_orm::DbErr::Custom(text))
    };
    let head = serde_json::from_str(line).map_err(wrong)?;
    Ok(Said { number, line: line.to_owned(), head })
}

fn failed(error: sea_orm::DbErr) -> StoreError {
    StoreError::from_orm(Operation::Read, "outbox", error)
}
