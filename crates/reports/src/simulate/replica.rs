//! One side of the comparison: the same facts under the terms as they were, or under others.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use tribute_events::{Arrival, BrandId, Event, EventId, Payload, ProgramId, Timestamp, encode};
use tribute_services::{Engine, Incoming, Receipt, ServiceError};
use tribute_store::Database;
use tribute_terms::Terms;

use crate::ReportError;

/// The terms that take the place of those in force.
pub(super) struct Trial {
    pub(super) program: ProgramId,
    /// They hold from here on.
    pub(super) from: Timestamp,
    /// Until here at least: what was published to hold from an instant in between is left out.
    pub(super) to: Timestamp,
    /// The event that publishes them.
    pub(super) published: Incoming,
}

impl Trial {
    fn displaces(&self, event: &Event) -> bool {
        let Payload::Program(published) = &event.payload else { return false };
        let Ok(terms) = Terms::parse(&published.terms) else { return false };
        let head = &terms.program;
        head.id == self.program && (self.from..self.to).contains(&head.effective_from)
    }
}

/// A pipeline in memory.
pub(super) struct Replica {
    engine: Engine,
    received: Receipt,
}

impl Replica {
    pub(super) async fn new() -> Result<Self, ReportError> {
        let engine = Engine::open(Database::in_memory().await?).await?;
        Ok(Self { engine, received: Receipt::default() })
    }

    pub(super) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What could not be taken in, by code.
    pub(super) const fn refused(&self) -> &BTreeMap<&'static str, u64> {
        &self.received.quarantined
    }

    pub(super) async fn take(mut self, batch: Vec<Incoming>) -> Result<Self, ServiceError> {
        let receipt = self.engine.process_ahead(batch).await?;
        self.received.add(&receipt);
        Ok(self)
    }
}

/// Both sides take the same facts at the same time, the second one without what the trial displaces.
pub(super) async fn take_both(
    (old, new): (Replica, Replica),
    batch: Vec<Incoming>,
    trial: &Trial,
) -> Result<(Replica, Replica), ReportError> {
    let kept = |it: &&Incoming| !it.event.as_ref().is_ok_and(|event| trial.displaces(event));
    let others = batch.iter().filter(kept).cloned().collect();
    Ok(try_join(beside(old, batch), beside(new, others)).await?)
}

/// Takes a batch on a thread of its own, where there is one.
async fn beside(replica: Replica, batch: Vec<Incoming>) -> Result<Replica, ServiceError> {
    let taken = tokio::spawn(replica.take(batch)).await;
    taken.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

/// An event that the simulation itself says.
pub(super) fn said(
    brand: BrandId,
    id: &str,
    time: Timestamp,
    payload: Payload,
) -> Result<Incoming, ReportError> {
    let event = Event {
        brand,
        source: "/tribute/simulate".into(),
        id: EventId::trusted(id),
        time,
        recorded: time,
        traceparent: None,
        fingerprint: [0; 16],
        unknown: false,
        payload,
    };
    let text = encode(&event).map_err(|why| ReportError::stored("event_log", id, &why))?;
    Ok(Incoming::read(text.into_bytes(), Arrival::Backfill, "simulation".into()))
}
