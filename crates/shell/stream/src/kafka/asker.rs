//! A consumer with a thread for what blocks.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rdkafka::consumer::BaseConsumer;
use tokio::sync::oneshot;

use super::client::Context;
use crate::LogError;

type Question = Box<dyn FnOnce(&BaseConsumer<Context>) + Send>;

/// A consumer, and a thread of its own on which it is asked what blocks. Clones share both.
///
/// The thread ends after all clones are gone and is the last to let go of the consumer, which may say good-bye to
/// brokers that are away for a minute: the runtime, and the end of the process, wait for none of that.
#[derive(Clone)]
pub(super) struct Asker {
    // Goes before the sender, which keeps the thread.
    consumer: Arc<BaseConsumer<Context>>,
    questions: Sender<Question>,
}

impl Asker {
    pub(super) fn new(consumer: BaseConsumer<Context>) -> Self {
        let consumer = Arc::new(consumer);
        let (questions, asked) = channel();
        let shared = Arc::clone(&consumer);
        std::thread::spawn(move || answer(&shared, &asked));
        Self { consumer, questions }
    }

    pub(super) fn consumer(&self) -> &BaseConsumer<Context> {
        &self.consumer
    }

    /// Asks on the thread, one question after the other.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&BaseConsumer<Context>) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let (answer, answered) = oneshot::channel();
        let ask = move |consumer: &BaseConsumer<Context>| {
            // Nobody may be waiting any more.
            let _heard = answer.send(question(consumer));
        };
        let gone = || LogError::Broker {
            operation: "ask",
            detail: "the thread that asks the brokers is gone".into(),
            transient: false,
        };
        self.questions.send(Box::new(ask)).map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn answer(consumer: &Arc<BaseConsumer<Context>>, asked: &Receiver<Question>) {
    for question in asked {
        question(consumer);
    }
}

/// Takes what a client has to say that nobody polls. A poll returns nothing where there is nothing, and where it took
/// a line of the client's log: so it is asked more often than once.
pub(super) fn listen(consumer: &BaseConsumer<Context>) {
    let mut silent = 0;
    while silent < 50 {
        silent = if consumer.poll(Duration::ZERO).is_some() { 0 } else { silent + 1 };
    }
}
