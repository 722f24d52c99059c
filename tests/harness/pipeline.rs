use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{
        LazyLock, Once,
        atomic::{AtomicU32, Ordering},
    },
};

use tempfile::TempDir;
use tribute_events::Arrival;
use tribute_services::{Engine, Incoming, Reach, Receipt, Service, Taken, Turn};
use tribute_store::{
    Database,
    sea_orm::{self, ConnectionTrait},
};
use tribute_vault::{Vault, VaultKey};

use crate::{Books, wait};

/// An engine on a database of its own.
pub struct Pipeline {
    engine: Option<Engine>,
    /// Where the services run apart: the engines of those after attribution.
    booking: Option<[Engine; 4]>,
    url: String,
    home: Home,
    fed: usize,
}

enum Home {
    Folder(#[expect(dead_code, reason = "removed when it is dropped")] TempDir),
    Schema {
        server: String,
        name: String,
    },
    /// It is another pipeline's, which removes it.
    AnothersPlace,
}

/// An empty database with every table, to copy from: making the tables takes longer than most tests.
static EMPTY: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = new_folder();
    let path = folder.path().join("empty.db");
    let database = wait(Database::open(path.to_str().unwrap())).unwrap();
    wait(database.connection().clone().close()).unwrap();
    drop(database);
    assert!(!path.with_extension("db-wal").exists(), "the empty database was not closed");
    (folder, path)
});
static SCHEMAS: AtomicU32 = AtomicU32::new(0);
static ABSENT: Once = Once::new();

/// A folder in memory where the machine has one: these tests are not about disks.
fn new_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let in_memory = memory.is_dir().then(|| tempfile::tempdir_in(memory).ok()).flatten();
    in_memory.unwrap_or_else(|| tempfile::tempdir().unwrap())
}

/// The PostgreSQL server to test on. Where there is none, one line says so, past the capture of the test runner.
pub fn postgres_url() -> Option<String> {
    let url = env::var("TRIBUTE_TEST_DATABASE_URL").ok();
    if url.is_none() {
        ABSENT.call_once(|| {
            let line = "TRIBUTE_TEST_DATABASE_URL is not set: PostgreSQL was not compared with SQLite\n";
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        });
    }
    url
}

impl Pipeline {
    /// On a fresh SQLite file.
    pub fn on_sqlite() -> Self {
        let folder = new_folder();
        let path = folder.path().join("books.db");
        fs::copy(&EMPTY.1, &path).unwrap();
        Self::open(path.to_str().unwrap().to_owned(), Home::Folder(folder))
    }

    /// On a fresh schema of a PostgreSQL server.
    pub fn on_postgres(server: &str) -> Self {
        let name = format!("whole_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        administer(server, &format!("CREATE SCHEMA {name}"));
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options[search_path]={name}");
        Self::open(url, Home::Schema { server: server.to_owned(), name })
    }

    fn open(url: String, home: Home) -> Self {
        Self { engine: Some(open_engine(&url)), booking: None, url, home, fed: 0 }
    }

    /// Every service by itself from now on, as in processes of their own. Those after attribution take their turns only
    /// when it waits for them: as far behind as they may be.
    #[must_use]
    pub fn apart(mut self) -> Self {
        self.booking = Some(Service::BOOKING.map(|_| open_engine(&self.url)));
        self
    }

    /// Another process over the same database.
    pub fn beside(&self) -> Self {
        Self::open(self.url.clone(), Home::AnothersPlace)
    }

    /// Closes the database and the engine and opens both again, as after a restart.
    pub fn restart(&mut self) {
        self.catch_up();
        let engine = self.engine.take().unwrap();
        let readers = engine.database().connection().clone();
        drop(engine);
        wait(readers.close()).unwrap();
        self.engine = Some(open_engine(&self.url));
    }

    /// One batch. A line without `recordedtime` was recorded when it happened.
    pub fn feed<L: AsRef<[u8]>>(&mut self, lines: &[L]) -> Receipt {
        let batch = lines.iter().map(|line| self.incoming(line.as_ref())).collect();
        self.process(batch).unwrap_or_else(|error| panic!("a batch was not processed: {error:?}"))
    }

    /// Batches of so many lines.
    pub fn feed_by<L: AsRef<[u8]>>(&mut self, size: usize, lines: &[L]) -> Receipt {
        let mut total = Receipt::default();
        lines.chunks(size).for_each(|chunk| total.add(&self.feed(chunk)));
        total
    }

    /// Bytes as they come in, named by their place in what was fed.
    pub fn incoming(&mut self, bytes: &[u8]) -> Incoming {
        self.fed += 1;
        Incoming::read(bytes.to_vec(), Arrival::Backfill, format!("test:{}", self.fed))
    }

    /// A batch that was read already.
    ///
    /// # Errors
    /// What the engine reports; nothing of the batch was written then.
    pub fn process(&mut self, batch: Vec<Incoming>) -> Result<Receipt, tribute_services::ServiceError> {
        if self.booking.is_none() {
            return wait(self.engine.as_mut().unwrap().process(batch));
        }
        loop {
            let engine = self.engine.as_mut().unwrap();
            match wait(engine.process_from(batch.clone(), &[], Reach::Attribution))? {
                Taken::Done(receipt) => return Ok(receipt),
                Taken::Later => self.catch_up(),
            }
        }
    }

    /// The services after attribution take their turns until nothing waits.
    fn catch_up(&mut self) {
        let Some(engines) = &mut self.booking else { return };
        let mut idle = false;
        while !idle {
            for (engine, service) in engines.iter_mut().zip(Service::BOOKING) {
                idle = wait(engine.take_turn(&[service])).unwrap() == Turn::Idle;
            }
        }
    }

    /// The database.
    pub fn database(&self) -> &Database {
        self.engine.as_ref().unwrap().database()
    }

    /// The configuration that the events add up to.
    pub fn registry(&self) -> &tribute_terms::Registry {
        self.engine.as_ref().unwrap().registry()
    }

    /// Everything that is in it.
    pub fn books(&mut self) -> Books {
        self.catch_up();
        wait(Books::read(self.database()))
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if let Home::Schema { server, name } = &self.home {
            drop((self.engine.take(), self.booking.take()));
            administer(server, &format!("DROP SCHEMA {name} CASCADE"));
        }
    }
}

fn open_engine(url: &str) -> Engine {
    let engine = wait(async { Engine::open(Database::open(url).await.unwrap()).await.unwrap() });
    // One key for all: the same facts are sealed alike wherever they go.
    engine.with_vault(Vault::with(VaultKey::parse(&"07".repeat(32)).unwrap()))
}

/// Runs one statement on a server.
pub fn administer(server: &str, statement: &str) {
    wait(async {
        let connection = sea_orm::Database::connect(server).await.unwrap();
        connection.execute_unprepared(statement).await.unwrap();
        connection.close().await.unwrap();
    });
}
