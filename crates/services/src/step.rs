//! One batch on its way to its one commit: the open transaction, and what every service adds to it.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Value;
use tribute_events::{
    BrandId, Event, EventId, Identity, ProgramId, Rejection, Timestamp, digest_of_bytes,
    outgoing::{Outgoing, StandingState},
};
use tribute_ledger as ledger;
use tribute_store::{Transaction, entity};
use tribute_terms::Registry;
use tribute_traces::{Passage, Traced};

use crate::{
    Exception, NotNew, Service, ServiceError, journal::Journal, outbox::Outbox, sequence::Sequences,
};

/// The open transaction of one batch, with what the services share while they fill it.
pub(crate) struct Step<'a> {
    /// The transaction that everything of this batch is written in.
    pub(crate) transaction: Transaction,
    /// Configuration, this batch's included.
    pub(crate) registry: &'a mut Registry,
    /// How far the clock has come.
    pub(crate) clock: Timestamp,
    clock_before: Timestamp,
    /// When this batch was recorded: the latest `recorded` of its events.
    pub(crate) recorded: Timestamp,
    /// The number of this batch.
    pub(crate) batch: i64,
    pub(crate) sequences: Sequences,
    pub(crate) journal: Journal,
    outbox: Outbox,
    /// How many events this batch put into quarantine, by code.
    pub(crate) quarantined: BTreeMap<&'static str, u64>,
    /// How many accepted events of this batch a service refused.
    pub(crate) refused: u64,
    /// What became of events that are not new in the log.
    pub(crate) exceptions: Vec<Exception>,
    /// The events that may be refused from now on.
    pub(crate) admitted: BTreeMap<Identity, Admitted>,
    /// Earnings to write, to delete, and the movements that belong to them.
    pub(crate) earnings: Vec<entity::earning::Model>,
    pub(crate) earnings_gone: Vec<Vec<Value>>,
    pub(crate) movements: Vec<entity::movement::Model>,
    /// Grants of perks that changed, by brand and id: fulfilments may wait for them.
    pub(crate) changed_grants: BTreeSet<(String, String)>,
    /// Which services took on which of the events that are traced.
    pub(crate) passage: Passage,
}

impl<'a> Step<'a> {
    pub(crate) async fn begin(
        mut transaction: Transaction,
        sequences: Sequences,
        registry: &'a mut Registry,
        batch: i64,
        recorded: Timestamp,
    ) -> Result<Self, ServiceError> {
        let clock = match transaction
            .find::<entity::clock::Entity>(&[entity::clock::Column::Id], &[vec![0_i64.into()]])
            .await?
            .first()
        {
            Some(clock) => Timestamp::from_millis(clock.at),
            None => Timestamp::MIN,
        };
        let (journal, outbox) = (Journal::default(), Outbox::default());
        Ok(Self {
            transaction,
            registry,
            clock,
            clock_before: clock,
            recorded,
            batch,
            sequences,
            journal,
            outbox,
            quarantined: BTreeMap::new(),
            refused: 0,
            exceptions: Vec::new(),
            admitted: BTreeMap::new(),
            earnings: Vec::new(),
            earnings_gone: Vec::new(),
            movements: Vec::new(),
            changed_grants: BTreeSet::new(),
            passage: Passage::default(),
        })
    }

    /// Posts a balanced transaction to a brand's journal.
    pub(crate) async fn post(
        &mut self,
        brand: &BrandId,
        transaction: ledger::Transaction,
    ) -> Result<(), ServiceError> {
        self.journal.post(&mut self.transaction, brand, transaction).await
    }

    /// What a transaction of this batch is booked on.
    pub(crate) fn voucher(
        &self,
        program: &str,
        effective_at: Timestamp,
        cause: &EventId,
        memo: String,
    ) -> ledger::Voucher {
        ledger::Voucher {
            program: ProgramId::trusted(program),
            effective_at,
            recorded_at: self.recorded,
            cause: cause.clone(),
            memo,
        }
    }

    /// Says something to the outside.
    pub(crate) fn say(
        &mut self,
        brand: &BrandId,
        name: &'static str,
        at: Timestamp,
        key: &str,
        what: Outgoing,
    ) {
        self.outbox.say(brand, name, at, key, what);
    }

    /// Says where somebody stands from now on.
    pub(crate) fn tell_standing(&mut self, brand: &BrandId, state: StandingState) {
        let (at, key) = (state.since, state.ambassador.to_string());
        self.say(brand, "tribute.standing.changed", at, &key, Outgoing::Standing(state));
    }

    /// Puts an accepted event aside that cannot take effect in the present state. It may be retried: its identity is
    /// given up, its bytes are remembered.
    pub(crate) async fn refuse(&mut self, event: &Event, rejection: &Rejection) -> Result<(), ServiceError> {
        use entity::event_log;
        let Admitted { seq, origin, place } =
            self.admitted.get(&event.identity()).cloned().unwrap_or_default();
        let columns = [event_log::Column::Seq];
        let logged = self.transaction.find::<event_log::Entity>(&columns, &[vec![seq.into()]]).await?;
        let body = logged.first().map(|row| row.body.clone().into_bytes()).unwrap_or_default();
        // An event may be refused more than once, for each payout that it names.
        let logged_anew = logged.first().is_some_and(|row| row.refused == 0);
        let free = |row| event_log::Model { refused: seq, ..row };
        let rows: Vec<_> = logged.into_iter().map(free).collect();
        if logged_anew {
            self.transaction.upsert::<event_log::Entity>(&rows).await?;
            self.transaction.delete::<entity::configuration::Entity>(&[vec![seq.into()]]).await?;
            self.refused = self.refused.saturating_add(1);
        }
        let entry = Quarantined {
            brand: Some(event.brand.as_str()),
            source: Some(&event.source),
            event_id: Some(event.id.as_str()),
            event_type: Some(event.payload.event_type()),
            origin: &format!("log {seq}, {origin}"),
            body,
        };
        let number = self.quarantine(entry, rejection, event.recorded).await?;
        if let Some(place) = place {
            self.except(place, NotNew::quarantined(number, rejection));
        }
        Ok(())
    }

    /// Keeps what became of the event at this place of the batch, which is not new in the log.
    pub(crate) fn except(&mut self, place: usize, what: NotNew) {
        self.exceptions.push(Exception { place, what });
    }

    /// Puts bytes aside, with the reason; says under which number.
    pub(crate) async fn quarantine(
        &mut self,
        entry: Quarantined<'_>,
        rejection: &Rejection,
        recorded: Timestamp,
    ) -> Result<i64, ServiceError> {
        let number = self.sequences.next("quarantine");
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let row = entity::quarantine::Model {
            number,
            brand: owned(entry.brand),
            source: owned(entry.source),
            event_id: owned(entry.event_id),
            event_type: owned(entry.event_type),
            code: rejection.code.as_str().to_owned(),
            reason: rejection.reason.clone(),
            origin: entry.origin.to_owned(),
            digest: digest_of_bytes(&entry.body).to_vec(),
            body: entry.body,
            recorded_at: recorded.millis(),
            status: "open".to_owned(),
        };
        let counted = self.quarantined.entry(rejection.code.as_str()).or_default();
        *counted = counted.saturating_add(1);
        let brand = BrandId::trusted(entry.brand.unwrap_or("*"));
        let said = tribute_events::outgoing::EventRejected {
            quarantine: number,
            brand: entry.brand.map(BrandId::trusted),
            code: rejection.code,
            reason: rejection.reason.clone(),
            origin: entry.origin.to_owned(),
        };
        self.say(&brand, "tribute.event.rejected", recorded, &number.to_string(), Outgoing::Rejected(said));
        self.transaction.insert::<entity::quarantine::Entity>(&[row]).await?;
        Ok(number)
    }

    /// Writes the earnings and movements that were booked so far.
    pub(crate) async fn write_earnings(&mut self) -> Result<(), ServiceError> {
        self.transaction.delete::<entity::earning::Entity>(&std::mem::take(&mut self.earnings_gone)).await?;
        self.transaction.upsert::<entity::earning::Entity>(&std::mem::take(&mut self.earnings)).await?;
        Ok(self.transaction.insert::<entity::movement::Entity>(&std::mem::take(&mut self.movements)).await?)
    }

    /// Those of these events that are traced, where traces are recorded.
    pub(crate) fn traced(&self, events: &[&Event]) -> Vec<Traced> {
        if !self.passage.is_on() {
            return Vec::new();
        }
        events.iter().filter_map(|event| traced(event)).collect()
    }

    /// Services take these events on.
    pub(crate) fn pass(&mut self, services: &[Service], events: &[&Event]) {
        let traced = self.traced(events);
        services.iter().for_each(|it| self.passage.through(it.name(), traced.iter().cloned()));
    }

    /// Writes what was posted and said so far, so that later reads of this batch see it.
    pub(crate) async fn flush(&mut self) -> Result<(), ServiceError> {
        self.journal.flush(&mut self.transaction).await?;
        self.outbox.flush(&mut self.transaction, self.batch, &mut self.sequences).await
    }

    /// Writes the rest and commits. From here on the batch has happened. `ahead` leaves it to a later sync to make it
    /// durable. Says whether the tables have grown by much.
    pub(crate) async fn commit(mut self, ahead: bool) -> Result<bool, ServiceError> {
        self.flush().await?;
        if self.clock != self.clock_before {
            let clock = entity::clock::Model { id: 0, at: self.clock.millis() };
            self.transaction.upsert::<entity::clock::Entity>(&[clock]).await?;
        }
        self.sequences.save(&mut self.transaction).await?;
        let (transaction, passage) = (self.transaction, self.passage);
        fail::fail_point!("step.before_commit");
        let committed = if ahead { transaction.commit_ahead().await } else { transaction.commit().await };
        committed?;
        fail::fail_point!("step.after_commit");
        passage.arrive();
        Ok(self.sequences.have_quadrupled())
    }
}

fn traced(event: &Event) -> Option<Traced> {
    let traceparent = event.traceparent.as_deref().and_then(tribute_traces::recorded)?;
    Some(Traced {
        traceparent: traceparent.to_string(),
        brand: event.brand.to_string(),
        event_type: event.payload.event_type().to_owned(),
        event: event.id.to_string(),
    })
}

/// Where an event that may be refused stands in the log, and where it came from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Admitted {
    pub(crate) seq: i64,
    pub(crate) origin: String,
    /// Its place in this batch; absent where an earlier one brought it.
    pub(crate) place: Option<usize>,
}

/// What goes into quarantine.
pub(crate) struct Quarantined<'a> {
    pub(crate) brand: Option<&'a str>,
    pub(crate) source: Option<&'a str>,
    pub(crate) event_id: Option<&'a str>,
    pub(crate) event_type: Option<&'a str>,
    pub(crate) origin: &'a str,
    pub(crate) body: Vec<u8>,
}

/// A key of texts for a bulk read.
pub(crate) fn key<const N: usize>(parts: [&str; N]) -> Vec<Value> {
    parts.map(Value::from).into()
}
