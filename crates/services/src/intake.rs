//! Intake: is it well-formed, known, a duplicate? What is accepted is in the log; what is not is in quarantine.

use std::collections::BTreeMap;

use sea_orm::Value;
use tribute_events::{
    AmbassadorChange, AmbassadorId, Arrival, BrandId, Event, Payload, RefusedDelivery, Rejection,
    RejectionCode, ReviewVerdict, SealedAddress, SealedHandle, Timestamp, canonical_data, decode,
    digest_of_bytes, leave_out_unknown, wants_sealing,
};
use tribute_store::{
    Transaction,
    entity::{configuration, event_log, quarantine},
};
use tribute_terms::{Registry, Standing, Terms};
use tribute_vault::{Erased, Vault, VaultError};

use crate::{
    ServiceError,
    step::{Admitted, Quarantined, Step},
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
    /// Whose credential brought it, where one did: what cannot be read is put aside for that brand.
    pub brand: Option<BrandId>,
    /// Handles that were sealed in it; the vault keeps them where it is accepted.
    pub handles: Vec<SealedHandle>,
    /// The address of a post that was sealed in it, likewise.
    pub addresses: Vec<SealedAddress>,
    /// The pseudonym of an author who is named by an account, once the vault was asked.
    pub author: Option<AmbassadorId>,
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

    /// Whether the event is taken by itself, because its effect depends on the state in which it comes.
    pub(crate) fn is_single(&self) -> bool {
        self.event.as_ref().is_ok_and(|event| is_single(&event.payload))
    }

    /// Reads bytes. This is the part of intake that needs no database and may run beside it.
    #[must_use]
    pub fn read(bytes: Vec<u8>, arrival: Arrival, origin: String) -> Self {
        let event = decode(&bytes, arrival);
        Self::decoded(bytes, event, arrival, origin)
    }

    /// Bytes that were read already, with what they say.
    #[must_use]
    pub fn decoded(
        bytes: Vec<u8>,
        event: Result<Event, Rejection>,
        arrival: Arrival,
        origin: String,
    ) -> Self {
        let arrived = match arrival {
            Arrival::Live(now) => Some(now),
            Arrival::Backfill => None,
        };
        let (handles, addresses) = (Vec::new(), Vec::new());
        Self { bytes, event, origin, arrived, again: false, brand: None, handles, addresses, author: None }
    }

    /// The same without fields of the payload that the contract does not know.
    #[must_use]
    pub fn without_unknown(self) -> Self {
        match self.event {
            Ok(event) if event.unknown => match leave_out_unknown(event, self.bytes.clone()) {
                Ok((event, bytes)) => Self { bytes, event: Ok(event), ..self },
                Err(why) => Self { event: Err(why), ..self },
            },
            event => Self { event, ..self },
        }
    }

    /// Puts pseudonyms in the place of what is personal. Nothing is done to what holds nothing of the kind, clicks and
    /// most sales among it, or is sealed already.
    pub(crate) fn seal(&mut self, vault: &Vault) -> Result<(), VaultError> {
        let event = match &self.event {
            Ok(event) if wants_sealing(event) => event.clone(),
            _ => return Ok(()),
        };
        let sealed = vault.seal(event, std::mem::take(&mut self.bytes), self.author.as_ref())?;
        (self.bytes, self.event) = (sealed.bytes, Ok(sealed.event));
        self.handles.extend(sealed.handles);
        self.addresses.extend(sealed.addresses);
        Ok(())
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
    /// What was done away with of people who were erased.
    pub erased: Erased,
    /// What became of each event that is not new in the log.
    pub exceptions: Vec<Exception>,
}

/// An event that did not go into the log as a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its place in the batch, from 0.
    pub place: usize,
    /// What became of it.
    pub what: NotNew,
}

/// What becomes of an event that is not new in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotNew {
    /// It was known already, and has no effect.
    Duplicate,
    /// It lies in quarantine.
    Quarantined {
        /// Under this number.
        number: i64,
        /// The stable code of the reason.
        code: String,
        /// What is wrong and what would be right.
        reason: String,
    },
}

impl NotNew {
    pub(crate) fn quarantined(number: i64, why: &Rejection) -> Self {
        Self::Quarantined { number, code: why.code.as_str().to_owned(), reason: why.reason.clone() }
    }
}

impl Receipt {
    /// Adds the counts of another batch; who asks for the exceptions asks batch by batch.
    pub fn add(&mut self, other: &Self) {
        self.received = self.received.saturating_add(other.received);
        self.accepted = self.accepted.saturating_add(other.accepted);
        self.duplicates = self.duplicates.saturating_add(other.duplicates);
        self.erased.add(&other.erased);
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
pub(crate) async fn admit<'i>(
    step: &mut Step<'_>,
    incoming: &'i [Incoming],
    vault: &Vault,
) -> Result<(Vec<&'i Event>, Receipt), ServiceError> {
    let mut receipt = Receipt { received: count(incoming.len()), ..Receipt::default() };
    let mut firsts = Firsts::load(&mut step.transaction, incoming).await?;
    let mut log = Vec::with_capacity(incoming.len());
    let mut configurations = Vec::new();
    let mut accepted = Vec::with_capacity(incoming.len());
    let mut people = People::default();
    for (place, one) in incoming.iter().enumerate() {
        let Incoming { bytes, event, origin, again, .. } = one;
        let verdict = match event {
            Ok(event) => judge(firsts.of(place, &log), event, bytes),
            Err(rejection) => Verdict::Rejected(None, rejection.clone()),
        };
        // What the quarantine holds waits there for a person, however often it is delivered.
        let waits = match &verdict {
            Verdict::New(event) if !again && may_be_refused(&event.payload) => {
                held(step, &incoming[place]).await?
            }
            Verdict::Rejected(..) if !again => held(step, &incoming[place]).await?,
            Verdict::New(_) | Verdict::Rejected(..) | Verdict::Duplicate => None,
        };
        match &verdict {
            Verdict::New(event) => people.note(event, one),
            Verdict::Rejected(Some(event), _) => people.note_sealed(event, one),
            Verdict::Rejected(None, _) | Verdict::Duplicate => {}
        }
        match verdict {
            #[cfg(feature = "failpoints")]
            Verdict::Rejected(..) if tribute_store::is_planted("plant.bad_line_dropped") => {}
            #[cfg(feature = "failpoints")]
            Verdict::Duplicate if is_taken_anew(event) => {
                let Ok(event) = event else { continue };
                let mut row = log_row(step.sequences.next("log"), step.batch, event, bytes);
                row.event_id = format!("{}@{}", row.event_id, row.seq);
                log.push(row);
                accepted.push(event);
            }
            Verdict::Duplicate => {
                receipt.duplicates = receipt.duplicates.saturating_add(1);
                step.except(place, NotNew::Duplicate);
            }
            Verdict::New(_) | Verdict::Rejected(..) if let Some(held) = waits => {
                receipt.duplicates = receipt.duplicates.saturating_add(1);
                step.except(place, held);
            }
            Verdict::Rejected(_, rejection) => put_aside(step, place, &incoming[place], &rejection).await?,
            Verdict::New(event) => {
                let row = log_row(step.sequences.next("log"), step.batch, event, bytes);
                if may_be_refused(&event.payload) {
                    let admitted = Admitted { seq: row.seq, origin: origin.clone(), place: Some(place) };
                    step.admitted.insert(event.identity(), admitted);
                }
                if Registry::concerns(&event.payload) {
                    configurations.push(configuration_row(&row));
                }
                firsts.note(place, log.len());
                log.push(row);
                accepted.push(event);
            }
        }
    }
    receipt.accepted = count(accepted.len());
    step.transaction.insert::<event_log::Entity>(&log).await?;
    step.transaction.insert::<configuration::Entity>(&configurations).await?;
    receipt.erased = people.write(step, vault).await?;
    Ok((accepted, receipt))
}

/// What a batch says to the vault.
#[derive(Default)]
struct People<'i> {
    handles: Vec<(&'i BrandId, &'i SealedHandle)>,
    addresses: Vec<(&'i BrandId, &'i SealedAddress)>,
    erased: Vec<&'i Event>,
}

impl<'i> People<'i> {
    fn note(&mut self, event: &'i Event, incoming: &'i Incoming) {
        self.note_sealed(event, incoming);
        if matches!(event.payload, Payload::PersonErased(_)) {
            self.erased.push(event);
        }
    }

    fn note_sealed(&mut self, event: &'i Event, incoming: &'i Incoming) {
        self.handles.extend(incoming.handles.iter().map(|handle| (&event.brand, handle)));
        self.addresses.extend(incoming.addresses.iter().map(|address| (&event.brand, address)));
    }

    /// Who is erased in a batch is erased after all that it tells of them.
    async fn write(self, step: &mut Step<'_>, vault: &Vault) -> Result<Erased, ServiceError> {
        let mut total = Erased::default();
        vault.keep_handles(&mut step.transaction, &self.handles).await?;
        vault.keep_addresses(&mut step.transaction, &self.addresses).await?;
        for event in self.erased {
            if let Payload::PersonErased(what) = &event.payload {
                let Event { brand, recorded, .. } = event;
                total.add(&vault.erase(&mut step.transaction, brand, &what.ambassador, *recorded).await?);
            }
        }
        Ok(total)
    }
}

/// A planted bug: a fact that comes again is taken for another one.
#[cfg(feature = "failpoints")]
fn is_taken_anew(event: &Result<Event, Rejection>) -> bool {
    let fact = |event: &Event| !is_single(&event.payload) && !Registry::concerns(&event.payload);
    event.as_ref().is_ok_and(fact) && tribute_store::is_planted("plant.no_dedupe")
}

enum Verdict<'i> {
    New(&'i Event),
    Duplicate,
    Rejected(Option<&'i Event>, Rejection),
}

/// What an event is beside the first one of its identity.
fn judge<'i>(first: Option<&event_log::Model>, event: &'i Event, bytes: &[u8]) -> Verdict<'i> {
    if let Some(first) = first {
        return if is_same(first, event, bytes) { Verdict::Duplicate } else { conflict(event) };
    }
    if let Payload::Program(published) = &event.payload {
        let checked = Terms::parse(&published.terms).and_then(|terms| terms.belongs_to(&event.brand));
        if let Err(problems) = checked {
            let listed: Vec<_> = problems.iter().map(ToString::to_string).collect();
            let rejection = Rejection::new(RejectionCode::InvalidTerms, listed.join("; "));
            return Verdict::Rejected(Some(event), rejection);
        }
    }
    match &event.payload {
        Payload::ShipmentSent(sent) if !sent.perk.is_perk() || sent.units == 0 => {
            let reason = format!(
                "data: {} units of {} were sent; a shipment is at least one unit of a product, written SKU:NOVEL",
                sent.units, sent.perk
            );
            Verdict::Rejected(Some(event), Rejection::new(RejectionCode::InvalidData, reason))
        }
        Payload::Ambassador(_, what) if is_account(what.ambassador.as_str()) => {
            let reason = format!(
                "data.ambassador: {} would be the account of somebody who is not enrolled; give the person an id, and the \
                 account under `handles`; `tribute ambassador invite` finds who posted by it",
                what.ambassador
            );
            Verdict::Rejected(Some(event), Rejection::new(RejectionCode::InvalidData, reason))
        }
        payload => match reason_missing(payload) {
            Some(rejection) => Verdict::Rejected(Some(event), rejection),
            None => Verdict::New(event),
        },
    }
}

/// Whether an id is how an account is written: `@jane`, `tube:@jane`.
fn is_account(id: &str) -> bool {
    id.starts_with('@') || id.contains(":@")
}

/// A decision against somebody or their post says why: who is refused may ask.
fn reason_missing(payload: &Payload) -> Option<Rejection> {
    use AmbassadorChange::{Banned, Rejected, Suspended};
    let (reason, what) = match payload {
        Payload::Ambassador(change @ (Rejected | Suspended | Banned), what) => {
            let standing = Standing::after(*change).map_or("", Standing::as_str);
            (&what.reason, format!("ambassador {} is {standing}", what.ambassador))
        }
        Payload::PostReviewed(what) if what.verdict == ReviewVerdict::Rejected => {
            (&what.reason, format!("post {} is rejected", what.post))
        }
        _ => return None,
    };
    let is_said = reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
    (!is_said).then(|| {
        let sentence = format!("data.reason: {what} without a reason; say why, and retry it");
        Rejection::new(RejectionCode::InvalidData, sentence)
    })
}

/// Whether an event says what the first one of its identity said, if in another order or with other blanks.
fn is_same(first: &event_log::Model, event: &Event, bytes: &[u8]) -> bool {
    first.fingerprint == event.fingerprint
        || matches!((canonical_data(first.body.as_bytes()), canonical_data(bytes)), (Ok(a), Ok(b)) if a == b)
}

fn conflict(event: &Event) -> Verdict<'_> {
    let reason = format!(
        "event {} of source {} came before with another payload; the first one stands. Send a correction under a new id",
        event.id, event.source
    );
    Verdict::Rejected(Some(event), Rejection::new(RejectionCode::Conflict, reason))
}

/// The first event of each identity that a batch names.
struct Firsts {
    /// For each event of the batch the number of its identity.
    identities: Vec<usize>,
    /// For each identity where its first event is.
    places: Vec<Place>,
}

#[derive(Clone)]
enum Place {
    Nowhere,
    Log(Box<event_log::Model>),
    /// The so-manieth of this batch's rows.
    Batch(usize),
}

impl Firsts {
    async fn load(transaction: &mut Transaction, incoming: &[Incoming]) -> Result<Self, ServiceError> {
        use event_log::Column;
        let events = incoming.iter().enumerate();
        let events = events.filter_map(|(at, incoming)| Some((identity(incoming.event.as_ref().ok()?), at)));
        let mut sorted: Vec<_> = events.collect();
        sorted.sort_unstable();
        let mut identities = vec![usize::MAX; incoming.len()];
        let mut keys: Vec<Vec<Value>> = Vec::with_capacity(sorted.len());
        for (number, same) in sorted.chunk_by(|(one, _), (other, _)| one == other).enumerate() {
            let ((brand, source, id), _) = same[0];
            keys.push(vec![brand.into(), source.into(), id.into(), 0_i64.into()]);
            same.iter().for_each(|(_, at)| identities[*at] = number);
        }
        let columns = [Column::Brand, Column::Source, Column::EventId, Column::Refused];
        let mut places = vec![Place::Nowhere; keys.len()];
        for row in transaction.find::<event_log::Entity>(&columns, &keys).await? {
            let named = (row.brand.as_str(), row.source.as_str(), row.event_id.as_str());
            let at = sorted.partition_point(|(identity, _)| *identity < named);
            if let Some(place) = sorted.get(at).and_then(|(_, at)| places.get_mut(identities[*at])) {
                *place = Place::Log(Box::new(row));
            }
        }
        Ok(Self { identities, places })
    }

    /// The first event of the identity of the event at this place of the batch; `batch` are the batch's rows.
    fn of<'s>(&'s self, place: usize, batch: &'s [event_log::Model]) -> Option<&'s event_log::Model> {
        match self.places.get(*self.identities.get(place)?)? {
            Place::Nowhere => None,
            Place::Log(row) => Some(row),
            Place::Batch(index) => batch.get(*index),
        }
    }

    /// The event at this place of the batch is the first of its identity, and the batch's row of this index.
    fn note(&mut self, place: usize, index: usize) {
        let identity = self.identities.get(place).and_then(|number| self.places.get_mut(*number));
        identity.into_iter().for_each(|first| *first = Place::Batch(index));
    }
}

fn identity(event: &Event) -> (&str, &str, &str) {
    (event.brand.as_str(), event.source.as_str(), event.id.as_str())
}

/// Where the quarantine holds these bytes already: under which number, and why.
async fn held(step: &mut Step<'_>, incoming: &Incoming) -> Result<Option<NotNew>, ServiceError> {
    let keys = [vec![Value::from(digest_of_bytes(&incoming.bytes).to_vec())]];
    let columns = [quarantine::Column::Digest];
    let rows = step.transaction.find::<quarantine::Entity>(&columns, &keys).await?;
    let aside = |row: quarantine::Model| NotNew::Quarantined {
        number: row.number,
        code: row.code,
        reason: row.reason,
    };
    // What one brand sent is no other's to know of.
    let own = |row: &quarantine::Model| {
        incoming.brand.as_ref().is_none_or(|brand| row.brand.as_deref() == Some(brand.as_str()))
    };
    Ok(rows.into_iter().find(own).map(aside))
}

async fn put_aside(
    step: &mut Step<'_>,
    place: usize,
    incoming: &Incoming,
    rejection: &Rejection,
) -> Result<(), ServiceError> {
    let event = incoming.event.as_ref().ok();
    let delivery = if event.is_none() { RefusedDelivery::read(&incoming.bytes) } else { None };
    let said = event.map(|event| &event.brand).or(delivery.as_ref().map(|it| &it.brand));
    let entry = Quarantined {
        brand: said.or(incoming.brand.as_ref()).map(BrandId::as_str),
        source: event.map(|event| event.source.as_str()),
        event_id: event.map(|event| event.id.as_str()),
        event_type: event.map(|event| event.payload.event_type()),
        origin: &incoming.origin,
        body: incoming.bytes.clone(),
    };
    let number = step.quarantine(entry, rejection, step.recorded).await?;
    step.except(place, NotNew::quarantined(number, rejection));
    Ok(())
}

fn log_row(seq: i64, batch: i64, event: &Event, bytes: &[u8]) -> event_log::Model {
    event_log::Model {
        seq,
        batch,
        brand: event.brand.to_string(),
        source: event.source.to_string(),
        event_id: event.id.to_string(),
        event_type: event.payload.event_type().to_owned(),
        time_at: event.time.millis(),
        recorded_at: event.recorded.millis(),
        fingerprint: event.fingerprint.to_vec(),
        refused: 0,
        body: String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn configuration_row(row: &event_log::Model) -> configuration::Model {
    configuration::Model {
        seq: row.seq,
        brand: row.brand.clone(),
        event_type: row.event_type.clone(),
        recorded_at: row.recorded_at,
        body: row.body.clone(),
    }
}

/// Whether a service may refuse the event though it is well-formed: what it asks for may not be possible.
pub(crate) const fn may_be_refused(payload: &Payload) -> bool {
    matches!(payload, Payload::Fx(_) | Payload::Program(_)) || is_single(payload)
}

/// Events whose effect depends on the state in which they come.
pub(crate) const fn is_single(payload: &Payload) -> bool {
    matches!(
        payload,
        Payload::Clock(_)
            | Payload::PayoutRun(_)
            | Payload::PayoutApproved(_)
            | Payload::PayoutCancelled(_)
            | Payload::PayoutExported(_)
            | Payload::Settlement(_)
            | Payload::PerkStocked(_)
            | Payload::PerkFulfilled(_)
            | Payload::TokenSpent(_)
            | Payload::FindingDecided(_)
            | Payload::BankEntry(_)
            | Payload::PeriodClosed(_)
            | Payload::AdjustmentProposed(_)
            | Payload::AdjustmentApproved(_)
            | Payload::AdjustmentRefused(_)
            | Payload::ClaimOpened(_)
            | Payload::ClaimEvidenced(_)
            | Payload::ClaimAccepted(_)
            | Payload::ClaimRefused(_)
    )
}

fn count(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
