//! A service takes its turn: books what attribution handed over.

use tribute_events::{Arrival, Event, decode};
use tribute_store::{Transaction, entity::event_log};

use crate::{
    Engine, ServiceError,
    chain::take_single,
    commission,
    handover::{Body, Handover, Service, Ticking},
    rewards,
    sequence::{BOOKS, Sequences},
    step::Step,
};

/// What became of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// This batch was taken on.
    Taken(i64),
    /// It is the turn of another service.
    Others(Service),
    /// Nothing waits.
    Idle,
}

impl Engine {
    /// Takes the first batch that waits as far on as `mine` may, in one transaction.
    ///
    /// # Errors
    /// Where the database is away, or a computation fails; nothing was written, the batch still waits.
    pub async fn take_turn(&mut self, mine: &[Service]) -> Result<Turn, ServiceError> {
        let taken = self.try_turn(mine).await;
        if taken.is_err() {
            self.known.forget();
        }
        taken
    }

    async fn try_turn(&mut self, mine: &[Service]) -> Result<Turn, ServiceError> {
        let mut transaction = self.database.begin().await?;
        let sequences = Sequences::lock(&mut transaction, &[BOOKS]).await?;
        let Some(mut handover) = Handover::first(&mut transaction).await? else {
            transaction.rollback().await?;
            return Ok(Turn::Idle);
        };
        if !mine.contains(&handover.turn) {
            transaction.rollback().await?;
            return Ok(Turn::Others(handover.turn));
        }
        self.known.bring_to(&mut transaction, handover.log_next).await?;
        let registry = &mut self.known.registry;
        let (batch, recorded) = (handover.number, handover.recorded);
        let mut step = Step::begin(transaction, sequences, registry, batch, recorded).await?;
        let next = match &mut handover.body {
            Body::Facts { conversions, posts } => {
                let mut turn = Some(handover.turn);
                while let Some(service) = turn.filter(|it| mine.contains(it)) {
                    turn = if service == Service::Rewards {
                        rewards::run(&mut step, conversions, posts).await?;
                        Some(Service::Commission)
                    } else {
                        commission::run(&mut step, conversions, posts).await?;
                        None
                    };
                }
                turn
            }
            Body::Single { seq, origin, tick } => {
                let event = logged(&mut step.transaction, *seq).await?;
                step.admitted.insert(event.identity(), (*seq, origin.clone()));
                let ticking = tick.get_or_insert(Ticking::begin(step.clock));
                take_single(&mut step, &event, ticking, mine).await?
            }
        };
        match next {
            Some(service) => {
                handover.turn = service;
                handover.pass_on(&mut step.transaction).await?;
            }
            None => handover.finish(&mut step.transaction).await?,
        }
        step.commit(false).await?;
        tracing::debug!(batch, "turn taken");
        Ok(Turn::Taken(batch))
    }
}

/// An event of the log.
async fn logged(transaction: &mut Transaction, seq: i64) -> Result<Event, ServiceError> {
    let columns = [event_log::Column::Seq];
    let rows = transaction.find::<event_log::Entity>(&columns, &[vec![seq.into()]]).await?;
    let unreadable = |problem: String| ServiceError::Logged { seq, problem };
    let row = rows.first().ok_or_else(|| unreadable("it is not there".into()))?;
    let recorded = tribute_events::Timestamp::from_millis(row.recorded_at);
    decode(row.body.as_bytes(), Arrival::Live(recorded)).map_err(|why| unreadable(why.to_string()))
}
