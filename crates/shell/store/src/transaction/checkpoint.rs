//! Brings the pages of the write-ahead log home into the file, beside the writer.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// The least time between two checkpoints: what is written again within it is brought home once.
const PAUSE: Duration = Duration::from_secs(1);

/// The thread that checkpoints a file. It waits for nobody, and nobody waits for it: where a reader or the writer is
/// in its way it leaves the rest to the next time.
pub(super) struct Checkpoints {
    reminders: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(super) fn start(connection: Connection) -> Self {
        let (reminders, reminded) = sync_channel(1);
        let thread = thread::spawn(move || run(&connection, &reminded));
        Self { reminders: Some(reminders), thread: Some(thread) }
    }

    /// Asks for a checkpoint, now or after the pause.
    pub(super) fn remind(&self) {
        // A full channel holds a reminder already.
        self.reminders.as_ref().map(|reminders| reminders.try_send(()));
    }
}

fn run(connection: &Connection, reminded: &Receiver<()>) {
    let mut last: Option<Instant> = None;
    while reminded.recv().is_ok() {
        if last.is_some_and(|last| last.elapsed() < PAUSE) {
            continue;
        }
        let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = done {
            tracing::warn!(%error, "a checkpoint failed; the write-ahead log grows until one succeeds");
        }
        last = Some(Instant::now());
    }
}

impl Drop for Checkpoints {
    /// Ends the thread, which closes its connection.
    fn drop(&mut self) {
        self.reminders = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that checkpoints ended abnormally");
        }
    }
}
