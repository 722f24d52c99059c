//! Intake: is it well-formed, known, a duplicate? What is accepted is in the log; what is not is in quarantine.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Value;
use tribute_events::{
    Arrival, Event, Payload, Rejection, RejectionCode, Timestamp, canonical_data, decode, identity_of_bytes,
};
use tribute_store::{
    Transaction,
    entity::{configuration, event_identity, event_log},
};
use tribute_terms::{Registry, Terms};

use crate::{
    ServiceError,
    step::{Quarantined, Step},
};

/// An event as it came in: its bytes, what they say, and where they came from.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The bytes as received, without the line's end.
    pub bytes: Vec<u8>,
    /// The event, or why it is none.
    pub event: Result<Event, Rejection>,
    /// Where it came from: `sales.ndjson:17`.
    pub origin: String,
    /// When it came in, where it came live.
    pub arrived: Option<Timestamp>,
    /// Whether it comes out of the quarantine again: then its bytes are known there, and judged anew.
    pub again: bool,
}

impl Incoming {
    /// The same bytes, to be put aside: a computation that it takes part in fails.
    pub(crate) fn refused(self, why: &ServiceError) -> Self {
        if self.event.is_err() {
            return self;
        }
        let cause = std::error::Error::source(why).map(|cause| format!(": {cause}")).unwrap_or_default();
        let reason = format!("{why}{cause}; correct the event and retry it");
        Self { event: Err(Rejection::new(RejectionCode::NotPossible, reason)), ..self }
    }

    /// Reads bytes. This is the part of intake that needs no database and may run beside it.
    #[must_use]
    pub fn read(bytes: Vec<u8>, arrival: Arrival, origin: String) -> Self {
        let event = decode(&bytes, arrival);
        let arrived = match arrival {
            Arrival::Live(now) => Some(now),
            Arrival::Backfill => None,
        };
        Self { bytes, event, origin, arrived, again: false }
    }
}

/// What became of a batch's events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// How many came in.
    pub received: u64,
    /// How many were new and accepted.
    pub accepted: u64,
    /// How many were known already.
    pub duplicates: u64,
    /// How many were put aside, by code.
    pub quarantined: BTreeMap<&'static str, u64>,
}

impl Receipt {
    /// Adds the counts of another batch.
    pub fn add(&mut self, other: &Self) {
        self.received = self.received.saturating_add(other.received);
        self.accepted = self.accepted.saturating_add(other.accepted);
        self.duplicates = self.duplicates.saturating_add(other.duplicates);
        for (code, count) in &other.quarantined {
            let known = self.quarantined.entry(code).or_default();
            *known = known.saturating_add(*count);
        }
    }

    /// How many were put aside.
    #[must_use]
    pub fn quarantined_in_all(&self) -> u64 {
        self.quarantined.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// Admits a batch: appends what is new to the log, counts duplicates, quarantines the rest.
pub(crate) async fn admit(
    step: &mut Step<'_>,
    incoming: Vec<Incoming>,
) -> Result<(Vec<Event>, Receipt), ServiceError> {
    let mut receipt = Receipt { received: count(incoming.len()), ..Receipt::default() };
    let mut known = Known::load(&mut step.transaction, &incoming).await?;
    let mut log = Vec::with_capacity(incoming.len());
    let mut identities = Vec::with_capacity(incoming.len());
    let mut configurations = Vec::new();
    let mut accepted = Vec::with_capacity(incoming.len());
    for Incoming { bytes, event, origin, again, .. } in incoming {
        let verdict = match event {
            Ok(event) => judge(&mut step.transaction, &known, &log, event, &bytes).await?,
            Err(rejection) => Verdict::Rejected(None, rejection),
        };
        // What the quarantine holds waits there for a person, however often it is delivered.
        let waits = match &verdict {
            Verdict::New(event) => {
                !again && may_be_refused(&event.payload) && known.is_held(step, &bytes, false).await?
            }
            Verdict::Rejected(..) => !again && known.is_held(step, &bytes, true).await?,
            Verdict::Duplicate => false,
        };
        let verdict = if waits { Verdict::Duplicate } else { verdict };
        match verdict {
            Verdict::Duplicate => receipt.duplicates = receipt.duplicates.saturating_add(1),
            Verdict::Rejected(event, rejection) => {
                put_aside(step, event.as_deref(), bytes, &origin, &rejection).await?;
            }
            Verdict::New(event) => {
                let seq = step.sequences.next("log");
                let body = String::from_utf8(bytes).unwrap_or_default();
                if may_be_refused(&event.payload) {
                    step.admitted.insert(event.identity(), (seq, origin.clone()));
                }
                if Registry::concerns(&event.payload) {
                    configurations.push(configuration_row(seq, &event, &body));
                }
                identities.push(identity_row(&event, seq));
                known.insert(&event, Place::Batch(log.len()));
                log.push(log_row(seq, step.batch, &event, body));
                accepted.push(*event);
            }
        }
    }
    receipt.accepted = count(accepted.len());
    identities.extend(known.refused.iter().map(refused_row));
    step.transaction.insert::<event_log::Entity>(&log).await?;
    step.transaction.insert_new::<event_identity::Entity>(&identities).await?;
    step.transaction.insert::<configuration::Entity>(&configurations).await?;
    Ok((accepted, receipt))
}

enum Verdict {
    New(Box<Event>),
    Duplicate,
    Rejected(Option<Box<Event>>, Rejection),
}

async fn judge(
    transaction: &mut Transaction,
    known: &Known,
    batch: &[event_log::Model],
    event: Event,
    bytes: &[u8],
) -> Result<Verdict, ServiceError> {
    if let Some((fingerprint, place)) = known.identities.get(&event.identity()) {
        if *fingerprint == event.fingerprint {
            return Ok(Verdict::Duplicate);
        }
        let first = match place {
            Place::Log(seq) => stored_body(transaction, *seq).await?,
            Place::Batch(index) => batch.get(*index).map(|row| row.body.clone()),
        };
        let same = first.is_some_and(|first| {
            matches!((canonical_data(first.as_bytes()), canonical_data(bytes)), (Ok(a), Ok(b)) if a == b)
        });
        return Ok(if same { Verdict::Duplicate } else { conflict(event) });
    }
    if let Payload::Program(published) = &event.payload {
        let checked = Terms::parse(&published.terms).and_then(|terms| terms.belongs_to(&event.brand));
        if let Err(problems) = checked {
            let listed: Vec<_> = problems.iter().map(ToString::to_string).collect();
            let rejection = Rejection::new(RejectionCode::InvalidTerms, listed.join("; "));
            return Ok(Verdict::Rejected(Some(Box::new(event)), rejection));
        }
    }
    Ok(Verdict::New(Box::new(event)))
}

fn conflict(event: Event) -> Verdict {
    let reason = format!(
        "event {} of source {} came before with another payload; the first one stands. Send a correction under a new id",
        event.id, event.source
    );
    Verdict::Rejected(Some(Box::new(event)), Rejection::new(RejectionCode::Conflict, reason))
}

/// The identities that the log holds already, and those of this batch.
struct Known {
    identities: BTreeMap<[u8; 16], ([u8; 16], Place)>,
    /// What this batch refuses for the first time.
    refused: BTreeSet<[u8; 16]>,
}

#[derive(Clone, Copy)]
enum Place {
    Log(i64),
    Batch(usize),
}

impl Known {
    async fn load(transaction: &mut Transaction, incoming: &[Incoming]) -> Result<Self, ServiceError> {
        let events = incoming.iter().filter_map(|incoming| incoming.event.as_ref().ok());
        let mut keys: Vec<_> = events.map(Event::identity).collect();
        keys.sort_unstable();
        keys.dedup();
        let keys: Vec<_> = keys.into_iter().map(|identity| vec![Value::from(identity.to_vec())]).collect();
        let rows =
            transaction.find::<event_identity::Entity>(&[event_identity::Column::Identity], &keys).await?;
        let entry =
            |row: event_identity::Model| (half(&row.identity), (half(&row.fingerprint), Place::Log(row.seq)));
        Ok(Self { identities: rows.into_iter().map(entry).collect(), refused: BTreeSet::new() })
    }

    /// Whether the quarantine holds these bytes already; with `note` it will from now on.
    async fn is_held(&mut self, step: &mut Step<'_>, bytes: &[u8], note: bool) -> Result<bool, ServiceError> {
        let identity = identity_of_bytes(bytes);
        let keys = [vec![Value::from(identity.to_vec())]];
        let stored = step
            .transaction
            .find::<event_identity::Entity>(&[event_identity::Column::Identity], &keys)
            .await?;
        let held = !stored.is_empty() || self.refused.contains(&identity);
        if note {
            self.refused.insert(identity);
        }
        Ok(held)
    }

    fn insert(&mut self, event: &Event, place: Place) {
        self.identities.insert(event.identity(), (event.fingerprint, place));
    }
}

fn half(bytes: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    half
}

async fn stored_body(transaction: &mut Transaction, seq: i64) -> Result<Option<String>, ServiceError> {
    let rows = transaction.find::<event_log::Entity>(&[event_log::Column::Seq], &[vec![seq.into()]]).await?;
    Ok(rows.into_iter().next().map(|row| row.body))
}

async fn put_aside(
    step: &mut Step<'_>,
    event: Option<&Event>,
    bytes: Vec<u8>,
    origin: &str,
    rejection: &Rejection,
) -> Result<(), ServiceError> {
    let entry = Quarantined {
        brand: event.map(|event| event.brand.as_str()),
        source: event.map(|event| event.source.as_str()),
        event_id: event.map(|event| event.id.as_str()),
        event_type: event.map(|event| event.payload.event_type()),
        origin,
        body: bytes,
    };
    step.quarantine(entry, rejection, step.recorded).await
}

fn log_row(seq: i64, batch: i64, event: &Event, body: String) -> event_log::Model {
    event_log::Model {
        seq,
        batch,
        brand: event.brand.to_string(),
        source: event.source.to_string(),
        event_id: event.id.to_string(),
        event_type: event.payload.event_type().to_owned(),
        time_at: event.time.millis(),
        recorded_at: event.recorded.millis(),
        body,
    }
}

fn identity_row(event: &Event, seq: i64) -> event_identity::Model {
    event_identity::Model {
        identity: event.identity().to_vec(),
        fingerprint: event.fingerprint.to_vec(),
        seq,
    }
}

fn refused_row(identity: &[u8; 16]) -> event_identity::Model {
    event_identity::Model { identity: identity.to_vec(), fingerprint: identity.to_vec(), seq: 0 }
}

fn configuration_row(seq: i64, event: &Event, body: &str) -> configuration::Model {
    configuration::Model {
        seq,
        brand: event.brand.to_string(),
        event_type: event.payload.event_type().to_owned(),
        recorded_at: event.recorded.millis(),
        body: body.to_owned(),
    }
}

/// Whether a service may refuse the event though it is well-formed: what it asks for may not be possible.
pub(crate) const fn may_be_refused(payload: &Payload) -> bool {
    matches!(payload, Payload::Fx(_)) || is_single(payload)
}

/// Events whose effect depends on the state in which they come.
pub(crate) const fn is_single(payload: &Payload) -> bool {
    matches!(
        payload,
        Payload::Clock(_)
            | Payload::PayoutApproved(_)
            | Payload::PayoutExported(_)
            | Payload::Settlement(_)
            | Payload::PerkStocked(_)
            | Payload::PerkFulfilled(_)
            | Payload::TokenSpent(_)
    )
}

fn count(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
