use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::Timestamp;

use crate::{
    ReportError,
    error::at,
    query::{Query, Source},
};

/// An event that something follows from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EventRef {
    /// When it happened.
    pub time: Timestamp,
    /// When the log accepted it.
    pub recorded: Timestamp,
    /// Its type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Its id.
    pub id: String,
    /// Who produced it.
    pub source: String,
    /// Its place in the log.
    pub seq: i64,
}

impl fmt::Display for EventRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}  {} of {}", self.time, self.event_type, self.id, self.source)?;
        if self.recorded != self.time {
            write!(f, ", recorded {}", self.recorded)?;
        }
        Ok(())
    }
}

#[derive(FromQueryResult)]
struct Stored {
    seq: i64,
    source: String,
    event_id: String,
    event_type: String,
    time_at: i64,
    recorded_at: i64,
}

/// How many ids are looked for in one pass through the log.
const IDS_AT_ONCE: usize = 500;

/// The events of a brand, or of the whole installation, that have these ids; by id. One pass through the log.
pub(crate) async fn named(
    source: &impl Source,
    brand: &str,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, EventRef>, ReportError> {
    let mut found = BTreeMap::new();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for ids in ids.chunks(IDS_AT_ONCE) {
        let mut query = Query::new(
            "event_log",
            "SELECT seq, source, event_id, event_type, time_at, recorded_at FROM event_log WHERE 1 = 1",
        );
        query.one_of("brand", [brand, "*"]);
        query.one_of("event_id", ids.iter().copied());
        query.push(" ORDER BY seq");
        query
            .each(source, |row: Stored| {
                let event = EventRef {
                    time: at(row.time_at),
                    recorded: at(row.recorded_at),
                    event_type: row.event_type,
                    id: row.event_id.clone(),
                    source: row.source,
                    seq: row.seq,
                };
                found.entry(row.event_id).or_insert(event);
                Ok(())
            })
            .await?;
    }
    Ok(found)
}
