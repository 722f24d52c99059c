//! Opening a database, reading from it, and beginning to write.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{ConnectOptions, DatabaseConnection, DbBackend};
use sqlx::postgres::PgPool;
use tokio::sync::Mutex;

use crate::location::Location;
use crate::transaction::{FileWriter, PostgresWriter, SqliteWriter, Transaction, blocking};
use crate::{Operation, StoreError, migration, wall};

/// How long a writer waits for a writer of another process.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long PostgreSQL waits for the next statement of a transaction, and a statement for a lock.
const IDLE_MAX: &str = "10s";
const LOCK_MAX: &str = "30s";
/// Connections for reading, and on PostgreSQL as many again for writing.
pub(crate) const CONNECTIONS: u32 = 8;
/// Prepared statements that are kept on a connection: some for each table.
pub(crate) const STATEMENTS: usize = 256;

/// How many databases in memory this process has made: each has a name of its own.
static IN_MEMORY: AtomicU64 = AtomicU64::new(0);

/// The tables whose rows are looked up by key while events are taken in, and that have another index which begins alike.
const LOOK_AT_TABLES: &str = "ANALYZE sale, conversion, earning, post";

/// The tables that hold people, or input as it came.
const VACUUM: &str =
    "VACUUM person, person_account, person_address, person_detail, quarantine, log_record, outbox";

/// A database that is open and up to date. Clones share it.
#[derive(Debug, Clone)]
pub struct Database {
    readers: DatabaseConnection,
    writer: WriterSource,
}

#[derive(Clone)]
enum WriterSource {
    Sqlite {
        writer: Arc<Mutex<FileWriter>>,
        /// What a transaction that only reads uses; a database in memory has none.
        looking: Option<Arc<Mutex<FileWriter>>>,
    },
    Postgres(PgPool),
}

impl Database {
    /// Opens `postgres://…`, `sqlite:PATH?mode=rwc` or a plain path, which is created where it is absent, and
    /// brings the tables up to date.
    ///
    /// # Errors
    /// Where the address is not understood, the database cannot be reached, or a migration fails.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        match Location::parse(url)? {
            Location::Sqlite { path, create } => Self::open_file(&path, create).await,
            Location::Postgres(url) => Self::open_server(&url).await,
        }
    }

    /// Makes an empty SQLite database in memory, which ends with the last clone. It is for who writes first and reads then:
    /// a table that an open transaction has written to is not waited for, reading it fails.
    ///
    /// # Errors
    /// Where SQLite cannot make it, or a migration fails.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let name = format!("file:tribute-in-memory-{}", IN_MEMORY.fetch_add(1, Ordering::Relaxed));
        let writer =
            FileWriter::in_memory(&name).map_err(|error| StoreError::new(Operation::Open, "*", error))?;
        Box::pin(Self::migrated(writer, None, |read_only| memory_options(&name, read_only))).await
    }

    /// A connection for looking at a database as it is, without migrating it. The database refuses to write by it.
    ///
    /// # Errors
    /// Where the address is not understood, or the database cannot be reached; a file has to exist.
    pub async fn look(url: &str) -> Result<DatabaseConnection, StoreError> {
        match Location::parse(url)? {
            Location::Sqlite { path, .. } => connect(file_options(&path, true).max_connections(1)).await,
            Location::Postgres(url) => connect(server_options(&url, true).max_connections(1)).await,
        }
    }

    async fn open_file(path: &Path, create: bool) -> Result<Self, StoreError> {
        let writer =
            FileWriter::open(path, create).map_err(|error| StoreError::new(Operation::Open, "*", error))?;
        Box::pin(Self::migrated(writer, Some(path), |read_only| file_options(path, read_only))).await
    }

    /// Brings the tables of a SQLite database up to date, and opens it for reading. `options` are those of a connection
    /// that may write, or only read.
    async fn migrated(
        writer: FileWriter,
        path: Option<&Path>,
        options: impl Fn(bool) -> ConnectOptions,
    ) -> Result<Self, StoreError> {
        let migrating = connect(options(false).max_connections(1)).await?;
        migration::run(&migrating).await?;
        migrating.close().await.map_err(|error| StoreError::from_orm(Operation::Open, "*", error))?;
        let readers = connect(options(true).max_connections(CONNECTIONS)).await?;
        let looking = path.map(FileWriter::looking).transpose();
        let looking = looking.map_err(|error| StoreError::new(Operation::Open, "*", error))?;
        let looking = looking.map(|it| Arc::new(Mutex::new(it)));
        Ok(Self { readers, writer: WriterSource::Sqlite { writer: Arc::new(Mutex::new(writer)), looking } })
    }

    async fn open_server(url: &str) -> Result<Self, StoreError> {
        let writers = connect(server_options(url, false).max_connections(CONNECTIONS)).await?;
        migration::run(&writers).await?;
        let readers = connect(server_options(url, true).max_connections(CONNECTIONS)).await?;
        Ok(Self { readers, writer: WriterSource::Postgres(writers.get_postgres_connection_pool().clone()) })
    }

    /// Connections for reading, which see what was committed. The database refuses to write by them.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// The same database, whose connections for reading show one brand's rows only: that on whose
    /// [behalf](crate::on_behalf_of) they are used. A SQLite file has no second wall.
    #[must_use]
    pub fn walled(&self) -> Self {
        let readers = match &self.writer {
            WriterSource::Sqlite { .. } => self.readers.clone(),
            WriterSource::Postgres(pool) => wall::readers(pool),
        };
        Self { readers, writer: self.writer.clone() }
    }

    /// Begins a transaction that writes. SQLite has one writer: this waits until the one before is done.
    ///
    /// # Errors
    /// Where the database cannot be reached, or another process keeps it locked.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        match &self.writer {
            WriterSource::Sqlite { writer, .. } => {
                let connection = Arc::clone(writer).lock_owned().await;
                Ok(Transaction::sqlite(SqliteWriter::begin(connection)?))
            }
            WriterSource::Postgres(pool) => Ok(Transaction::postgres(PostgresWriter::begin(pool).await?)),
        }
    }

    /// Begins a transaction that only looks, by the connections for reading: nobody who writes waits for it, and the
    /// database refuses to write by it. On [walled](Self::walled) connections it sees one brand's rows. A database in memory
    /// has its one writer for this.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn begin_looking(&self) -> Result<Transaction, StoreError> {
        match &self.writer {
            WriterSource::Sqlite { looking: Some(connection), .. } => {
                let connection = Arc::clone(connection).lock_owned().await;
                Ok(Transaction::sqlite(SqliteWriter::begin_looking(connection)?))
            }
            WriterSource::Sqlite { .. } => self.begin().await,
            WriterSource::Postgres(_) => {
                let pool = self.readers.get_postgres_connection_pool();
                Ok(Transaction::postgres(PostgresWriter::begin(pool).await?))
            }
        }
    }

    /// Makes durable what was committed by [`Transaction::commit_ahead`]. What PostgreSQL commits is durable already.
    ///
    /// # Errors
    /// Where the disk fails: what was committed ahead may be lost with the machine's power.
    pub async fn sync(&self) -> Result<(), StoreError> {
        match &self.writer {
            WriterSource::Sqlite { writer, .. } => writer.lock().await.sync(),
            WriterSource::Postgres(_) => Ok(()),
        }
    }

    /// Has PostgreSQL look at what its tables hold. Until it has, it knows nothing of tables that were empty a moment ago,
    /// and may look a row up by an index that all rows of a brand share. By itself it looks a minute later.
    ///
    /// # Errors
    /// Where the server cannot be reached.
    pub async fn look_at_tables(&self) -> Result<(), StoreError> {
        let WriterSource::Postgres(pool) = &self.writer else { return Ok(()) };
        let looked = sqlx::query(LOOK_AT_TABLES).execute(pool).await;
        looked.map(|_| ()).map_err(|error| StoreError::new(Operation::Execute, "*", error))
    }

    /// Does away with what was deleted but is still on the disk: a SQLite file is written anew and its log emptied; on a
    /// server the tables that hold input as it came and people are vacuumed. It takes as long as the file is large. Whether
    /// nothing is left: somebody who reads at the moment may keep a log from being emptied.
    ///
    /// # Errors
    /// Where the database fails, or the disk has no room for a second copy of the file.
    pub async fn scrub(&self) -> Result<bool, StoreError> {
        let failed = |error| StoreError::new(Operation::Execute, "*", error);
        match &self.writer {
            WriterSource::Sqlite { writer, .. } => {
                let writer = writer.lock().await;
                blocking(|| writer.scrub()).map_err(|error| StoreError::new(Operation::Execute, "*", error))
            }
            WriterSource::Postgres(pool) => {
                sqlx::query(VACUUM).execute(pool).await.map(|_| true).map_err(failed)
            }
        }
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.readers.get_database_backend()
    }
}

impl std::fmt::Debug for WriterSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite { .. } => "Sqlite",
            Self::Postgres(_) => "Postgres",
        })
    }
}

fn file_options(path: &Path, read_only: bool) -> ConnectOptions {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:");
    options.sqlx_logging(false).map_sqlx_sqlite_opts(move |file| {
        let file = file.filename(&path).busy_timeout(BUSY_TIMEOUT).pragma("cache_size", "-16384");
        if read_only { file.pragma("query_only", "ON") } else { file }
    });
    options
}

fn memory_options(name: &str, read_only: bool) -> ConnectOptions {
    let name = name.to_owned();
    let mut options = ConnectOptions::new("sqlite:");
    options.sqlx_logging(false).map_sqlx_sqlite_opts(move |file| {
        let file = file.filename(&name).in_memory(true).shared_cache(true).create_if_missing(true);
        if read_only { file.pragma("query_only", "ON") } else { file }
    });
    options
}

fn server_options(url: &str, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).map_sqlx_postgres_opts(move |server| {
        let server =
            server.application_name("tribute").statement_cache_capacity(STATEMENTS).options([("jit", "off")]);
        // A worker that hangs in the middle of a batch must not hold its rows for ever: the server ends its session.
        let server =
            server.options([("idle_in_transaction_session_timeout", IDLE_MAX), ("lock_timeout", LOCK_MAX)]);
        if read_only { server.options([("default_transaction_read_only", "on")]) } else { server }
    });
    options
}

async fn connect(options: &mut ConnectOptions) -> Result<DatabaseConnection, StoreError> {
    let connected = sea_orm::Database::connect(options.clone()).await;
    connected.map_err(|error| StoreError::from_orm(Operation::Open, "*", error))
}
