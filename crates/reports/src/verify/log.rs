//! The event log: no gap, and every event is the one that was accepted.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tribute_events::{Arrival, Event, decode, identity_of_bytes};
use tribute_store::entity::{event_identity, event_log};

use super::{OnProgress, Progress, Verification, check::Check};
use crate::{
    ReportError,
    error::at,
    query::{Pages, Source},
};

const STAGE: &str = "the event log";
/// Events read at a time. SQLite takes 32,766 parameters; each event is two.
const PAGE: u64 = 2_000;

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut gapless = Check::new("log_is_gapless", "the events of the log are numbered from 1 without a gap");
    let mut unchanged = Check::new(
        "events_unchanged",
        "every event of the log has the identity and the content that was accepted",
    );
    let mut pages = Pages::<event_log::Entity>::new(PAGE);
    let mut next = 1_i64;
    loop {
        let rows = pages.next(source).await?;
        if rows.is_empty() {
            break;
        }
        let events: Vec<_> = rows.iter().map(decoded).collect();
        let known = identities(source, &rows, &events).await?;
        for (row, event) in rows.iter().zip(events) {
            let missing = format!("event {next} is missing: event {} stands in its place", row.seq);
            gapless.count((row.seq != next).then_some(missing));
            next = row.seq.saturating_add(1);
            unchanged.count(problem_of(row, event, &known));
        }
        progress(Progress { stage: STAGE, done: gapless.checked });
    }
    found.checks.extend([gapless, unchanged]);
    Ok(())
}

fn decoded(row: &event_log::Model) -> Result<Event, String> {
    decode(row.body.as_bytes(), Arrival::Live(at(row.recorded_at))).map_err(|why| why.to_string())
}

/// Fingerprint and place by identity.
type Known = BTreeMap<Vec<u8>, (Vec<u8>, i64)>;

async fn identities(
    source: &impl Source,
    rows: &[event_log::Model],
    events: &[Result<Event, String>],
) -> Result<Known, ReportError> {
    let named = events.iter().filter_map(|event| event.as_ref().ok()).map(|event| event.identity().to_vec());
    let named = named.chain(rows.iter().map(|row| identity_of_bytes(row.body.as_bytes()).to_vec()));
    let query = event_identity::Entity::find().filter(event_identity::Column::Identity.is_in(named));
    let found = query.all(source).await.map_err(ReportError::read("event_identity"))?;
    Ok(found.into_iter().map(|row| (row.identity, (row.fingerprint, row.seq))).collect())
}

fn problem_of(row: &event_log::Model, event: Result<Event, String>, known: &Known) -> Option<String> {
    let name = format!("event {} ({} of {})", row.seq, row.event_id, row.source);
    let event = match event {
        Ok(event) => event,
        Err(why) => return Some(format!("{name} cannot be read: {why}")),
    };
    let told = (event.brand.as_str(), event.source.as_str(), event.id.as_str(), event.payload.event_type());
    let kept = (row.brand.as_str(), row.source.as_str(), row.event_id.as_str(), row.event_type.as_str());
    let times = (event.time.millis(), event.recorded.millis()) == (row.time_at, row.recorded_at);
    match known.get(event.identity().as_slice()) {
        _ if told != kept || !times => Some(format!("{name}: its columns are not what its body says")),
        // A service refused it: it gave its identity up, and its bytes are known to the quarantine.
        _ if known.contains_key(identity_of_bytes(row.body.as_bytes()).as_slice()) => None,
        None => Some(format!("{name}: its identity is not known; its id or source was changed")),
        Some((_, seq)) if *seq != row.seq => Some(format!("{name}: its identity belongs to event {seq}")),
        Some((fingerprint, _)) if *fingerprint != event.fingerprint => {
            Some(format!("{name}: its content was changed after it was accepted"))
        }
        Some(_) => None,
    }
}
