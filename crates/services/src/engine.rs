//! The pipeline: batches of events through every service in one transaction, or through attribution alone.

use tribute_events::{Event, Timestamp};
use tribute_store::{Advance, Database, entity};
use tribute_terms::Registry;
use tribute_traces::Passage;
use tribute_vault::Vault;

use crate::{
    Exception, Incoming, Receipt, ServiceError, authors,
    chain::{self, Attributed},
    handover::{Body, Handover, Service, Waiting},
    intake,
    known::Known,
    sequence::{BATCH, BOOKS, Sequences},
    step::{Admitted, Step},
    turn::Turn,
};

/// How far an engine takes what comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Through every service, in one transaction.
    Everything,
    /// Through attribution; the rest is handed over to services that run apart.
    Attribution,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is in the log, and its effects are booked or handed over.
    Done(Receipt),
    /// Services after attribution have to catch up first: give it again a little later. Nothing was written.
    Later,
}

/// Runs batches of events through the services.
pub struct Engine {
    pub(crate) database: Database,
    pub(crate) known: Known,
    vault: Vault,
}

impl Engine {
    /// Opens the pipeline over a database: rebuilds the registry from the stored configuration.
    ///
    /// It has no key of the vault: it takes in what holds nothing personal, or what was sealed before, and refuses the
    /// rest. [`with_vault`](Self::with_vault) gives it one.
    ///
    /// # Errors
    /// Where the database is away or stored configuration cannot be read.
    pub async fn open(database: Database) -> Result<Self, ServiceError> {
        let mut transaction = database.begin().await?;
        Sequences::prepare(&mut transaction).await?;
        let log_next = Sequences::load(&mut transaction).await?.peek("log");
        let mut known = Known::default();
        known.bring_to(&mut transaction, log_next).await?;
        transaction.commit().await?;
        Ok(Self { database, known, vault: Vault::closed() })
    }

    /// The same with a vault: what is personal in an event is sealed before it reaches the log, and kept there.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// The vault.
    #[must_use]
    pub const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The configuration of every brand, as the last batch left it.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.known.registry
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
        self.process_everything(batch, false).await
    }

    /// As [`process`](Self::process), but the batch is durable only after the next [`sync`](Self::sync) or `process`:
    /// for one of many batches of an input that stays at hand until the last one is.
    ///
    /// # Errors
    /// As for [`process`](Self::process).
    pub async fn process_ahead(&mut self, batch: Vec<Incoming>) -> Result<Receipt, ServiceError> {
        self.process_everything(batch, true).await
    }

    /// Takes a batch that was read from sources as far as `reach` goes. In the same transaction the positions of the
    /// sources move, so that the batch counts once whoever else was given it.
    ///
    /// # Errors
    /// As for [`process`](Self::process); [`is_stale`](ServiceError::is_stale) where another worker has taken a source
    /// over.
    pub async fn process_from(
        &mut self,
        batch: Vec<Incoming>,
        advances: &[Advance],
        reach: Reach,
    ) -> Result<Taken, ServiceError> {
        let pieces =
            if reach == Reach::Everything { vec![Piece { at: 0, events: batch }] } else { apart(batch) };
        self.process_pieces(pieces, advances, reach, false).await
    }

    /// Makes what was processed ahead durable.
    ///
    /// # Errors
    /// Where the disk fails: the input has to be kept, and given again.
    pub async fn sync(&self) -> Result<(), ServiceError> {
        Ok(self.database.sync().await?)
    }

    async fn process_everything(
        &mut self,
        batch: Vec<Incoming>,
        ahead: bool,
    ) -> Result<Receipt, ServiceError> {
        match self.process_pieces(vec![Piece { at: 0, events: batch }], &[], Reach::Everything, ahead).await?
        {
            Taken::Done(receipt) => Ok(receipt),
            Taken::Later => Ok(Receipt::default()),
        }
    }

    /// Takes the pieces of a batch in, the last one first. The positions move with the last that is taken; those before
    /// only make sure that they stand: what is given again after a failure is known already.
    async fn process_pieces(
        &mut self,
        mut open: Vec<Piece>,
        advances: &[Advance],
        reach: Reach,
        ahead: bool,
    ) -> Result<Taken, ServiceError> {
        let mut total = Receipt::default();
        let mut events: Vec<&mut Incoming> = open.iter_mut().flat_map(|piece| &mut piece.events).collect();
        authors::name(&self.database, &self.vault, &mut events).await?;
        events.into_iter().try_for_each(|incoming| incoming.seal(&self.vault))?;
        while let Some(Piece { at, events: mut batch }) = open.pop() {
            let moves = if open.is_empty() { advances.to_vec() } else { standing(advances) };
            match self.try_process(&batch, &moves, reach, ahead).await {
                Ok(Taken::Done(receipt)) => {
                    total.add(&receipt);
                    let within = receipt.exceptions.into_iter();
                    total
                        .exceptions
                        .extend(within.map(|it| Exception { place: at.saturating_add(it.place), ..it }));
                }
                Ok(Taken::Later) if reach == Reach::Attribution => return Ok(Taken::Later),
                Ok(Taken::Later) => {
                    // What services that ran apart left behind is booked first.
                    while self.take_turn(&Service::BOOKING).await? != Turn::Idle {}
                    open.push(Piece { at, events: batch });
                }
                Err(why) => {
                    self.known.forget();
                    if !why.is_of_computation() {
                        return Err(why);
                    }
                    let rest = batch.split_off(batch.len() / 2);
                    if batch.is_empty() {
                        let events = rest.into_iter().map(|event| event.refused(&why)).collect();
                        open.push(Piece { at, events });
                    } else {
                        let second = Piece { at: at.saturating_add(batch.len()), events: rest };
                        open.extend([second, Piece { at, events: batch }]);
                    }
                }
            }
        }
        Ok(Taken::Done(total))
    }

    async fn try_process(
        &mut self,
        batch: &[Incoming],
        advances: &[Advance],
        reach: Reach,
        ahead: bool,
    ) -> Result<Taken, ServiceError> {
        let passage = Passage::begin();
        let mut transaction = self.database.begin().await?;
        transaction.advance(advances).await?;
        #[cfg(feature = "failpoints")]
        if tribute_store::is_planted("plant.position_apart") {
            transaction.commit().await?;
            transaction = self.database.begin().await?;
        }
        let mut sequences = Sequences::lock(&mut transaction, reach.locks()).await?;
        if !reach.may_go_on(Waiting::read(&mut transaction).await?) {
            transaction.rollback().await?;
            return Ok(Taken::Later);
        }
        self.known.bring_to(&mut transaction, sequences.peek("log")).await?;
        let recorded = latest_recorded(batch);
        let origin = batch.first().map_or_else(String::new, |first| first.origin.clone());
        let number = sequences.next(BATCH);
        let registry = &mut self.known.registry;
        let mut step = Step::begin(transaction, sequences, registry, number, recorded).await?;
        step.passage = passage;
        let (events, mut receipt) = intake::admit(&mut step, batch, &self.vault).await?;
        // Only what is in the log may bear on the books: a late duplicate is not.
        step.recorded = events.iter().map(|event| event.recorded).max().unwrap_or(recorded);
        match reach {
            Reach::Everything => chain::take(&mut step, &events).await?,
            Reach::Attribution => hand_over(&mut step, &events).await?,
        }
        receipt.quarantined.clone_from(&step.quarantined);
        receipt.exceptions = std::mem::take(&mut step.exceptions);
        write_receipt(&mut step, &receipt, origin).await?;
        // What a service refused is not accepted after all.
        receipt.accepted = receipt.accepted.saturating_sub(step.refused);
        let log_next = step.sequences.peek("log");
        let have_grown = step.commit(ahead).await?;
        self.known.reached(log_next);
        tracing::debug!(received = receipt.received, accepted = receipt.accepted, "batch committed");
        self.look_at_tables(have_grown).await;
        Ok(Taken::Done(receipt))
    }

    /// Where tables have grown by much, the database has to look at them; the batch is in, whatever becomes of this.
    pub(crate) async fn look_at_tables(&self, have_grown: bool) {
        if !have_grown {
            return;
        }
        if let Err(error) = self.database.look_at_tables().await {
            tracing::warn!(%error, "the database could not look at what its tables hold; it will by itself");
        }
    }
}

impl Reach {
    /// What orders the batches among all who write: who also books holds the books as well.
    const fn locks(self) -> &'static [&'static str] {
        match self {
            Self::Everything => &[BATCH, BOOKS],
            Self::Attribution => &[BATCH],
        }
    }

    const fn may_go_on(self, waiting: Waiting) -> bool {
        match self {
            Self::Everything => waiting.is_over(),
            Self::Attribution => waiting.lets_attribution_on(),
        }
    }
}

/// The same positions, which stay where they are.
fn standing(advances: &[Advance]) -> Vec<Advance> {
    advances.iter().map(|advance| Advance { to: advance.from, ..advance.clone() }).collect()
}

/// A stretch of a batch, and at which place of it the stretch begins.
struct Piece {
    at: usize,
    events: Vec<Incoming>,
}

/// A batch as stretches of facts and events that are taken by themselves, the last one first.
fn apart(batch: Vec<Incoming>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, incoming) in batch.into_iter().enumerate() {
        match pieces.last_mut() {
            Some(Piece { events, .. }) if !incoming.is_single() && !events[0].is_single() => {
                events.push(incoming);
            }
            _ => pieces.push(Piece { at, events: vec![incoming] }),
        }
    }
    pieces.reverse();
    pieces
}

/// Attribution's part of a piece: either of facts alone, or one event that is taken by itself.
async fn hand_over(step: &mut Step<'_>, events: &[&Event]) -> Result<(), ServiceError> {
    let handed = match events {
        [] => return Ok(()),
        [event] if intake::is_single(&event.payload) => {
            step.pass(&[Service::Attribution], events);
            let Admitted { seq, origin, .. } =
                step.admitted.get(&event.identity()).cloned().unwrap_or_default();
            (Service::of_single(&event.payload), Body::Single { seq, origin, tick: None })
        }
        facts => {
            let attributed = chain::attribute(step, facts).await?;
            if attributed.is_empty() {
                return Ok(());
            }
            let Attributed { conversions, posts, clicks, standing, grounds } = attributed;
            let turn = chain::first_turn(step.registry, &grounds);
            let traced = step.traced(facts);
            (turn, Body::Facts { conversions, posts, clicks, standing, grounds, traced })
        }
    };
    let (turn, body) = handed;
    let log_next = step.sequences.peek("log");
    let handover = Handover { number: step.batch, turn, recorded: step.recorded, log_next, body };
    handover.pass_on(&mut step.transaction).await
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
