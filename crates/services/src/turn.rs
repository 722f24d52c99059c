//! A service takes its turn: books what attribution handed over.

use std::collections::BTreeSet;

use tribute_events::{Arrival, Event, Rejection, RejectionCode, Timestamp, decode};
use tribute_store::{Transaction, entity::event_log};
use tribute_traces::Passage;

use crate::{
    Engine, ServiceError,
    attribution::Decided,
    chain::take_single,
    clicks::ClickOutcome,
    commission::{self, PostOutcome, SourceKey},
    handover::{Body, Handover, Service, Ticking},
    rewards::{self, Grounds},
    sequence::{BATCH, BOOKS, Sequences},
    step::{Admitted, Quarantined, Step},
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

/// How a turn is tried. Orders and posts of a batch are counted through, orders first.
#[derive(Debug, Clone)]
struct Attempt {
    /// Only those before this one.
    until: usize,
    /// None of these: their computation fails.
    without: BTreeSet<usize>,
    /// Why it failed, for the record.
    why: String,
    /// Nothing is written.
    dry: bool,
}

impl Engine {
    /// Takes the first batch that waits as far on as `mine` may, in one transaction.
    ///
    /// Where a computation refuses an order, a post or an event (an amount that overflows), that one is put into
    /// quarantine with the reason, and everything else goes its way.
    ///
    /// # Errors
    /// Where the database is away; nothing was written, the batch still waits.
    pub async fn take_turn(&mut self, mine: &[Service]) -> Result<Turn, ServiceError> {
        let without = BTreeSet::new();
        let mut attempt = Attempt { until: usize::MAX, without, why: String::new(), dry: false };
        loop {
            match self.attempt(mine, &attempt).await {
                Err(why) if why.is_of_computation() => {
                    let culprit = self.find_culprit(mine, &attempt.without).await?;
                    attempt.without.insert(culprit);
                    attempt.why = why.to_string();
                }
                ended => return ended,
            }
        }
    }

    /// The first order or post with which a computation fails, those left out already aside.
    async fn find_culprit(
        &mut self,
        mine: &[Service],
        without: &BTreeSet<usize>,
    ) -> Result<usize, ServiceError> {
        let (mut holds, mut step, mut fails) = (0_usize, 1_usize, None);
        loop {
            let until = fails.map_or(holds.saturating_add(step), |end: usize| holds.midpoint(end));
            if until == holds {
                return Ok(holds);
            }
            let attempt = Attempt { until, without: without.clone(), why: String::new(), dry: true };
            match self.attempt(mine, &attempt).await {
                Ok(_) => (holds, step) = (until, step.saturating_mul(2)),
                Err(why) if why.is_of_computation() => fails = Some(until),
                Err(why) => return Err(why),
            }
        }
    }

    async fn attempt(&mut self, mine: &[Service], attempt: &Attempt) -> Result<Turn, ServiceError> {
        let taken = self.try_turn(mine, attempt).await;
        if taken.is_err() {
            self.known.forget();
        }
        taken
    }

    async fn try_turn(&mut self, mine: &[Service], attempt: &Attempt) -> Result<Turn, ServiceError> {
        let passage = Passage::begin();
        let mut transaction = self.database.begin().await?;
        let sequences = Sequences::lock(&mut transaction, attempt.locks()).await?;
        let Some(mut handover) = Handover::first(&mut transaction).await? else {
            transaction.rollback().await?;
            return Ok(Turn::Idle);
        };
        if !mine.contains(&handover.turn) {
            transaction.rollback().await?;
            return Ok(Turn::Others(handover.turn));
        }
        self.known.bring_to(&mut transaction, handover.log_next).await?;
        #[cfg(feature = "failpoints")]
        if matches!(handover.body, Body::Facts { .. }) && tribute_store::is_planted("plant.handover_dropped")
        {
            handover.finish(&mut transaction).await?;
            transaction.commit().await?;
            return Ok(Turn::Taken(handover.number));
        }
        let registry = &mut self.known.registry;
        let (batch, recorded) = (handover.number, handover.recorded);
        let mut step = Step::begin(transaction, sequences, registry, batch, recorded).await?;
        step.passage = passage;
        let next = take(&mut step, &mut handover, attempt, mine).await?;
        if attempt.dry {
            step.transaction.rollback().await?;
            return Ok(Turn::Taken(batch));
        }
        match next {
            Some(service) => {
                handover.turn = service;
                handover.pass_on(&mut step.transaction).await?;
            }
            None => handover.finish(&mut step.transaction).await?,
        }
        fail::fail_point!("turn.before_commit");
        let have_grown = step.commit(false).await?;
        fail::fail_point!("turn.after_commit");
        self.look_at_tables(have_grown).await;
        tracing::debug!(batch, "turn taken");
        Ok(Turn::Taken(batch))
    }
}

impl Attempt {
    /// Who puts facts aside numbers them in the quarantine, as attribution may at this very moment.
    fn locks(&self) -> &'static [&'static str] {
        if self.without.is_empty() || self.dry { &[BOOKS] } else { &[BATCH, BOOKS] }
    }

    fn takes(&self, place: usize) -> bool {
        place < self.until && !self.without.contains(&place)
    }

    /// Those that are taken.
    fn select<'b>(
        &self,
        conversions: &'b [Decided],
        posts: &'b [PostOutcome],
    ) -> (Vec<&'b Decided>, Vec<&'b PostOutcome>) {
        let orders = conversions.iter().enumerate().filter(|(place, _)| self.takes(*place));
        let posts = (conversions.len()..).zip(posts).filter(|(place, _)| self.takes(*place));
        (orders.map(|(_, order)| order).collect(), posts.map(|(_, post)| post).collect())
    }

    fn rejection(&self) -> Rejection {
        let reason = format!("{}; correct what it comes from, and retry", self.why);
        Rejection::new(RejectionCode::NotPossible, reason)
    }

    /// Puts on record what is left out for good.
    async fn put_aside(
        &self,
        step: &mut Step<'_>,
        conversions: &[Decided],
        posts: &[PostOutcome],
    ) -> Result<(), ServiceError> {
        for place in &self.without {
            let post = posts.get(place.saturating_sub(conversions.len()));
            let (brand, body) = match (conversions.get(*place), post) {
                (Some(order), _) => (&order.brand, format!("order {}", order.order)),
                (None, Some(post)) => (&post.brand, format!("post {}", post.post)),
                (None, None) => continue,
            };
            let entry = Quarantined {
                brand: Some(brand.as_str()),
                source: None,
                event_id: None,
                event_type: None,
                origin: &format!("batch {}", step.batch),
                body: body.into_bytes(),
            };
            let recorded = step.recorded;
            step.quarantine(entry, &self.rejection(), recorded).await?;
        }
        Ok(())
    }
}

/// Takes what was handed over; says whose turn it is then.
async fn take(
    step: &mut Step<'_>,
    handover: &mut Handover,
    attempt: &Attempt,
    mine: &[Service],
) -> Result<Option<Service>, ServiceError> {
    match &mut handover.body {
        Body::Facts { conversions, posts, clicks, standing, grounds, traced } => {
            let (some, others) = attempt.select(conversions, posts);
            attempt.put_aside(step, conversions, posts).await?;
            let turn = handover.turn;
            let next = take_facts(step, turn, (&some, &others, clicks), (standing, grounds), mine).await?;
            for service in booked(turn, next) {
                step.passage.through(service.name(), traced.iter().cloned());
            }
            Ok(next)
        }
        Body::Single { seq, origin, tick } => {
            let event = logged(&mut step.transaction, *seq).await?;
            let admitted = Admitted { seq: *seq, origin: origin.clone(), place: None };
            step.admitted.insert(event.identity(), admitted);
            step.pass(&[handover.turn], &[&event]);
            if attempt.without.is_empty() {
                let ticking = tick.get_or_insert(Ticking::begin(step.clock));
                return take_single(step, &event, ticking, mine).await;
            }
            step.refuse(&event, &attempt.rejection()).await?;
            Ok(None)
        }
    }
}

/// Which services booked a batch of facts, from this one on until the next.
fn booked(turn: Service, next: Option<Service>) -> impl Iterator<Item = Service> {
    let both = [(Service::Rewards, turn == Service::Rewards), (Service::Commission, next.is_none())];
    both.into_iter().filter_map(|(service, has_booked)| has_booked.then_some(service))
}

/// A batch of facts, from this service on as far as `mine` may take it.
async fn take_facts(
    step: &mut Step<'_>,
    turn: Service,
    (conversions, posts, clicks): (&[&Decided], &[&PostOutcome], &[ClickOutcome]),
    (standing, grounds): (&BTreeSet<SourceKey>, &Grounds),
    mine: &[Service],
) -> Result<Option<Service>, ServiceError> {
    if turn == Service::Rewards {
        rewards::run(step, conversions, posts, grounds).await?;
        if !mine.contains(&Service::Commission) {
            return Ok(Some(Service::Commission));
        }
    }
    commission::run(step, conversions, posts, standing, clicks).await?;
    Ok(None)
}

/// An event of the log.
pub(crate) async fn logged(transaction: &mut Transaction, seq: i64) -> Result<Event, ServiceError> {
    let columns = [event_log::Column::Seq];
    let rows = transaction.find::<event_log::Entity>(&columns, &[vec![seq.into()]]).await?;
    let unreadable = |problem: String| ServiceError::Logged { seq, problem };
    let row = rows.first().ok_or_else(|| unreadable("it is not there".into()))?;
    let recorded = Timestamp::from_millis(row.recorded_at);
    decode(row.body.as_bytes(), Arrival::Live(recorded)).map_err(|why| unreadable(why.to_string()))
}
