//! A database file: whether it can be written to, and for how long.

use std::{fs, path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Findings, State};

/// How long another process may hold the lock before it is said.
const LOCK_MAX: Duration = Duration::from_secs(3);
const GIB: u64 = 1 << 30;

pub(super) fn examine(file: &Path, found: &mut Findings) {
    match look(file) {
        Ok(mode) => {
            found.ok("database", format!("{} can be written to", file.display()));
            let ill = format!(
                "its journal mode is `{mode}`: readers and the writer wait for each other; any command that writes sets it to WAL"
            );
            found.judge(
                "journal",
                mode == "wal",
                "readers and the writer do not wait for each other",
                (State::Warning, ill),
            );
        }
        Err(error) => {
            let (state, text) = refusal(file, &error);
            found.add("database", state, text);
        }
    }
    space(file, found);
}

/// Takes the lock of those who write, and lets go of it. Answers with the journal mode.
fn look(file: &Path) -> rusqlite::Result<String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(LOCK_MAX)?;
    let mode = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
    Ok(mode)
}

fn refusal(file: &Path, error: &rusqlite::Error) -> (State, String) {
    let file = file.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            State::Warning,
            format!(
                "another process has held the lock of {file} for {} s; `fuser {file}` names it. One process at a time \
                 takes events in",
                LOCK_MAX.as_secs()
            ),
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
            State::Wrong,
            format!("{file} or its folder cannot be written to: give both to the user that runs Tribute"),
        ),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => (
            State::Wrong,
            format!("{file} is damaged or no database ({error}): `tribute restore` puts a copy back"),
        ),
        _ => (State::Wrong, format!("{file}: {error}")),
    }
}

fn space(file: &Path, found: &mut Findings) {
    let size = fs::metadata(file).map_or(0, |it| it.len());
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let needed = size.max(GIB);
            let ill = format!(
                "{} MiB are free, less than a copy of the file or the least to work with ({} MiB); make room: a full \
                 disk stops everything, and loses nothing",
                free >> 20,
                needed >> 20
            );
            let well = format!("{} MiB are free, the file has {} MiB", free >> 20, size >> 20);
            found.judge("disk", free >= needed, &well, (State::Warning, ill));
        }
        Err(error) => found.add("disk", State::Unknown, format!("its free space cannot be read: {error}")),
    }
}
