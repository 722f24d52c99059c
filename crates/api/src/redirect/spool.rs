//! Clicks on their way to the log: lines of files of the local disk.
//!
//! A click is written to the file at hand before its shopper is sent on; that takes microseconds, where a commit takes
//! milliseconds. So the process may be killed at any instant; only where the machine itself loses power is what was written
//! in the last moments before the next [drain](Spool::drain), which syncs it, not certain. Every file is deleted once the
//! log holds all of it; what is given twice after a crash has no effect, since clicks have ids.
//!
//! A file that is at hand is locked by its process: whoever starts later takes over what nobody holds.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tribute_events::Timestamp;

use super::incoming;
use crate::{Intake, access::key::new_name};

/// How many bytes may wait. Beyond that clicks are lost, and counted.
const BYTES_MAX: u64 = 512 << 20;
/// How many clicks are given to the log at once.
const BATCH: usize = 1_000;
const OPEN: &str = "open";
const SEALED: &str = "sealed";

/// The spool of a folder.
pub(super) struct Spool {
    folder: PathBuf,
    open: Mutex<Open>,
    /// Bytes in sealed files.
    waiting: AtomicU64,
    lost: AtomicU64,
}

/// The file at hand.
struct Open {
    file: File,
    path: PathBuf,
    bytes: u64,
}

impl Open {
    /// A new file, which is locked before anybody may see it.
    fn new(folder: &Path) -> io::Result<Self> {
        let name = new_name("clicks").map_err(io::Error::other)?;
        let (hidden, path) = (folder.join(format!("{name}.new")), folder.join(format!("{name}.{OPEN}")));
        let file = File::options().create_new(true).append(true).open(&hidden)?;
        file.lock()?;
        fs::rename(hidden, &path)?;
        Ok(Self { file, path, bytes: 0 })
    }
}

impl Spool {
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let waiting = adopt(folder)?;
        let open = Mutex::new(Open::new(folder)?);
        Ok(Self { folder: folder.to_owned(), open, waiting: waiting.into(), lost: AtomicU64::new(0) })
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    /// Writes a line. Where that is not possible the click is lost, which is counted and logged: the shopper goes on.
    pub(super) fn append(&self, line: &[u8]) {
        if let Err(error) = self.try_append(line) {
            let lost = self.lost.fetch_add(1, Relaxed).saturating_add(1);
            tracing::error!(%error, lost, folder = %self.folder.display(), "a click could not be recorded");
        }
    }

    fn try_append(&self, line: &[u8]) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX).saturating_add(1);
        if open.bytes.saturating_add(self.waiting.load(Relaxed)).saturating_add(length) > BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "too many clicks wait for the log"));
        }
        let whole = [line, b"\n"].concat();
        if let Err(error) = open.file.write_all(&whole) {
            // Half a line would spoil the next one.
            open.file.set_len(open.bytes)?;
            return Err(error);
        }
        open.bytes = open.bytes.saturating_add(length);
        Ok(())
    }

    /// Gives what waits to the log; what the log does not take stays.
    pub(super) async fn drain(&self, intake: &dyn Intake, now: fn() -> Timestamp) {
        let sealed = match tokio::task::block_in_place(|| self.seal().and_then(|()| sealed(&self.folder))) {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::warn!(%error, folder = %self.folder.display(), "clicks wait; the folder cannot be read");
                return;
            }
        };
        for path in sealed {
            if let Err(error) = self.give(&path, intake, now).await {
                tracing::warn!(%error, file = %path.display(), "clicks wait for the log");
                return;
            }
        }
    }

    /// Puts a new file in the place of the one at hand, and makes that one durable.
    fn seal(&self) -> io::Result<()> {
        let full = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            if open.bytes == 0 {
                return Ok(());
            }
            let next = Open::new(&self.folder)?;
            self.waiting.fetch_add(open.bytes, Relaxed);
            std::mem::replace(&mut *open, next)
        };
        full.file.sync_all()?;
        fs::rename(&full.path, full.path.with_extension(SEALED))
    }

    async fn give(
        &self,
        path: &Path,
        intake: &dyn Intake,
        now: fn() -> Timestamp,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let bytes = match tokio::fs::read(path).await {
            Ok(bytes) => bytes,
            // Another process gave it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // A last line without its end was never answered for.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end.saturating_add(1));
        let lines =
            bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n').filter(|it| !it.is_empty());
        let lines: Vec<_> = lines.enumerate().collect();
        for batch in lines.chunks(BATCH) {
            let events = batch.iter().map(|(at, line)| incoming(line, *at, &name, now())).collect();
            // Where too much waits it is given again, from the beginning: what is known by then has no effect.
            intake.accept(events).await?;
        }
        tokio::fs::remove_file(path).await?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let _before = self.waiting.fetch_update(Relaxed, Relaxed, |all| Some(all.saturating_sub(length)));
        Ok(())
    }
}

/// Seals the files that nobody holds any more, and says how many bytes wait.
fn adopt(folder: &Path) -> io::Result<u64> {
    let mut waiting = 0_u64;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.extension().and_then(|it| it.to_str()) {
            Some(OPEN) => {
                let file = File::options().append(true).open(&path)?;
                match file.try_lock() {
                    Ok(()) => {
                        waiting = waiting.saturating_add(file.metadata()?.len());
                        fs::rename(&path, path.with_extension(SEALED))?;
                    }
                    Err(TryLockError::WouldBlock) => {}
                    Err(TryLockError::Error(error)) => return Err(error),
                }
            }
            Some(SEALED) => waiting = waiting.saturating_add(path.metadata()?.len()),
            _ => {}
        }
    }
    Ok(waiting)
}

/// The sealed files.
fn sealed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let all = fs::read_dir(folder)?.map(|entry| entry.map(|it| it.path())).collect::<io::Result<Vec<_>>>()?;
    let mut sealed: Vec<_> =
        all.into_iter().filter(|path| path.extension().is_some_and(|it| it == SEALED)).collect();
    sealed.sort();
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as StdMutex;

    use async_trait::async_trait;
    use tribute_services::Incoming;

    use super::*;
    use crate::{AcceptError, Answer};

    /// A log that is away until it is told to take.
    #[derive(Default)]
    struct Log(StdMutex<(bool, Vec<String>)>);

    #[async_trait]
    impl Intake for Log {
        async fn accept(&self, events: Vec<Incoming>) -> Result<Vec<Answer>, AcceptError> {
            let mut log = self.0.lock().unwrap();
            if !log.0 {
                return Err(AcceptError::Away("away".into()));
            }
            log.1.extend(events.iter().map(|it| String::from_utf8(it.bytes.clone()).unwrap()));
            Ok(vec![Answer::Accepted; events.len()])
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_millis(0)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_click_outlives_the_process_and_the_absence_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::default();
        let spool = Spool::open(folder.path()).unwrap();
        spool.append(b"one");
        spool.drain(&log, now).await;
        spool.append(b"two");
        // A second process takes nothing that the first one holds.
        let second = Spool::open(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        drop((spool, second));
        let third = Spool::open(folder.path()).unwrap();
        log.0.lock().unwrap().0 = true;
        third.drain(&log, now).await;
        let mut taken = log.0.lock().unwrap().1.clone();
        taken.sort();
        assert_eq!(taken, ["one", "two"]);
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()).collect();
        assert!(left.iter().all(|it| it.extension().unwrap() == OPEN), "{left:?}");
        assert_eq!((third.waiting.load(Relaxed), third.lost()), (0, 0));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_line_that_was_cut_off_is_left_out_and_a_full_spool_counts_what_it_loses() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("clicks_x.open"), b"one\ntw").unwrap();
        let (log, spool) = (Log::default(), Spool::open(folder.path()).unwrap());
        log.0.lock().unwrap().0 = true;
        spool.drain(&log, now).await;
        assert_eq!(log.0.lock().unwrap().1, ["one"]);
        spool.waiting.store(BYTES_MAX, Relaxed);
        spool.append(b"three");
        assert_eq!(spool.lost(), 1);
    }
}
