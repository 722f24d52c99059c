//! The system under test: topics on the brokers, a database of its own, and `tribute run all`.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    io::Write,
    path::PathBuf,
    process::{Child, Command},
    sync::LazyLock,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tribute_events::Event;
use tribute_store::{
    Database, Entity,
    entity::{event_log, outbox, source_position},
};
use tribute_tests::{administer, postgres_url, wait};

use crate::{kcat, shop, toolbox};

/// How long it may take to take in what is in the topics and to publish what comes of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The command, as Cargo builds it.
static COMMAND: LazyLock<PathBuf> = LazyLock::new(|| {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["build", "--quiet", "--package", "tribute", "--message-format", "json"];
    let mut build = Command::new(cargo);
    // What Cargo tells this test about its package would make other packages stale.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            build.env_remove(name);
        }
    }
    let output = toolbox::run(build.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")), "install Rust");
    let messages = String::from_utf8(output).unwrap();
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of_tribute =
        |message: &Value| message["target"]["name"] == "tribute" && message["executable"].is_string();
    let found = messages.into_iter().find(of_tribute).expect("Cargo names the command that it built");
    found["executable"].as_str().unwrap().into()
});

/// The command.
pub(crate) fn command() -> &'static std::path::Path {
    &COMMAND
}

/// Runs the command to its end; returns what it printed.
pub(crate) fn tribute(arguments: &[&str]) -> String {
    let mut command = Command::new(&*COMMAND);
    String::from_utf8(toolbox::run(command.args(arguments), "see above")).unwrap()
}

/// A running installation. It ends, and its database goes, with this value.
pub(crate) struct Installation {
    pub(crate) brokers: String,
    /// Part of every brand, so that no other run's events are taken for this one's.
    pub(crate) run: String,
    server: String,
    url: String,
    name: String,
    log: PathBuf,
    database: Option<Database>,
    services: Child,
}

impl Installation {
    /// Nothing where there are no servers to test with; a line says so, past the capture of the test runner.
    pub(crate) fn start() -> Option<Self> {
        let Ok(brokers) = env::var("TRIBUTE_TEST_BROKERS") else {
            let line = "TRIBUTE_TEST_BROKERS is not set: nothing was exchanged with programs of others\n";
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            return None;
        };
        let server = postgres_url()?;
        let run = format!("{:x}", crate::now().millis());
        let name = format!("interop_{}_{run}", std::process::id());
        administer(&server, &format!("CREATE DATABASE {name}"));
        let (place, _) = server.rsplit_once('/').unwrap();
        let url = format!("{place}/{name}");
        let database = Some(wait(Database::open(&url)).unwrap());
        tribute(&["topics", "create", "--brokers", &brokers]);
        let log = toolbox::cache().join(format!("{name}.log"));
        let mut services = Command::new(&*COMMAND);
        services.args(["run", "all", "--brokers", &brokers, "--db", &url]);
        let services = services.stderr(File::create(&log).unwrap()).spawn().unwrap();
        Some(Self { brokers, run, server, url, name, log, database, services })
    }

    fn rows<E: Entity>(&self, condition: &str, values: &[&str]) -> Vec<E::Model> {
        wait(async {
            let mut transaction = self.database.as_ref().unwrap().begin().await.unwrap();
            let values = values.iter().map(|value| (*value).into()).collect();
            transaction.select::<E>(condition, values).await.unwrap()
        })
    }

    /// Waits until everything that is in the topics by now is taken in, and all that came of it is published.
    pub(crate) fn settle(&self) {
        let until = Instant::now() + PATIENCE;
        let ends = kcat::ends(&self.brokers);
        let reached = || {
            let rows = self.rows::<source_position::Entity>("partition >= 0", &[]);
            let known: BTreeMap<_, _> =
                rows.into_iter().map(|it| ((it.source, it.partition), it.next)).collect();
            ends.iter().all(|(place, end)| known.get(place).copied().unwrap_or_default() >= *end)
        };
        self.wait_for(until, "everything taken in", reached);
        let unpublished = "NOT EXISTS (SELECT 1 FROM source_position p \
                           WHERE p.source = 'outbox/' || stream AND p.next > events_last)";
        self.wait_for(until, "everything published", || {
            self.rows::<outbox::Entity>(unpublished, &[]).is_empty()
        });
    }

    fn wait_for(&self, until: Instant, what: &str, reached: impl Fn() -> bool) {
        while !reached() {
            let said = || fs::read_to_string(&self.log).unwrap_or_default();
            assert!(Instant::now() < until, "no end of waiting for: {what}. The services said:\n{}", said());
            sleep(Duration::from_millis(200));
        }
    }

    fn report(&self, arguments: &[&str]) -> Vec<Value> {
        let place = ["--format", "json", "--db", &self.url];
        serde_json::from_str(&tribute(&[arguments, &place].concat())).unwrap()
    }

    /// Order, ambassador and amount of every earning of a brand, as the report has them.
    pub(crate) fn earnings(&self, brand: &str) -> Vec<String> {
        let rows = self.report(&["report", "earnings", "--brand", brand]);
        let row = |row: &Value| {
            let texts =
                ["source", "ambassador", "amount", "currency"].map(|name| row[name].as_str().unwrap());
            texts.join(" ")
        };
        rows.iter().map(row).collect()
    }

    /// Code and event of everything of a brand that was put aside.
    pub(crate) fn put_aside(&self, brand: &str) -> Vec<String> {
        let rows = self.report(&["quarantine", "list"]);
        let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let ours = rows.iter().filter(|row| row["brand"] == brand);
        ours.map(|row| format!("{} {}", text(&row["code"]), text(&row["event"]))).collect()
    }

    /// The events of a brand as they were understood, by id.
    pub(crate) fn taken_in(&self, brand: &str) -> Vec<Event> {
        let rows = self.rows::<event_log::Entity>("brand = $1 ORDER BY event_id", &[brand]);
        let mut events: Vec<_> = rows.iter().map(|row| shop::understood(row.body.as_bytes())).collect();
        events.sort_by(|a, b| a.id.cmp(&b.id));
        events
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        drop((self.services.kill(), self.services.wait(), self.database.take()));
        administer(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        drop(fs::remove_file(&self.log));
    }
}
