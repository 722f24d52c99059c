//! Publishes what the services said: from the outbox to the log, in order, without a gap.
//!
//! Each topic of the outbox is published by one relay at a time. Its position moves only after the log has confirmed
//! everything before it; a relay that is killed in between publishes some events again, under the same number and id,
//! and readers drop the numbers that they have seen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use tribute_store::{Advance, Database, Lease, Leases, Source, StoreError, entity::outbox};
use tribute_stream::{Log, Message, Writer, structured_headers, topics};
use tribute_traces::{Passage, recorded};

use crate::{Health, Outcome, RuntimeError, Settings, Stop, backoff::Backoff, share::Share, traces::traced};

/// Rows of the outbox that are published at a time: a batch's events of one topic each.
const ROWS: i64 = 8;
/// The header with the number of an event in its topic.
const NUMBER: &str = "tribute-number";

/// Publishes the outbox.
pub struct Relay<L: Log> {
    log: L,
    writer: L::Writer,
    database: Database,
    share: Share,
    leases: Leases,
    /// How far this relay has come with what it holds.
    positions: BTreeMap<Source, Lease>,
    health: Health,
    stop: Stop,
}

#[derive(Deserialize)]
struct Keyed<'a> {
    #[serde(borrow)]
    partitionkey: std::borrow::Cow<'a, str>,
}

impl<L: Log> Relay<L> {
    /// Joins the group of those who publish.
    ///
    /// # Errors
    /// Where the log's settings are wrong.
    pub fn open(
        log: L,
        database: Database,
        settings: &Settings,
        health: Health,
        stop: Stop,
    ) -> Result<Self, RuntimeError> {
        let source = |topic: &str| (Source { name: format!("outbox/{topic}"), partition: 0 }, 1);
        let sources = topics::outputs().into_iter().map(source).collect();
        let leases = Leases::new(database.clone(), "relay", &settings.owner, settings.lease);
        let share = Share::join(leases.clone(), sources, settings.lease, health.clone());
        let (writer, positions) = (log.writer()?, BTreeMap::new());
        Ok(Self { log, writer, database, share, leases, positions, health, stop })
    }

    /// Publishes until it is time to stop.
    ///
    /// # Errors
    /// Where the outbox has a gap or cannot be read: a person has to look.
    pub async fn run(mut self) -> Result<(), RuntimeError> {
        let (mut idle, mut away) = (Backoff::idle(), Backoff::away());
        while !self.stop.is_set() {
            self.follow_standing().await;
            self.health.working(true);
            let published = self.publish_all().await;
            self.health.working(false);
            match published {
                Ok(0) => self.stop.rest(idle.next()).await,
                Ok(count) => {
                    self.health.count(Outcome::Published, count);
                    self.health.log_answered(true);
                    idle.reset();
                }
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "nothing was published; trying again");
                    self.health.log_answered(!matches!(error, RuntimeError::Log(_)));
                    self.writer = self.log.writer()?;
                    self.stop.rest(away.next()).await;
                    continue;
                }
                Err(error) => return Err(error),
            }
            away.reset();
        }
        self.health.stopping();
        let held: Vec<_> = self.positions.into_values().collect();
        Ok(self.share.leave(&held).await?)
    }

    async fn follow_standing(&mut self) {
        let standing = self.share.standing();
        self.positions.retain(|source, known| {
            standing.held.iter().any(|lease| lease.source == *source && lease.epoch == known.epoch)
        });
        for lease in &standing.held {
            self.positions.entry(lease.source.clone()).or_insert_with(|| lease.clone());
        }
        if standing.surplus > 0 {
            let given: Vec<_> = self.positions.values().rev().take(standing.surplus).cloned().collect();
            for lease in &given {
                self.positions.remove(&lease.source);
            }
            self.share.release(given).await;
        }
        if standing.members > 0 {
            self.health.started();
        }
    }

    async fn publish_all(&mut self) -> Result<u64, RuntimeError> {
        let mut count = 0_u64;
        for lease in self.positions.values().cloned().collect::<Vec<_>>() {
            let topic = lease.source.name.trim_start_matches("outbox/").to_owned();
            count = count.saturating_add(self.publish(&topic, lease).await?);
        }
        Ok(count)
    }

    /// Publishes what comes next of a topic, and moves its position.
    async fn publish(&mut self, topic: &str, lease: Lease) -> Result<u64, RuntimeError> {
        let mut passage = Passage::begin();
        let (messages, next) = next_messages(&self.database, topic, lease.next).await?;
        let caused = passage.is_on().then(|| causes(&messages));
        let count = u64::try_from(messages.len()).unwrap_or(u64::MAX);
        if messages.is_empty() {
            return Ok(0);
        }
        #[cfg(feature = "failpoints")]
        if tribute_store::is_planted("plant.relay_position_first") {
            self.advance(lease, next).await?;
            fail::fail_point!("relay.before_write");
            self.writer.write(messages).await?;
            return Ok(count);
        }
        fail::fail_point!("relay.before_write");
        self.writer.write(messages).await?;
        fail::fail_point!("relay.after_write");
        self.advance(lease, next).await?;
        if let Some(caused) = caused {
            match self.trace(&mut passage, &caused).await {
                Ok(()) => passage.arrive(),
                Err(error) => tracing::debug!(%error, "what was published has no span"),
            }
        }
        Ok(count)
    }

    /// Those of these events that are traced were published for.
    async fn trace(&self, passage: &mut Passage, caused: &BTreeSet<Cause>) -> Result<(), StoreError> {
        let events = caused.iter().map(|cause| cause.event.as_str()).collect();
        let mut transaction = self.database.begin().await?;
        let found = traced(&mut transaction, &events).await?;
        transaction.rollback().await?;
        let ours = found.into_values().filter(|it| {
            let cause = Cause { brand: it.brand.clone(), event: it.event.clone() };
            recorded(&it.traceparent).is_some() && caused.contains(&cause)
        });
        passage.through("relay", ours);
        Ok(())
    }

    /// Moves the position of a topic, unless another relay has it by now.
    async fn advance(&mut self, lease: Lease, next: i64) -> Result<(), RuntimeError> {
        let advance =
            Advance { source: lease.source.clone(), epoch: lease.epoch, from: lease.next, to: next };
        let mut transaction = self.database.begin().await?;
        match transaction.advance(&[advance]).await {
            Ok(()) => transaction.commit().await?,
            Err(error @ StoreError::Stale { .. }) => {
                tracing::warn!(%error, "another relay publishes this topic");
                drop(transaction);
                self.health.metrics.refused.inc();
                self.leases.note_refused(&lease.source, lease.epoch, &error.to_string()).await?;
                self.positions.remove(&lease.source);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(known) = self.positions.get_mut(&lease.source) {
            known.next = next;
        }
        Ok(())
    }
}

/// The event that another one was caused by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cause {
    brand: String,
    event: String,
}

/// By which events these were caused, where they say so.
fn causes(messages: &[Message]) -> BTreeSet<Cause> {
    #[derive(Deserialize)]
    struct Caused {
        brand: String,
        data: Content,
    }
    #[derive(Deserialize)]
    struct Content {
        cause: Option<String>,
        #[serde(default)]
        moments: Vec<Content>,
    }
    let read = |message: &Message| {
        let Caused { brand, data } = serde_json::from_slice(&message.value).ok()?;
        let last = data.moments.into_iter().last().and_then(|moment| moment.cause);
        Some(Cause { brand, event: data.cause.or(last)? })
    };
    messages.iter().filter_map(read).collect()
}

fn message(topic: &Arc<str>, number: i64, line: &str) -> Result<Message, RuntimeError> {
    let failed = |source| RuntimeError::Outgoing { topic: topic.to_string(), number, source };
    let keyed: Keyed<'_> = serde_json::from_str(line).map_err(failed)?;
    let mut headers = structured_headers();
    headers.push((NUMBER.to_owned(), number.to_string().into_bytes()));
    Ok(Message::new(Arc::clone(topic), keyed.partitionkey.as_bytes(), line).with_headers(headers))
}

/// A planted bug: what comes next is what belongs to a later batch. Two services may speak for one batch.
#[cfg(feature = "failpoints")]
const LATER_BATCHES: &str = "stream = $1 AND number >= $2 AND batch > \
    COALESCE((SELECT MAX(batch) FROM outbox WHERE stream = $1 AND number < $2), 0) ORDER BY number LIMIT $3";

#[cfg(feature = "failpoints")]
fn is_skipping() -> bool {
    tribute_store::is_planted("plant.relay_skip")
}

/// The events of a topic from this number on, and the number after them.
async fn next_messages(
    database: &Database,
    topic: &str,
    from: i64,
) -> Result<(Vec<Message>, i64), RuntimeError> {
    let mut transaction = database.begin().await?;
    let condition = "stream = $1 AND number >= $2 ORDER BY number LIMIT $3";
    #[cfg(feature = "failpoints")]
    let condition = if is_skipping() { LATER_BATCHES } else { condition };
    let values = vec![topic.into(), from.into(), ROWS.into()];
    let rows = transaction.select::<outbox::Entity>(condition, values).await?;
    transaction.rollback().await?;
    let (mut messages, mut next) = (Vec::new(), from);
    let shared: Arc<str> = topic.into();
    for row in rows {
        #[cfg(feature = "failpoints")]
        if is_skipping() {
            next = row.events_first;
        }
        if row.events_first != next {
            return Err(RuntimeError::Gap { topic: topic.to_owned(), wanted: next, found: row.events_first });
        }
        for (number, line) in (next..).zip(row.body.lines()) {
            messages.push(message(&shared, number, line)?);
        }
        next = row.events_last.saturating_add(1);
    }
    Ok((messages, next))
}
