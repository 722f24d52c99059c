//! In which traces the events stand that others were caused by.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tribute_store::{StoreError, Transaction, entity::event_log};
use tribute_traces::{Traced, Traceparent};

/// Of an event as it is logged.
#[derive(Deserialize)]
struct Logged {
    traceparent: Option<String>,
}

/// Finds those of these events that stand in a trace, by their ids, which several brands may have.
///
/// # Errors
/// Where the database fails.
pub async fn traced(
    transaction: &mut Transaction,
    events: &BTreeSet<&str>,
) -> Result<BTreeMap<(String, String), Traced>, StoreError> {
    let keys: Vec<_> = events.iter().map(|event| vec![(*event).into()]).collect();
    let rows = transaction.find::<event_log::Entity>(&[event_log::Column::EventId], &keys).await?;
    let stands = |row: event_log::Model| {
        let logged = serde_json::from_str::<Logged>(&row.body).ok()?;
        let traceparent = logged.traceparent.filter(|it| Traceparent::parse(it).is_some())?;
        let (brand, event) = (row.brand, row.event_id);
        let key = (brand.clone(), event.clone());
        Some((key, Traced { traceparent, brand, event_type: row.event_type, event }))
    };
    Ok(rows.into_iter().filter_map(stands).collect())
}
