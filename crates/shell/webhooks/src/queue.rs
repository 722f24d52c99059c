//! Queues what was said for the endpoints that want it: the deliveries of a batch, and how far that goes, are one
//! transaction.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::Timestamp;
use tribute_runtime::traced;
use tribute_store::{
    Database, StoreError, Transaction,
    entity::{webhook_delivery, webhook_endpoint},
};

use crate::{
    known::{Known, Name},
    said::{Said, ends, said_from},
    status,
    view::may_see,
};

/// Rows of the outbox that are looked through at a time: a batch's events each.
const ROWS: u64 = 16;

/// Queues what comes next for these endpoints. Whether there was anything.
pub(crate) async fn queue(
    known: &mut BTreeMap<Name, Known>,
    database: &Database,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut worked = false;
    for (stream, end) in ends(database).await? {
        // As a rule all are equally far; one that comes back from a pause catches up by itself.
        let behind = known.values().filter_map(|it| it.positions.get(stream)).filter(|next| **next < end);
        for from in behind.copied().collect::<BTreeSet<i64>>() {
            queue_from(known, database, (stream, from), now).await?;
            worked = true;
        }
    }
    Ok(worked)
}

async fn queue_from(
    known: &mut BTreeMap<Name, Known>,
    database: &Database,
    (stream, from): (&'static str, i64),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (events, next) = said_from(database, stream, from, ROWS).await?;
    let here: Vec<Name> = known
        .iter()
        .filter(|(_, it)| it.positions.get(stream) == Some(&from))
        .map(|(name, _)| name.clone())
        .collect();
    let mut rows = Vec::new();
    let mut found = BTreeSet::new();
    for name in &here {
        let Some(endpoint) = known.get(name) else { continue };
        let before = rows.len();
        rows.extend(
            events.iter().filter(|it| gets(endpoint, it)).map(|it| delivery(&endpoint.row, stream, it, now)),
        );
        if rows.len() > before {
            found.insert(name.clone());
        }
    }
    if !rows.is_empty() {
        let mut transaction = database.begin().await?;
        // One that was disabled a moment ago stays where it was.
        let active = active(&mut transaction, &found).await?;
        rows.retain(|row| active.contains(&(row.brand.clone(), row.endpoint.clone())));
        known.retain(|name, _| !found.contains(name) || active.contains(name));
        trace(&mut transaction, &mut rows, &events).await?;
        transaction.insert_new::<webhook_delivery::Entity>(&rows).await?;
        let reached = active.into_iter().map(|name| (name, stream, next)).collect();
        keep(&mut transaction, reached).await?;
        transaction.commit().await?;
    }
    for name in here {
        let Some(endpoint) = known.get_mut(&name) else { continue };
        endpoint.positions.insert(stream, next);
        if found.contains(&name) {
            endpoint.wake_at = 0;
        }
    }
    Ok(())
}

/// Which of these endpoints are active, until the transaction ends.
async fn active(transaction: &mut Transaction, names: &BTreeSet<Name>) -> Result<BTreeSet<Name>, StoreError> {
    use webhook_endpoint::Column;
    let keys: Vec<_> =
        names.iter().map(|(brand, endpoint)| vec![brand.as_str().into(), endpoint.as_str().into()]).collect();
    let rows = transaction
        .find_locked::<webhook_endpoint::Entity>(&[Column::Brand, Column::Endpoint], &keys)
        .await?;
    let active = rows.into_iter().filter(|row| row.state == status::ACTIVE);
    Ok(active.map(|row| (row.brand, row.endpoint)).collect())
}

fn gets(endpoint: &Known, event: &Said) -> bool {
    event.head.brand == endpoint.row.brand
        && endpoint.filter.wants(&event.head.kind)
        && may_see(event, &endpoint.row)
}

/// A delivery that is due at once.
pub(crate) fn delivery(
    endpoint: &webhook_endpoint::Model,
    stream: &str,
    event: &Said,
    now: Timestamp,
) -> webhook_delivery::Model {
    webhook_delivery::Model {
        brand: endpoint.brand.clone(),
        endpoint: endpoint.endpoint.clone(),
        stream: stream.to_owned(),
        number: event.number,
        event_type: event.head.kind.clone(),
        traceparent: None,
        queued_at: now.millis(),
        status: status::PENDING.to_owned(),
        attempts: 0,
        attempted_at: String::new(),
        next_at: Some(now.millis()),
        response_status: None,
        response: None,
    }
}

/// Writes how far endpoints are. A position only grows, whoever writes last.
pub(crate) async fn keep(
    transaction: &mut Transaction,
    positions: Vec<(Name, &'static str, i64)>,
) -> Result<(), StoreError> {
    let text = "UPDATE webhook_position SET next = $1 \
        WHERE brand = $2 AND endpoint = $3 AND stream = $4 AND next < $1";
    for ((brand, endpoint), stream, next) in positions {
        let values = vec![next.into(), brand.as_str().into(), endpoint.as_str().into(), stream.into()];
        transaction.execute(text, values).await?;
    }
    Ok(())
}

/// Finds the trace of each event: that of the one which caused it.
async fn trace(
    transaction: &mut Transaction,
    rows: &mut [webhook_delivery::Model],
    events: &[Said],
) -> Result<(), StoreError> {
    let causes: BTreeMap<i64, &str> =
        events.iter().filter_map(|event| Some((event.number, event.head.cause()?))).collect();
    let wanted = rows.iter().filter_map(|row| causes.get(&row.number)).copied().collect();
    let traces = traced(transaction, &wanted).await?;
    for row in rows {
        let Some(cause) = causes.get(&row.number) else { continue };
        let traced = traces.get(&(row.brand.clone(), (*cause).to_owned()));
        row.traceparent = traced.map(|it| it.traceparent.clone());
    }
    Ok(())
}
