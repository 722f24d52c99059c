//! The same on real servers, where they are given.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use sea_orm::ConnectionTrait;

use crate::harness::{Said, TERMS, command, given, tribute, tribute_with};

/// A database of a test's own, on the server that is given.
struct Server {
    admin: String,
    name: String,
    url: String,
}

static DATABASES: AtomicU32 = AtomicU32::new(0);

impl Server {
    fn new() -> Option<Self> {
        let admin = given("TRIBUTE_TEST_DATABASE_URL")?;
        let name = format!("operations_{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::Relaxed));
        execute(&admin, &format!("CREATE DATABASE {name}"));
        let (server, options) = admin.split_once('?').unwrap_or((&admin, ""));
        let (server, _) = server.rsplit_once('/').unwrap();
        let url = format!("{server}/{name}?{options}");
        Some(Self { url: url.trim_end_matches('?').to_owned(), admin, name })
    }

    fn execute(&self, statement: &str) {
        execute(&self.url, statement);
    }

    fn doctor(&self, variables: &[(&str, &str)]) -> Said {
        let folder = tempfile::tempdir().unwrap();
        let url = [("TRIBUTE_DATABASE_URL", self.url.as_str())];
        tribute_with(folder.path(), &[&url, variables].concat(), &["doctor"])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        execute(&self.admin, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn execute(url: &str, statement: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let connection = sea_orm::Database::connect(url).await.unwrap();
        connection.execute_unprepared(statement).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn a_server_is_looked_at() {
    let Some(server) = Server::new() else { return };
    let fresh = server.doctor(&[]);
    assert!(
        fresh.code == Some(3) && fresh.has(&["warning", "migrations", "not applied yet"]),
        "{}",
        fresh.out
    );
    let folder = tempfile::tempdir().unwrap();
    let url = [("TRIBUTE_DATABASE_URL", server.url.as_str())];
    tribute_with(folder.path(), &url, &["clock", "advance", "--to", "2026-01-01T00:00:00Z"]);
    let well = server.doctor(&[]);
    assert_eq!(well.code, Some(0), "{}", well.out);
    for part in [["database", "PostgreSQL"], ["locks", "10s"], ["clocks", "agree"], ["encoding", "UTF8"]] {
        assert!(well.has(&part), "{part:?}: {}", well.out);
    }
    server.execute(&format!("ALTER DATABASE {} SET synchronous_commit = off", server.name));
    server.execute("CREATE TABLE note (id BIGINT, body TEXT COLLATE \"en-x-icu\")");
    server.execute("INSERT INTO seaql_migrations VALUES ('9998_next', 0)");
    let ill = server.doctor(&[]);
    assert_eq!(ill.code, Some(3));
    assert!(ill.has(&["wrong", "durability", "synchronous_commit is off"]), "{}", ill.out);
    assert!(ill.has(&["warning", "collation", "note.body"]), "{}", ill.out);
    assert!(ill.has(&["warning", "migrations", "9998_next"]), "{}", ill.out);
}

#[test]
fn what_does_not_answer_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("TRIBUTE_DATABASE_URL", "postgres://ada:secret@127.0.0.1:1/books"),
        ("TRIBUTE_BROKERS", "127.0.0.1:1"),
    ];
    let began = Instant::now();
    let said = tribute_with(folder.path(), &variables, &["doctor"]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(
        said.has(&["unknown", "database", "ada:***@127.0.0.1:1", "(TRIBUTE_DATABASE_URL)"]),
        "{}",
        said.out
    );
    assert!(said.has(&["unknown", "brokers", "127.0.0.1:1"]), "{}", said.out);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

/// Waits until doctor says what is wanted.
fn await_doctor(server: &Server, variables: &[(&str, &str)], wanted: impl Fn(&Said) -> bool) -> Said {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let said = server.doctor(variables);
        if wanted(&said) {
            return said;
        }
        assert!(Instant::now() < until, "{}", said.out);
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn services_on_brokers_and_a_server_are_looked_at() {
    let (Some(brokers), Some(server)) = (given("TRIBUTE_TEST_BROKERS"), Server::new()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let variables = [("TRIBUTE_BROKERS", brokers.as_str())];
    assert_eq!(tribute_with(folder.path(), &variables, &["topics", "create"]).code, Some(0));
    let mut services =
        command(folder.path(), &["run", "all", "--db", &server.url, "--brokers", &brokers, "--lease", "3s"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
    let lives = |said: &Said| {
        ["attribution", "relay", "clock"].iter().all(|group| said.has(&["1 live in group", group]))
    };
    let well = await_doctor(&server, &variables, |said| lives(said) && said.has(&["ok", "positions"]));
    assert!(well.has(&["ok", "topics", "as the contract says"]), "{}", well.out);
    services.kill().unwrap();
    services.wait().unwrap();
    let gone = await_doctor(&server, &variables, |said| said.has(&["no live worker takes events in"]));
    assert_eq!(gone.code, Some(3));
    server.execute("UPDATE source_position SET next = 900000000 WHERE source = 'tribute.fx'");
    let beyond = server.doctor(&variables);
    assert!(beyond.has(&["wrong", "positions", "stand at 900000000"]), "{}", beyond.out);
}

/// Processes that are stopped in the end, also where the test fails.
struct Running(Vec<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _gone = (process.kill(), process.wait());
        }
    }
}

/// What an address says to a key; nothing where it does not answer yet, or refuses.
fn curl(key: &str, arguments: &[&str]) -> Option<String> {
    let authorization = format!("Authorization: Bearer {key}");
    let said = Command::new("curl").args(["-sf", "-H", &authorization]).args(arguments).output().unwrap();
    said.status.success().then(|| String::from_utf8_lossy(&said.stdout).into_owned())
}

fn await_said(key: &str, arguments: &[&str], wanted: &str) -> String {
    let until = Instant::now() + Duration::from_secs(90);
    loop {
        let said = curl(key, arguments);
        match said {
            Some(said) if said.contains(wanted) => return said,
            _ => assert!(Instant::now() < until, "{arguments:?} says {said:?}"),
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn what_one_process_takes_in_by_http_others_book_and_the_first_shows() {
    let (Some(brokers), Some(server)) = (given("TRIBUTE_TEST_BROKERS"), Server::new()) else { return };
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let variables = [("TRIBUTE_BROKERS", brokers.as_str()), ("TRIBUTE_DATABASE_URL", server.url.as_str())];
    let done = |arguments: &[&str]| {
        let said = tribute_with(folder, &variables, arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {}{}", said.out, said.err);
        said.out
    };
    done(&["topics", "create"]);
    std::fs::write(folder.join("terms.toml"), TERMS.replace("\"acme\"", "\"by-http\"")).unwrap();
    done(&["program", "apply", "terms.toml"]);
    let role = ["--name", "app", "--role", "brand_admin", "--format", "csv"];
    let made = done(&[&["key", "create", "--brand", "by-http"], &role[..]].concat());
    let key = made.lines().last().unwrap().split(',').nth(1).unwrap();
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let started = ["attribution", "commission", "rewards", "relay"]
        .map(|service| vec!["run", service, "--lease", "3s"]);
    let started = started.into_iter().chain([vec!["run", "api", "--listen", &listen]]);
    let start = |arguments: Vec<&str>| {
        let mut process = command(folder, &arguments);
        process.envs(variables).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let _running = Running(started.map(start).collect());

    let events = format!("http://{listen}/v1/events");
    let event = |id: &str, kind: &str, data: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/http","type":"tribute.{kind}","time":"2026-01-10T10:00:00Z","data":{data}}}"#
        )
    };
    let batch = [
        event("1", "ambassador.approved", r#"{"program":"friends","ambassador":"ada"}"#),
        event("2", "code.issued", r#"{"program":"friends","ambassador":"ada","code":"ADA10"}"#),
        event(
            "3",
            "sale.completed",
            r#"{"order":"1","currency":"EUR","codes":["ADA10"],"lines":[{"sku":"TOTE","quantity":1,"amount":"50.00"}]}"#,
        ),
        event("4", "sale.completed", r#"{"order":"2"}"#),
    ];
    let batch = format!("[{}]", batch.join(","));
    let content = ["-H", "Content-Type: application/cloudevents-batch+json", "--data", &batch, &events];
    let taken = await_said(key, &content, "accepted");
    assert!(taken.contains(r#"{"accepted":3,"duplicates":0,"quarantined":1,"#), "{taken}");
    let earnings = format!("http://{listen}/v1/programs/friends/earnings");
    let earned = await_said(key, &[&earnings], "order:1");
    assert!(earned.contains(r#""amount":"5.00","currency":"EUR""#), "{earned}");
    // What is known by now is told apart at once, and what could not be read lies in the quarantine.
    let again = await_said(key, &content, "duplicate");
    assert!(again.contains(r#"{"accepted":0,"duplicates":3,"quarantined":1,"#), "{again}");
    await_said(key, &[&format!("http://{listen}/v1/quarantine")], "tribute.unreadable/");
}

#[test]
fn brokers_that_ask_who_we_are_are_reached_by_every_way_of_saying_it() {
    let Some(brokers) = given("TRIBUTE_TEST_SECURE_BROKERS") else { return };
    let Some(authority) = given("TRIBUTE_TEST_SECURE_CA") else { return };
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "scram-secret\n").unwrap();
    let scram = [
        ("TRIBUTE_BROKERS", brokers.as_str()),
        ("TRIBUTE_KAFKA_SECURITY_PROTOCOL", "SASL_SSL"),
        ("TRIBUTE_KAFKA_TLS_CA", authority.as_str()),
        ("TRIBUTE_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
        ("TRIBUTE_KAFKA_SASL_USERNAME", "scram"),
        ("TRIBUTE_KAFKA_SASL_PASSWORD_FILE", password.to_str().unwrap()),
    ];
    let made = tribute_with(folder.path(), &scram, &["topics", "create"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let text = format!(
        "[kafka]\nbrokers = \"{brokers}\"\ntls.ca = \"{authority}\"\n\
         sasl = {{ mechanism = \"PLAIN\", username = \"plain\", password = \"plain-secret\" }}\n"
    );
    std::fs::write(folder.path().join("tribute.toml"), text).unwrap();
    let checked = tribute(folder.path(), &["topics", "check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.err);
    let wrong = [("TRIBUTE_KAFKA_SASL_PASSWORD", "not-the-secret")];
    let refused = tribute_with(folder.path(), &wrong, &["doctor"]);
    assert!(
        refused.code == Some(1) && refused.has(&["unknown", "brokers", "uthentication"]),
        "{}",
        refused.out
    );
    assert!(!refused.out.contains("not-the-secret") && !refused.err.contains("not-the-secret"));
}
