//! Ticks: says how far time has come, and what has to be taken in before that counts.

use std::time::Duration;

use tribute_events::{BrandId, ClockTicked, Event, EventId, Payload, Timestamp, catalogue, encode};
use tribute_store::{Database, Leases, Source};
use tribute_stream::{Log, Message, Writer, structured_headers};

use crate::{Health, Outcome, RuntimeError, Settings, Stop, consumer::incoming_topics, share::Share};

/// Ticks. Of several copies one does, the others wait.
pub struct Clock<L: Log> {
    log: L,
    writer: L::Writer,
    leases: Leases,
    share: Share,
    /// How far behind the clock on the wall the ticks are.
    lateness: i64,
    every: Duration,
    last: Timestamp,
    owner: String,
    health: Health,
    stop: Stop,
}

/// How far this machine's clock may be from the database's.
const SKEW_MAX: i64 = 60_000;

impl<L: Log> Clock<L> {
    /// Joins the group of those who may tick. The ticks are `lateness` milliseconds behind.
    ///
    /// # Errors
    /// Where the log's settings are wrong.
    pub fn open(
        log: L,
        database: Database,
        (lateness, every): (i64, Duration),
        settings: &Settings,
        health: Health,
        stop: Stop,
    ) -> Result<Self, RuntimeError> {
        let leases = Leases::new(database, "clock", &settings.owner, settings.lease);
        let source = (Source { name: "clock".to_owned(), partition: 0 }, 0);
        let share = Share::join(leases.clone(), vec![source], settings.lease, health.clone());
        let writer = log.writer()?;
        let (last, owner) = (Timestamp::MIN, settings.owner.clone());
        Ok(Self { log, writer, leases, share, lateness, every, last, owner, health, stop })
    }

    /// Ticks until it is time to stop. `now` is the clock on the wall.
    ///
    /// # Errors
    /// Where the log or the database refuses for good.
    pub async fn run(mut self, now: impl Fn() -> Timestamp + Send) -> Result<(), RuntimeError> {
        while !self.stop.is_set() {
            let standing = self.share.standing();
            if standing.members > 0 {
                self.health.started();
            }
            if !standing.held.is_empty() {
                self.tick_once(now()).await?;
            }
            self.stop.rest(self.every.min(Duration::from_secs(1))).await;
        }
        self.health.stopping();
        let held = self.share.standing().held;
        Ok(self.share.leave(&held).await?)
    }

    async fn tick_once(&mut self, now: Timestamp) -> Result<(), RuntimeError> {
        let at = now.minus(self.lateness);
        let every = i64::try_from(self.every.as_millis()).unwrap_or(i64::MAX);
        if self.last > at.minus(every) {
            return Ok(());
        }
        match self.try_tick(now, at).await {
            Ok(true) => self.last = at,
            Ok(false) => {}
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "no tick; trying again");
                self.health.log_answered(!matches!(error, RuntimeError::Log(_)));
                self.writer = self.log.writer()?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A wrong clock would pay too early, and a tick cannot be taken back: where this machine and the database do not
    /// agree on the time, nothing ticks.
    async fn try_tick(&self, now: Timestamp, at: Timestamp) -> Result<bool, RuntimeError> {
        let apart = now.millis().saturating_sub(self.leases.now().await?);
        if apart.saturating_abs() > SKEW_MAX {
            let trouble = format!(
                "this machine's clock and the database's are {} s apart; nothing ticks until they agree",
                apart / 1_000
            );
            tracing::error!(trouble);
            self.health.trouble("clock", Some(trouble));
            return Ok(false);
        }
        self.health.trouble("clock", None);
        tick(&self.log, &self.writer, at, &self.owner).await?;
        self.health.log_answered(true);
        self.health.count(Outcome::Sent, 1);
        Ok(true)
    }
}

/// Writes a tick that takes effect once everything that is in the log by now is taken in.
///
/// # Errors
/// Where the log fails.
pub async fn tick<L: Log>(
    log: &L,
    writer: &L::Writer,
    at: Timestamp,
    owner: &str,
) -> Result<(), RuntimeError> {
    let (topic, _) = catalogue::place("tribute.clock.ticked");
    let others: Vec<_> = incoming_topics().iter().copied().filter(|it| *it != topic).collect();
    let ends = log.ends(&others).await?;
    let after = ends.into_iter().filter(|(_, ends)| ends.next > 0);
    let payload = Payload::Clock(ClockTicked {
        at,
        after: after.map(|(partition, ends)| (partition.to_string(), ends.next)).collect(),
    });
    let event = Event {
        brand: BrandId::trusted("*"),
        source: "/tribute/clock".into(),
        id: EventId::trusted(&format!("clock:{at}:{owner}")),
        time: at,
        recorded: at,
        traceparent: None,
        fingerprint: [0; 16],
        unknown: false,
        payload,
    };
    let failed = |source| RuntimeError::Outgoing { topic: topic.to_owned(), number: at.millis(), source };
    let body = encode(&event).map_err(failed)?;
    let message = Message::new(topic, "*", body).in_partition(0).with_headers(structured_headers());
    Ok(writer.write(vec![message]).await?)
}
