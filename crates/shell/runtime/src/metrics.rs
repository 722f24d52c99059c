//! What is counted and measured, for Prometheus.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::{
    counter::Counter,
    family::Family,
    gauge::Gauge,
    histogram::{Histogram, exponential_buckets},
};
use prometheus_client::registry::Registry;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// New, and in the log.
    Accepted,
    /// Known already.
    Duplicate,
    /// Put aside.
    Quarantined,
    /// Published.
    Published,
    /// Written to the log by intake.
    Sent,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
            Self::Published => "published",
            Self::Sent => "sent",
        }
    }
}

/// What an attempt to deliver a webhook came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookOutcome {
    /// It was taken.
    Delivered,
    /// It was not taken, and is tried again.
    Failed,
    /// It was not taken, and no attempt is left.
    GivenUp,
}

impl WebhookOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::GivenUp => "given_up",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempts {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Events {
    service: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Place {
    topic: String,
    partition: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Topic {
    topic: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Held {
    source: String,
}

/// The metrics of a process.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    events: Family<Events, Counter>,
    pub(crate) batch_seconds: Histogram,
    pub(crate) batch_events: Histogram,
    lag: Family<Place, Gauge>,
    oldest: Family<Topic, Gauge>,
    quarantine: Family<Code, Gauge>,
    pub(crate) refused: Counter<u64, AtomicU64>,
    unpublished: Family<Topic, Gauge>,
    pub(crate) handovers: Gauge,
    pub(crate) database: Gauge,
    pub(crate) broker: Gauge,
    leases: Family<Held, Gauge>,
    webhooks: Family<Attempts, Counter>,
    pub(crate) webhooks_waiting: Gauge,
    pub(crate) webhook_oldest: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("tribute"),
            events: Family::default(),
            batch_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 16)),
            batch_events: Histogram::new(exponential_buckets(1.0, 4.0, 8)),
            lag: Family::default(),
            oldest: Family::default(),
            quarantine: Family::default(),
            refused: Counter::default(),
            unpublished: Family::default(),
            handovers: Gauge::default(),
            database: Gauge::default(),
            broker: Gauge::default(),
            leases: Family::default(),
            webhooks: Family::default(),
            webhooks_waiting: Gauge::default(),
            webhook_oldest: Gauge::default(),
        };
        // Until somebody has asked, nothing is known to be away.
        metrics.database.set(1);
        metrics.broker.set(1);
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let it = &mut self.registry;
        it.register("events", "Events by what became of them", self.events.clone());
        it.register("batch_seconds", "How long batches took", self.batch_seconds.clone());
        it.register("batch_events", "How many events batches had", self.batch_events.clone());
        it.register("lag_records", "Records of a partition that are not taken in yet", self.lag.clone());
        it.register(
            "oldest_unprocessed_seconds",
            "Age of the oldest record that was read and is not taken in yet",
            self.oldest.clone(),
        );
        it.register("quarantine_open", "Events put aside, by reason", self.quarantine.clone());
        it.register(
            "refused_commits",
            "Commits refused because another worker took over",
            self.refused.clone(),
        );
        it.register("outbox_unpublished", "Events said and not published yet", self.unpublished.clone());
        it.register("handover_open", "Batches that wait to be booked", self.handovers.clone());
        it.register("database_up", "Whether the database answered last", self.database.clone());
        it.register("broker_up", "Whether the log answered last", self.broker.clone());
        it.register("leases", "Sources that this process has", self.leases.clone());
        it.register(
            "webhook_attempts",
            "Attempts to deliver webhooks, by what they came to",
            self.webhooks.clone(),
        );
        it.register("webhooks_waiting", "Webhooks that wait to be delivered", self.webhooks_waiting.clone());
        it.register(
            "webhook_oldest_seconds",
            "Age of the oldest webhook that waits to be delivered",
            self.webhook_oldest.clone(),
        );
    }

    pub(crate) fn count(&self, service: &'static str, outcome: Outcome, count: u64) {
        self.events.get_or_create(&Events { service, outcome: outcome.name() }).inc_by(count);
    }

    pub(crate) fn count_webhook(&self, outcome: WebhookOutcome) {
        self.webhooks.get_or_create(&Attempts { outcome: outcome.name() }).inc();
    }

    pub(crate) fn set_lag(&self, topic: &str, partition: i64, records: i64) {
        self.lag.get_or_create(&Place { topic: topic.to_owned(), partition }).set(records);
    }

    pub(crate) fn set_oldest(&self, topic: &str, seconds: i64) {
        self.oldest.get_or_create(&Topic { topic: topic.to_owned() }).set(seconds);
    }

    pub(crate) fn set_unpublished(&self, topic: &str, events: i64) {
        self.unpublished.get_or_create(&Topic { topic: topic.to_owned() }).set(events);
    }

    /// Replaces the numbers of all codes: one that is no longer there has none.
    pub(crate) fn set_quarantine(&self, codes: &[(String, i64)]) {
        self.quarantine.clear();
        for (code, count) in codes {
            self.quarantine.get_or_create(&Code { code: code.clone() }).set(*count);
        }
    }

    pub(crate) fn set_leases(&self, source: &str, count: i64) {
        self.leases.get_or_create(&Held { source: source.to_owned() }).set(count);
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(error) => format!("# {error}\n"),
        }
    }
}
