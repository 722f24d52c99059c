//! The one connection that writes to a SQLite file, or to a SQLite database in memory.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::checkpoint::Checkpoints;
use super::sqlite::blocking;
use crate::database::{BUSY_TIMEOUT, STATEMENTS};
use crate::{Operation, StoreError};

/// How a SQLite file is written.
///
/// A commit does not wait for the disk; [`Database::sync`](crate::Database::sync) does. Shoppers and ambassadors come
/// in no order, so that a batch writes to pages all over the file: a long write-ahead log brings a page home once for
/// many batches, and it is done beside the writer, who does it himself only when the log has grown far beyond that.
pub const SETTINGS: &str = "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 49152; PRAGMA journal_size_limit = 134217728;
    PRAGMA cache_size = -131072; PRAGMA temp_store = MEMORY;";

/// The connection that writes, and what belongs to it on a disk; in memory there is nothing to make durable.
pub(crate) struct FileWriter {
    pub(super) connection: Connection,
    disk: Option<Disk>,
}

/// The write-ahead log, and who brings it home.
struct Disk {
    log: PathBuf,
    checkpoints: Checkpoints,
}

impl FileWriter {
    /// Opens a file. The page size holds for a new file only, and has to be set before anything else.
    pub(crate) fn open(path: &Path, create: bool) -> rusqlite::Result<Self> {
        let connection = connect(path, create)?;
        connection.execute_batch(SETTINGS)?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let checkpoints = Checkpoints::start(connect(path, false)?);
        Ok(Self { connection, disk: Some(Disk { log: log.into(), checkpoints }) })
    }

    /// Another connection to a file that is there, by which nothing is written.
    pub(crate) fn looking(path: &Path) -> rusqlite::Result<Self> {
        let connection = connect(path, false)?;
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -16384")?;
        Ok(Self { connection, disk: None })
    }

    /// Makes a database in memory, which connections of this process share by its name, a URI. It ends with the last of them.
    pub(crate) fn in_memory(name: &str) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_MEMORY
            | OpenFlags::SQLITE_OPEN_SHARED_CACHE
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(name, flags)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self { connection, disk: None })
    }

    /// Something was committed: what is in the log may be brought home.
    pub(super) fn committed(&self) {
        if let Some(disk) = &self.disk {
            disk.checkpoints.remind();
        }
    }

    /// Writes the file anew without anything that was deleted, and empties the write-ahead log. Whether the log could be
    /// emptied: somebody else may be reading.
    pub(crate) fn scrub(&self) -> rusqlite::Result<bool> {
        // The copy may be large: it goes to the disk, not to memory.
        self.connection.execute_batch("PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY")?;
        let busy = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], busy).map(|busy| busy == 0)
    }

    /// Makes everything that was committed durable.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        let Some(Disk { log, .. }) = &self.disk else { return Ok(()) };
        match blocking(|| File::open(log)?.sync_data()) {
            // Without a log there is nothing that is not in the file.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            synced => synced.map_err(|error| StoreError::new(Operation::Commit, "*", error)),
        }
    }
}

fn connect(path: &Path, create: bool) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let flags = if create { flags | OpenFlags::SQLITE_OPEN_CREATE } else { flags };
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}
