//! Straight into the books: one process that has the engine.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use tokio::sync::{Mutex, mpsc, oneshot};
use tribute_services::{Engine, Exception, Incoming, NotNew};

use super::{AcceptError, Answer, Intake};

/// The engine, which one at a time may use.
pub type SharedEngine = Arc<Mutex<Engine>>;

/// How many events make a batch at most.
const BATCH_EVENTS: usize = 4_000;

/// Gathers what comes at the same time, and has the engine take it in one transaction.
#[derive(Debug, Clone)]
pub struct EngineIntake {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    events: Vec<Incoming>,
    answer: oneshot::Sender<Result<Vec<Answer>, AcceptError>>,
}

impl EngineIntake {
    /// Over an engine. `waiting` requests may wait; whoever comes on top is told to come again.
    #[must_use]
    pub fn new(engine: SharedEngine, waiting: usize) -> Self {
        let (jobs, waits) = mpsc::channel(waiting.max(1));
        tokio::spawn(work(engine, waits));
        Self { jobs }
    }
}

#[async_trait]
impl Intake for EngineIntake {
    async fn accept(&self, events: Vec<Incoming>) -> Result<Vec<Answer>, AcceptError> {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job { events, answer }).map_err(|_| AcceptError::Busy)?;
        answered.await.unwrap_or_else(|gone| Err(AcceptError::Away(Box::new(gone))))
    }
}

/// Takes in whatever waits, batch by batch, until nobody can send any more.
async fn work(engine: SharedEngine, mut waits: mpsc::Receiver<Job>) {
    while let Some(first) = waits.recv().await {
        let mut engine = engine.lock().await;
        let mut count = first.events.len();
        let mut jobs = vec![first];
        while count < BATCH_EVENTS
            && let Ok(job) = waits.try_recv()
        {
            count = count.saturating_add(job.events.len());
            jobs.push(job);
        }
        take(&mut engine, jobs).await;
    }
}

async fn take(engine: &mut Engine, mut jobs: Vec<Job>) {
    let origins: Vec<Vec<String>> =
        jobs.iter().map(|job| job.events.iter().map(|event| event.origin.clone()).collect()).collect();
    let batch = jobs.iter_mut().flat_map(|job| std::mem::take(&mut job.events)).collect();
    match engine.process(batch).await {
        Ok(receipt) => {
            let mut exceptions: BTreeMap<String, NotNew> =
                receipt.exceptions.into_iter().map(|Exception { origin, what }| (origin, what)).collect();
            for (job, origins) in jobs.into_iter().zip(origins) {
                let answers = origins.iter().map(|origin| answer(exceptions.remove(origin))).collect();
                // Who asked may be gone; the events are in all the same.
                let _gone = job.answer.send(Ok(answers));
            }
        }
        Err(error) => {
            tracing::warn!(%error, "events were not taken in");
            let why = error.to_string();
            for job in jobs {
                let _gone = job.answer.send(Err(AcceptError::Away(why.clone().into())));
            }
        }
    }
}

fn answer(exception: Option<NotNew>) -> Answer {
    match exception {
        None => Answer::Accepted,
        Some(NotNew::Duplicate) => Answer::Duplicate,
        Some(NotNew::Quarantined { number, code, reason }) => {
            Answer::Quarantined { number: Some(number), code, reason }
        }
    }
}
