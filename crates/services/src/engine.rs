//! The embedded pipeline: every service chained inside one transaction per batch.

use tribute_events::{Arrival, Event, Payload, Timestamp, decode};
use tribute_store::{Database, Transaction, entity};
use tribute_terms::Registry;

use crate::{
    Incoming, Receipt, ServiceError, attribution, commission, intake, payouts, rewards, sequence::Sequences,
    step::Step,
};

/// Runs batches of events through every service.
pub struct Engine {
    database: Database,
    registry: Registry,
    /// The number that the log's next event had when the registry was last what the database says.
    log_next: i64,
}

impl Engine {
    /// Opens the pipeline over a database: rebuilds the registry from the stored configuration.
    ///
    /// # Errors
    /// Where the database is away or stored configuration cannot be read.
    pub async fn open(database: Database) -> Result<Self, ServiceError> {
        let mut transaction = database.begin().await?;
        let log_next = Sequences::load(&mut transaction).await?.peek("log");
        let registry = load_registry(&mut transaction).await?;
        drop(transaction);
        Ok(Self { database, registry, log_next })
    }

    /// The configuration of every brand.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The database.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Takes a batch through every service and commits it as a whole. It is durable when this returns.
    ///
    /// Where a computation refuses the batch (an amount that overflows), the batch is halved until the event that it
    /// fails at is alone; that one is put into quarantine, and everything else goes its way.
    ///
    /// # Errors
    /// Where the database is away: nothing of the batch, or of its rest, was written; it may be given again.
    pub async fn process(&mut self, batch: Vec<Incoming>) -> Result<Receipt, ServiceError> {
        self.process_halving(batch, false).await
    }

    /// As [`process`](Self::process), but the batch is durable only after the next [`sync`](Self::sync) or `process`:
    /// for one of many batches of an input that stays at hand until the last one is.
    ///
    /// # Errors
    /// As for [`process`](Self::process).
    pub async fn process_ahead(&mut self, batch: Vec<Incoming>) -> Result<Receipt, ServiceError> {
        self.process_halving(batch, true).await
    }

    /// Makes what was processed ahead durable.
    ///
    /// # Errors
    /// Where the disk fails: the input has to be kept, and given again.
    pub async fn sync(&self) -> Result<(), ServiceError> {
        Ok(self.database.sync().await?)
    }

    async fn process_halving(&mut self, batch: Vec<Incoming>, ahead: bool) -> Result<Receipt, ServiceError> {
        let mut total = Receipt::default();
        let mut open = vec![batch];
        while let Some(mut batch) = open.pop() {
            match self.try_process(&batch, ahead).await {
                Ok(receipt) => total.add(&receipt),
                Err(why) => {
                    // The registry may hold configuration of the batch that was rolled back.
                    let mut transaction = self.database.begin().await?;
                    let log_next = Sequences::load(&mut transaction).await?.peek("log");
                    self.refresh(&mut transaction, log_next).await?;
                    drop(transaction);
                    if !why.is_of_computation() {
                        return Err(why);
                    }
                    let rest = batch.split_off(batch.len() / 2);
                    if batch.is_empty() {
                        open.push(rest.into_iter().map(|event| event.refused(&why)).collect());
                    } else {
                        open.extend([rest, batch]);
                    }
                }
            }
        }
        Ok(total)
    }

    /// Brings the registry to what the database says, whose log goes on with this number.
    async fn refresh(&mut self, transaction: &mut Transaction, log_next: i64) -> Result<(), ServiceError> {
        self.registry = load_registry(transaction).await?;
        self.log_next = log_next;
        Ok(())
    }

    async fn try_process(&mut self, batch: &[Incoming], ahead: bool) -> Result<Receipt, ServiceError> {
        let mut transaction = self.database.begin().await?;
        let sequences = Sequences::load(&mut transaction).await?;
        if sequences.peek("log") != self.log_next {
            // Another process took events in meanwhile; configuration may be among them.
            self.refresh(&mut transaction, sequences.peek("log")).await?;
        }
        let recorded = latest_recorded(batch);
        let origin = batch.first().map_or_else(String::new, |first| first.origin.clone());
        let mut step = Step::begin(transaction, sequences, &mut self.registry, recorded).await?;
        let (events, mut receipt) = intake::admit(&mut step, batch).await?;
        // Only what is in the log may bear on the books: a late duplicate is not.
        step.recorded = events.iter().map(|event| event.recorded).max().unwrap_or(recorded);
        for run in runs(&events) {
            match run {
                Run::Facts(facts) => take_facts(&mut step, facts).await?,
                Run::Single(event) => take_single(&mut step, event).await?,
            }
        }
        receipt.quarantined.clone_from(&step.quarantined);
        write_receipt(&mut step, &receipt, origin).await?;
        // What a service refused is not accepted after all.
        receipt.accepted = receipt.accepted.saturating_sub(step.refused);
        let log_next = step.sequences.peek("log");
        step.commit(ahead).await?;
        self.log_next = log_next;
        tracing::debug!(received = receipt.received, accepted = receipt.accepted, "batch committed");
        Ok(receipt)
    }
}

/// Facts: in whatever order they come, the result is the same, so they are taken together.
async fn take_facts(step: &mut Step<'_>, facts: &[&Event]) -> Result<(), ServiceError> {
    let mut changed = attribution::configure(step, facts).await?;
    payouts::record_rates(step, facts).await?;
    let posts = commission::gather_posts(step, facts, &changed).await?;
    changed.note_posts(step.registry, &posts);
    let conversions = attribution::run(step, facts, &changed).await?;
    rewards::run(step, &conversions, &posts).await?;
    commission::run(step, conversions, posts).await?;
    step.flush().await
}

/// Events whose effect depends on the state in which they come.
async fn take_single(step: &mut Step<'_>, event: &Event) -> Result<(), ServiceError> {
    match &event.payload {
        Payload::Clock(tick) => payouts::tick(step, event, tick.at).await?,
        Payload::PayoutApproved(_) | Payload::PayoutExported(_) | Payload::Settlement(_) => {
            payouts::settle(step, event).await?;
        }
        _ => rewards::take(step, event).await?,
    }
    step.flush().await
}

/// A stretch of a batch.
enum Run<'a> {
    Facts(&'a [&'a Event]),
    Single(&'a Event),
}

fn runs<'e>(events: &'e [&'e Event]) -> impl Iterator<Item = Run<'e>> {
    let stretches = events
        .chunk_by(|before, after| intake::is_single(&before.payload) == intake::is_single(&after.payload));
    stretches.flat_map(|stretch| match stretch.first() {
        Some(first) if intake::is_single(&first.payload) => {
            stretch.iter().copied().map(Run::Single).collect::<Vec<_>>()
        }
        _ => vec![Run::Facts(stretch)],
    })
}

fn latest_recorded(batch: &[Incoming]) -> Timestamp {
    let recorded = |incoming: &Incoming| match &incoming.event {
        Ok(event) => Some(event.recorded),
        Err(_) => incoming.arrived,
    };
    let times = batch.iter().filter_map(recorded);
    times.max().unwrap_or(Timestamp::from_millis(0))
}

async fn write_receipt(step: &mut Step<'_>, receipt: &Receipt, origin: String) -> Result<(), ServiceError> {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let row = entity::intake_batch::Model {
        number: step.batch,
        origin,
        received: whole(receipt.received),
        accepted: whole(receipt.accepted),
        duplicates: whole(receipt.duplicates),
        // An event that was accepted and then refused by a service counts once, as accepted.
        quarantined: whole(
            receipt.received.saturating_sub(receipt.accepted).saturating_sub(receipt.duplicates),
        ),
    };
    Ok(step.transaction.insert::<entity::intake_batch::Entity>(&[row]).await?)
}

async fn load_registry(transaction: &mut Transaction) -> Result<Registry, ServiceError> {
    let mut registry = Registry::default();
    let rows = transaction.select::<entity::configuration::Entity>("1 = 1 ORDER BY seq", vec![]).await?;
    for row in rows {
        let unreadable = |problem: String| ServiceError::Configuration { key: row.seq.to_string(), problem };
        let recorded = Timestamp::from_millis(row.recorded_at);
        let event = decode(row.body.as_bytes(), Arrival::Live(recorded))
            .map_err(|why| unreadable(why.to_string()))?;
        registry
            .apply(&event)
            .map_err(|problems| unreadable(problems.first().map(ToString::to_string).unwrap_or_default()))?;
    }
    Ok(registry)
}
