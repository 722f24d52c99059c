//! The service that sends: it queues what was said for the endpoints that it looks after, and delivers what is due.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use tokio::task::JoinSet;
use tribute_events::{DAY, Timestamp};
use tribute_runtime::{Health, RuntimeError, Settings, Share, Stop};
use tribute_store::{
    Database, Lease, Leases, Source, StoreError,
    entity::{webhook_delivery, webhook_endpoint},
};
use tribute_traces::{Kind, Span, Traceparent, recorded};
use tribute_vault::Vault;

use crate::{
    Client, SendError,
    client::Reply,
    known::{Known, Name, SHARES, refresh},
    queue::{keep, queue},
    said::said_at,
    settle::{Tried, settle},
    view::endpoint_view,
    webhook_id,
};

/// How many requests may be under way in all.
const UNDERWAY_MAX: usize = 512;
/// How often the endpoints are looked at anew, and how often when nothing is due.
const REFRESH: Duration = Duration::from_secs(1);
const IDLE: Duration = Duration::from_millis(100);
/// How often positions are written that moved over nothing of interest, and the figures are read.
const TIDY: Duration = Duration::from_secs(5);
/// How often old rows of the log are looked for, and for how long the log keeps what has ended.
const PURGE: Duration = Duration::from_secs(3_600);
const KEPT: i64 = 30 * DAY;
/// How long to wait before a database that is away is asked again.
const AWAY: Duration = Duration::from_secs(1);
/// How long those under way may take where it is time to stop; what is cut off is sent again.
const DRAIN_MAX: Duration = Duration::from_secs(6);

/// Sends webhooks. Any number of copies share the endpoints.
pub struct Sender {
    database: Database,
    vault: Vault,
    client: Arc<Client>,
    settings: Settings,
    now: fn() -> Timestamp,
    health: Health,
    stop: Stop,
    known: BTreeMap<Name, Known>,
    underway: JoinSet<Tried>,
    ended: Vec<Tried>,
    refreshed: Option<Instant>,
    tidied: Option<Instant>,
    purged: Option<Instant>,
    moved: bool,
    /// Grows with every turn: who comes first takes turns, too.
    turns: usize,
}

impl Sender {
    /// One that opens secrets by the vault; `now` is the clock on the wall.
    #[must_use]
    pub fn new(
        database: Database,
        vault: Vault,
        client: Client,
        settings: Settings,
        now: fn() -> Timestamp,
        health: Health,
        stop: Stop,
    ) -> Self {
        Self {
            database,
            vault,
            client: Arc::new(client),
            settings,
            now,
            health,
            stop,
            known: BTreeMap::new(),
            underway: JoinSet::new(),
            ended: Vec::new(),
            refreshed: None,
            tidied: None,
            purged: None,
            moved: false,
            turns: 0,
        }
    }

    /// Sends until it is time to stop.
    ///
    /// # Errors
    /// Where the database refuses for good.
    pub async fn run(mut self) -> Result<(), RuntimeError> {
        if !self.await_first_endpoint().await? {
            return Ok(());
        }
        let leases =
            Leases::new(self.database.clone(), "webhooks", &self.settings.owner, self.settings.lease);
        let source = |partition| (Source { name: "webhooks".to_owned(), partition }, 0);
        let sources = (0..SHARES).map(source).collect();
        let share = Share::join(leases, sources, self.settings.lease, self.health.clone());
        while !self.stop.is_set() {
            let turn = self.turn(&share).await;
            let rest = match turn {
                Ok(true) => continue,
                Ok(false) => IDLE,
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "webhooks wait for the database");
                    self.health.database_answered(false);
                    AWAY
                }
                Err(error) => return Err(error.into()),
            };
            self.rest(rest).await;
        }
        self.health.stopping();
        self.drain().await;
        let held: Vec<Lease> = share.standing().held;
        Ok(share.leave(&held).await?)
    }

    /// Until there is an endpoint, nothing is held and nothing is read. Whether one came before it was time to stop.
    async fn await_first_endpoint(&mut self) -> Result<bool, RuntimeError> {
        use sea_orm::{EntityTrait, QuerySelect};
        while !self.stop.is_set() {
            let found = webhook_endpoint::Entity::find().limit(1).one(self.database.connection()).await;
            match found {
                Ok(found) => {
                    self.health.started();
                    if found.is_some() {
                        return Ok(true);
                    }
                }
                Err(error) => tracing::warn!(%error, "webhooks wait for the database"),
            }
            self.stop.rest(REFRESH).await;
        }
        Ok(false)
    }

    /// Waits until an attempt ends, or for so long.
    async fn rest(&mut self, for_this_long: Duration) {
        tokio::select! {
            Some(Ok(tried)) = self.underway.join_next() => self.ended.push(tried),
            () = self.stop.rest(for_this_long) => {}
        }
    }

    /// One turn: what endpoints there are, what was said, what has ended, what is due. Whether the next may follow at once.
    async fn turn(&mut self, share: &Share) -> Result<bool, StoreError> {
        if is_due(self.refreshed, REFRESH) {
            self.refresh(share).await?;
        }
        let queued = queue(&mut self.known, &self.database, (self.now)()).await?;
        self.moved |= queued;
        self.settle().await?;
        if is_due(self.tidied, TIDY) {
            self.tidy().await?;
        }
        self.start_due().await?;
        Ok(queued)
    }

    async fn refresh(&mut self, share: &Share) -> Result<(), StoreError> {
        let standing = share.standing();
        if standing.surplus > 0 {
            let given = standing.held.iter().rev().take(standing.surplus).cloned().collect();
            share.release(given).await;
        }
        let mine: BTreeSet<i64> = share.standing().held.iter().map(|lease| lease.source.partition).collect();
        refresh(&mut self.known, &self.database, &self.vault, &mine).await?;
        self.refreshed = Some(Instant::now());
        Ok(())
    }

    /// Writes what attempts came to that have ended.
    async fn settle(&mut self) -> Result<(), StoreError> {
        while let Some(joined) = self.underway.try_join_next() {
            // An attempt that panics ends the process; one that was cancelled is sent again.
            self.ended.extend(joined);
        }
        if self.ended.is_empty() {
            return Ok(());
        }
        let settled = settle(&self.database, &self.ended, (self.now)()).await?;
        settled.outcomes.into_iter().for_each(|outcome| self.health.webhook_attempted(outcome));
        settled.disabled.iter().for_each(|name| drop(self.known.remove(name)));
        for tried in std::mem::take(&mut self.ended) {
            if let Some(known) = self.known.get_mut(&tried.endpoint) {
                known.underway.remove(&(tried.stream, tried.number));
                known.wake_at = 0;
                known.row.failing_since = match tried.reply {
                    Ok(reply) if (200..300).contains(&reply.status) => None,
                    _ => known.row.failing_since.or(Some(tried.at.millis())),
                };
            }
        }
        Ok(())
    }

    /// Writes positions, reads the figures, and clears the log of what is old.
    async fn tidy(&mut self) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        if std::mem::take(&mut self.moved) {
            keep(&mut transaction, self.positions()).await?;
        }
        if is_due(self.purged, PURGE) {
            let before = (self.now)().minus(KEPT).millis();
            let text =
                "DELETE FROM webhook_delivery WHERE status IN ('delivered', 'failed') AND queued_at < $1";
            transaction.execute(text, vec![before.into()]).await?;
            self.purged = Some(Instant::now());
        }
        let waiting = transaction.count::<webhook_delivery::Entity>("status = 'pending'", Vec::new()).await?;
        let oldest = "status = 'pending' ORDER BY queued_at LIMIT 1";
        let oldest = transaction.select::<webhook_delivery::Entity>(oldest, Vec::new()).await?;
        transaction.commit().await?;
        let now = (self.now)().millis();
        let age = oldest.first().map_or(0, |row| now.saturating_sub(row.queued_at) / 1_000);
        self.health.webhooks_waiting(i64::try_from(waiting).unwrap_or(i64::MAX), age);
        self.tidied = Some(Instant::now());
        Ok(())
    }

    /// How far each endpoint is in each stream.
    fn positions(&self) -> Vec<(Name, &'static str, i64)> {
        let of = |(name, known): (&Name, &Known)| {
            known.positions.iter().map(|(stream, next)| (name.clone(), *stream, *next)).collect::<Vec<_>>()
        };
        self.known.iter().flat_map(of).collect()
    }

    /// Begins what is due, as far as there is room for each endpoint and in all.
    async fn start_due(&mut self) -> Result<(), StoreError> {
        let now = (self.now)();
        let mut awake: Vec<Name> = self
            .known
            .iter()
            .filter(|(_, it)| it.wake_at <= now.millis() && it.underway.len() < it.room())
            .map(|(name, _)| name.clone())
            .collect();
        self.turns = self.turns.wrapping_add(1);
        let first = self.turns.checked_rem(awake.len()).unwrap_or_default();
        awake.rotate_left(first);
        for name in awake {
            if self.underway.len() >= UNDERWAY_MAX {
                break;
            }
            self.start_of(&name, now).await?;
        }
        Ok(())
    }

    async fn start_of(&mut self, name: &Name, now: Timestamp) -> Result<(), StoreError> {
        let Some(known) = self.known.get_mut(name) else { return Ok(()) };
        let limit = known.underway.len().saturating_add(known.room());
        let condition = "brand = $1 AND endpoint = $2 AND status = 'pending' \
            ORDER BY next_at, stream, number LIMIT $3";
        let values = vec![
            name.0.as_str().into(),
            name.1.as_str().into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ];
        let mut transaction = self.database.begin().await?;
        let rows = transaction.select::<webhook_delivery::Entity>(condition, values).await?;
        transaction.rollback().await?;
        // Where all that waits was seen, and nothing new comes, there is nothing to look for.
        known.wake_at = if rows.len() < limit { i64::MAX } else { 0 };
        for row in rows {
            let key = (row.stream.clone(), row.number);
            if known.underway.contains(&key) {
                continue;
            }
            let due = row.next_at.unwrap_or(0);
            if due > now.millis() {
                known.wake_at = due;
                break;
            }
            if known.underway.len() >= known.room() {
                known.wake_at = 0;
                break;
            }
            let attempt = attempt(known, &self.client, &self.database, row, self.now).await?;
            known.underway.insert(key);
            self.underway.spawn(attempt);
        }
        Ok(())
    }

    /// Lets those under way end, for a while, and writes what they came to.
    async fn drain(&mut self) {
        let until = tokio::time::Instant::now() + DRAIN_MAX;
        while !self.underway.is_empty()
            && let Ok(Some(joined)) = tokio::time::timeout_at(until, self.underway.join_next()).await
        {
            self.ended.extend(joined);
        }
        self.underway.abort_all();
        if let Err(error) = self.settle().await {
            tracing::warn!(%error, "what was delivered last is delivered once more");
        }
    }
}

fn is_due(last: Option<Instant>, every: Duration) -> bool {
    last.is_none_or(|at| at.elapsed() >= every)
}

/// Makes an attempt ready: what is sent is made of the event as it is kept now.
async fn attempt(
    known: &Known,
    client: &Arc<Client>,
    database: &Database,
    row: webhook_delivery::Model,
    now: fn() -> Timestamp,
) -> Result<impl Future<Output = Tried> + Send + use<>, StoreError> {
    let said = said_at(database, &row.stream, row.number).await?;
    let line = said.and_then(|said| endpoint_view(&said, &known.row));
    let body = line
        .ok_or(SendError::NoEvent)
        .and_then(|line| known.payload.body(&line).map_err(|_| SendError::NoEvent));
    let at = now();
    let id = webhook_id(&row.stream, row.number);
    let span = row.traceparent.as_deref().and_then(recorded).and_then(|above| span_of(&row, &id, above));
    let mut headers = vec![
        ("content-type", known.payload.media().to_owned()),
        ("webhook-timestamp", (at.millis() / 1_000).to_string()),
        (
            "webhook-signature",
            body.as_ref().map_or_else(|_| String::new(), |body| known.signatures(&id, at, body)),
        ),
        ("webhook-id", id),
    ];
    let trace = row.traceparent.as_deref();
    let trace =
        trace.map(|it| span.as_ref().map_or_else(|| continued(it), |it| it.traceparent().to_string()));
    headers.extend(trace.map(|it| ("traceparent", it)));
    let (client, target) = (Arc::clone(client), known.target.clone());
    Ok(async move {
        let reply = match body {
            Ok(body) => client.post(&target, &headers, body).await,
            Err(error) => Err(error),
        };
        if let Some(span) = span {
            end(span, &reply);
        }
        let endpoint = (row.brand, row.endpoint);
        Tried {
            endpoint,
            stream: row.stream,
            number: row.number,
            before: row.attempts,
            at,
            reply,
            chance: chance(),
        }
    })
}

/// The span of an attempt.
fn span_of(row: &webhook_delivery::Model, id: &str, above: Traceparent) -> Option<Span> {
    let mut span = Span::begin(Kind::Client, "POST webhook", Some(above), SystemTime::now())?;
    span.set("tribute.service", "webhooks");
    span.set("tribute.brand", row.brand.clone());
    span.set("tribute.event.type", row.event_type.clone());
    span.set("tribute.event.id", id.to_owned());
    span.set("http.request.method", "POST");
    span.set("http.request.resend_count", row.attempts);
    Some(span)
}

fn end(mut span: Span, reply: &Result<Reply, SendError>) {
    match reply {
        Ok(reply) => {
            span.set("http.response.status_code", i64::from(reply.status));
            if !(200..300).contains(&reply.status) {
                span.fail("it was not taken");
            }
        }
        // The error may name an address; the log of deliveries has it.
        Err(_) => span.fail("there was no answer"),
    }
    span.end(SystemTime::now());
}

/// The same trace with a span of our own, where it is not recorded here.
fn continued(trace: &str) -> String {
    let mut span = [0_u8; 8];
    if getrandom::fill(&mut span).is_err() {
        return trace.to_owned();
    }
    let (start, end) = (trace.get(..36).unwrap_or_default(), trace.get(52..).unwrap_or_default());
    format!("{start}{:016x}{end}", u64::from_be_bytes(span) | 1)
}

/// A number from 0 to 999.
fn chance() -> u16 {
    let mut bytes = [0_u8; 4];
    let _without_jitter = getrandom::fill(&mut bytes);
    u16::try_from(u32::from_be_bytes(bytes) % 1_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_on_with_a_new_span() {
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let next = continued(trace);
        assert_eq!((next.len(), &next[..36], &next[52..]), (55, &trace[..36], "-01"));
        assert_ne!(next, trace);
        assert!(chance() < 1_000);
    }
}
