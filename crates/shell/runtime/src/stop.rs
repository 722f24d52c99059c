//! The word that it is time to stop.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::RuntimeError;

/// Hears that it is time to stop. Clones hear the same.
#[derive(Debug, Clone)]
pub struct Stop {
    heard: watch::Receiver<bool>,
}

impl Stop {
    /// Stops at SIGTERM and at SIGINT.
    ///
    /// # Errors
    /// Where the signals cannot be heard.
    pub fn on_signals() -> Result<Self, RuntimeError> {
        let (say, stop) = Self::by_hand();
        let mut end = signal(SignalKind::terminate()).map_err(RuntimeError::Signals)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(RuntimeError::Signals)?;
        tokio::spawn(async move {
            tokio::select! { _ = end.recv() => {}, _ = interrupt.recv() => {} }
            tracing::info!("stopping");
            let _nobody_listens = say.send(true);
            // Whoever hears of it may take as long as it needs; the sender has to live until then.
            std::future::pending::<()>().await;
        });
        Ok(stop)
    }

    /// Stops when `true` is sent.
    #[must_use]
    pub fn by_hand() -> (watch::Sender<bool>, Self) {
        let (say, heard) = watch::channel(false);
        (say, Self { heard })
    }

    /// Whether it is time.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.heard.borrow()
    }

    /// Waits until it is time; for ever where nobody can say so any more.
    pub async fn wait(&mut self) {
        if self.heard.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Rests, unless it is time to stop.
    pub async fn rest(&mut self, for_this_long: Duration) {
        tokio::select! { () = self.wait() => {}, () = tokio::time::sleep(for_this_long) => {} }
    }
}
