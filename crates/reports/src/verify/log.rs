//! The event log: no gap, and every event is the one that was accepted.

use tribute_events::{Arrival, decode};
use tribute_store::entity::event_log;

use super::{OnProgress, Progress, Verification, check::Check};
use crate::{
    ReportError,
    error::at,
    query::{Pages, Source},
};

const STAGE: &str = "the event log";
/// Events read at a time.
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
        for row in &rows {
            let missing = format!("event {next} is missing: event {} stands in its place", row.seq);
            gapless.count((row.seq != next).then_some(missing));
            next = row.seq.saturating_add(1);
            unchanged.count(problem_of(row));
        }
        progress(Progress { stage: STAGE, done: gapless.checked });
    }
    found.checks.extend([gapless, unchanged]);
    Ok(())
}

fn problem_of(row: &event_log::Model) -> Option<String> {
    let name = format!("event {} ({} of {})", row.seq, row.event_id, row.source);
    let event = match decode(row.body.as_bytes(), Arrival::Live(at(row.recorded_at))) {
        Ok(event) => event,
        Err(why) => return Some(format!("{name} cannot be read: {why}")),
    };
    let told = (event.brand.as_str(), event.source.as_str(), event.id.as_str(), event.payload.event_type());
    let kept = (row.brand.as_str(), row.source.as_str(), row.event_id.as_str(), row.event_type.as_str());
    let times = (event.time.millis(), event.recorded.millis()) == (row.time_at, row.recorded_at);
    if told != kept || !times {
        return Some(format!("{name}: its columns are not what its body says"));
    }
    (row.fingerprint != event.fingerprint)
        .then(|| format!("{name}: its content was changed after it was accepted"))
}
