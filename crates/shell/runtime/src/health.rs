//! How a process fares: what `/readyz` answers, and the metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tribute_services::Receipt;
use tribute_store::Standing;

use crate::metrics::{Metrics, Outcome, WebhookOutcome};

/// Why a process is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It has not begun yet.
    Starting,
    /// It is stopping.
    Stopping,
    /// The database does not answer.
    Database,
    /// The log does not answer.
    Log,
    /// It has worked at one thing for this long.
    Slow(Duration),
    /// Something that a person has to look after.
    Other(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("it has not begun yet"),
            Self::Stopping => f.write_str("it is stopping"),
            Self::Database => f.write_str("the database does not answer; what comes in waits for it"),
            Self::Log => f.write_str("the brokers do not answer; what is to be written waits for them"),
            Self::Slow(time) => write!(f, "it has worked at one batch for {} s", time.as_secs()),
            Self::Other(what) => f.write_str(what),
        }
    }
}

/// How a process fares. Clones share it.
#[derive(Debug, Clone)]
pub struct Health {
    service: &'static str,
    state: Arc<Mutex<State>>,
    pub(crate) metrics: Arc<Metrics>,
}

#[derive(Debug)]
struct State {
    started: bool,
    stopping: bool,
    database: bool,
    log: bool,
    working_since: Option<Instant>,
    others: BTreeMap<String, String>,
}

/// A batch may take this long before the process says that it is slow.
const SLOW: Duration = Duration::from_secs(60);

impl Health {
    /// Of a process that runs this service.
    #[must_use]
    pub fn new(service: &'static str) -> Self {
        let others = BTreeMap::new();
        let state =
            State { started: false, stopping: false, database: true, log: true, working_since: None, others };
        Self { service, state: Arc::new(Mutex::new(state)), metrics: Arc::new(Metrics::new()) }
    }

    /// Why it is not ready to do its work, if it is not.
    #[must_use]
    pub fn troubles(&self) -> Vec<Trouble> {
        self.with(|state| {
            let slow = state.working_since.map(|since| since.elapsed()).filter(|time| *time > SLOW);
            let stated = [
                (!state.started, Trouble::Starting),
                (state.stopping, Trouble::Stopping),
                (!state.database, Trouble::Database),
                (!state.log, Trouble::Log),
            ];
            let stated = stated.into_iter().filter_map(|(is_so, trouble)| is_so.then_some(trouble));
            let others = state.others.values().cloned().map(Trouble::Other);
            stated.chain(slow.map(Trouble::Slow)).chain(others).collect()
        })
    }

    /// How long it has been at one piece of work.
    #[must_use]
    pub fn working_for(&self) -> Option<Duration> {
        self.with(|state| state.working_since.map(|since| since.elapsed()))
    }

    /// It has begun.
    pub fn started(&self) {
        self.with(|state| state.started = true);
    }

    /// It is stopping.
    pub fn stopping(&self) {
        self.with(|state| state.stopping = true);
    }

    /// Whether the database answered last.
    pub fn database_answered(&self, answered: bool) {
        self.metrics.database.set(answered.into());
        self.with(|state| state.database = answered);
    }

    pub(crate) fn log_answered(&self, answered: bool) {
        self.metrics.broker.set(answered.into());
        self.with(|state| state.log = answered);
    }

    /// What this process has of these sources; a process may have shares of several groups.
    pub(crate) fn holds(&self, names: &BTreeSet<String>, standing: &Standing) {
        let mut counts: BTreeMap<&str, i64> = names.iter().map(|name| (name.as_str(), 0)).collect();
        for lease in &standing.held {
            let count = counts.entry(&lease.source.name).or_default();
            *count = count.saturating_add(1);
        }
        for (source, count) in counts {
            self.metrics.set_leases(source, count);
        }
    }

    /// A piece of work begins (`true`) or has ended.
    pub(crate) fn working(&self, working: bool) {
        self.with(|state| state.working_since = working.then(Instant::now));
    }

    /// Something that a person has to look after, under a name; nothing where it is over.
    pub(crate) fn trouble(&self, name: &str, what: Option<String>) {
        self.with(|state| match what {
            Some(what) => drop(state.others.insert(name.to_owned(), what)),
            None => drop(state.others.remove(name)),
        });
    }

    pub(crate) fn count(&self, outcome: Outcome, count: u64) {
        self.metrics.count(self.service, outcome, count);
    }

    pub(crate) fn took(&self, receipt: &Receipt, time: Duration) {
        self.count(Outcome::Accepted, receipt.accepted);
        self.count(Outcome::Duplicate, receipt.duplicates);
        self.count(Outcome::Quarantined, receipt.quarantined_in_all());
        self.metrics.batch_seconds.observe(time.as_secs_f64());
        let events = u32::try_from(receipt.received).unwrap_or(u32::MAX);
        self.metrics.batch_events.observe(events.into());
    }

    /// An attempt to deliver a webhook ended like this.
    pub fn webhook_attempted(&self, outcome: WebhookOutcome) {
        self.metrics.count_webhook(outcome);
    }

    /// How many webhooks wait to be delivered, and how old the oldest of them is.
    pub fn webhooks_waiting(&self, count: i64, oldest_seconds: i64) {
        self.metrics.webhooks_waiting.set(count);
        self.metrics.webhook_oldest.set(oldest_seconds);
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
