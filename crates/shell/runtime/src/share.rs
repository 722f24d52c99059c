//! A worker's share of the sources of its group, kept up beside its work.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tribute_store::{Lease, Leases, Source, Standing, StoreError};

use crate::Health;

/// Keeps a worker in its group: says in time that it is alive, however long its batches take.
pub struct Share {
    leases: Leases,
    standing: watch::Receiver<Standing>,
    releases: mpsc::Sender<Release>,
    task: JoinHandle<()>,
}

struct Release {
    leases: Vec<Lease>,
    done: oneshot::Sender<()>,
}

impl Share {
    /// Joins the group for these sources, each with the number at which it begins where it is new.
    #[must_use]
    pub fn join(leases: Leases, sources: Vec<(Source, i64)>, lasts: Duration, health: Health) -> Self {
        let (say, standing) = watch::channel(Standing::default());
        let (releases, asked) = mpsc::channel(8);
        let task = tokio::spawn(keep(leases.clone(), sources, lasts / 4, health, say, asked));
        Self { leases, standing, releases, task }
    }

    /// How things stood last.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// Waits until something changes.
    pub async fn changed(&mut self) {
        if self.standing.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Gives sources back. When this returns, [`standing`](Self::standing) knows of it.
    pub async fn release(&self, leases: Vec<Lease>) {
        let (done, released) = oneshot::channel();
        if self.releases.send(Release { leases, done }).await.is_ok() {
            let _ended = released.await;
        }
    }

    /// Leaves the group.
    ///
    /// # Errors
    /// Where the database fails; the lease ends by itself then.
    pub async fn leave(self, held: &[Lease]) -> Result<(), StoreError> {
        self.task.abort();
        self.leases.leave(held).await
    }
}

async fn keep(
    leases: Leases,
    sources: Vec<(Source, i64)>,
    every: Duration,
    health: Health,
    say: watch::Sender<Standing>,
    mut asked: mpsc::Receiver<Release>,
) {
    let names = sources.iter().map(|(source, _)| source.name.clone()).collect();
    let mut done = None;
    loop {
        match leases.refresh(&sources).await {
            Ok(standing) => {
                health.database_answered(true);
                health.holds(&names, &standing);
                say.send_if_modified(|known| std::mem::replace(known, standing.clone()) != standing);
            }
            Err(error) => {
                health.database_answered(false);
                tracing::warn!(%error, "the leases were not renewed; trying again");
            }
        }
        if let Some(done) = done.take() {
            let done: oneshot::Sender<()> = done;
            let _gone = done.send(());
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            release = asked.recv() => {
                let Some(release) = release else { return };
                if let Err(error) = leases.release(&release.leases).await {
                    tracing::warn!(%error, "leases were not given back; they end by themselves");
                }
                done = Some(release.done);
            }
        }
    }
}
