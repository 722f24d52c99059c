//! Straight into the books: one process that has the engine.

use std::sync::{Arc, Mutex as Latch, PoisonError};

use async_trait::async_trait;
use tokio::sync::{Mutex, mpsc, oneshot};
use tribute_services::{Engine, Exception, Incoming, NotNew, Receipt};

use super::{AcceptError, Answer, Intake};

/// The engine, which one at a time may use.
pub type SharedEngine = Arc<Mutex<Engine>>;

/// How many events make a batch at most.
const BATCH_EVENTS: usize = 4_000;

/// Gathers what comes at the same time, and has the engine take it in one transaction.
#[derive(Debug, Clone)]
pub struct EngineIntake {
    jobs: mpsc::Sender<Job>,
    taken: Arc<Latch<Receipt>>,
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
        let taken = Arc::default();
        tokio::spawn(work(engine, waits, Arc::clone(&taken)));
        Self { jobs, taken }
    }

    /// What became of everything that came in so far.
    #[must_use]
    pub fn taken(&self) -> Receipt {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
async fn work(engine: SharedEngine, mut waits: mpsc::Receiver<Job>, taken: Arc<Latch<Receipt>>) {
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
        take(&mut engine, jobs, &taken).await;
    }
}

async fn take(engine: &mut Engine, mut jobs: Vec<Job>, taken: &Latch<Receipt>) {
    let sizes: Vec<usize> = jobs.iter().map(|job| job.events.len()).collect();
    let batch = jobs.iter_mut().flat_map(|job| std::mem::take(&mut job.events)).collect();
    match engine.process(batch).await {
        Ok(receipt) => {
            taken.lock().unwrap_or_else(PoisonError::into_inner).add(&receipt);
            let mut answers = vec![Answer::Accepted; sizes.iter().sum()];
            for Exception { place, what } in receipt.exceptions {
                answers[place] = answer(what);
            }
            let mut answers = answers.into_iter();
            for (job, size) in jobs.into_iter().zip(sizes) {
                let answers = answers.by_ref().take(size).collect();
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

fn answer(exception: NotNew) -> Answer {
    match exception {
        NotNew::Duplicate => Answer::Duplicate,
        NotNew::Quarantined { number, code, reason } => {
            Answer::Quarantined { number: Some(number), code, reason }
        }
    }
}
