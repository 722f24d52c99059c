//! Events that wait for what they name.

use tribute_events::{Event, Rejection, RejectionCode};
use tribute_store::entity::waiting_event;

use crate::{
    ServiceError,
    step::{Admitted, Step},
    turn::logged,
};

/// Lets an event wait.
pub(super) async fn wait(
    step: &mut Step<'_>,
    event: &Event,
    kind: &str,
    subject: &str,
) -> Result<(), ServiceError> {
    let Admitted { seq, origin, .. } = step.admitted.get(&event.identity()).cloned().unwrap_or_default();
    let row = waiting_event::Model {
        seq,
        brand: event.brand.to_string(),
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        at: event.time.millis(),
        origin,
    };
    Ok(step.transaction.upsert::<waiting_event::Entity>(&[row]).await?)
}

/// The events themselves, by time and id: they may be refused from now on.
pub(super) async fn read(
    step: &mut Step<'_>,
    rows: Vec<waiting_event::Model>,
) -> Result<Vec<Event>, ServiceError> {
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        let event = logged(&mut step.transaction, row.seq).await?;
        let admitted = Admitted { seq: row.seq, origin: row.origin, place: None };
        step.admitted.insert(event.identity(), admitted);
        events.push(event);
    }
    events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    Ok(events)
}

/// It waits no longer.
pub(super) async fn done(step: &mut Step<'_>, event: &Event) -> Result<(), ServiceError> {
    let seq = step.admitted.get(&event.identity()).map_or(0, |it| it.seq);
    step.transaction.delete::<waiting_event::Entity>(&[vec![seq.into()]]).await?;
    Ok(())
}

/// Puts an event aside that waited in vain, or cannot take effect.
pub(super) async fn refuse(step: &mut Step<'_>, event: &Event, reason: String) -> Result<(), ServiceError> {
    step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await
}
