//! The OpenAPI document as tools of others read it: Redocly's and Stoplight's linters and a validator for Python have
//! nothing to say of it, and Schemathesis, which makes requests of all kinds from the document, finds no answer that is not
//! as it says. Needs Python with venv and Node.js with npm; what they need is fetched once, in pinned versions.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "interop/toolbox.rs"]
#[allow(dead_code, reason = "shared with the programs of others, which use more of it")]
mod toolbox;

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::Command,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::sync::{Mutex, watch};
use tribute_api::{
    Api, EngineIntake, OptOut, Rate, Role, Secret, Tracking, TrackingSettings, document, new_name,
    operations, router, serve,
};
use tribute_events::{Arrival, Timestamp};
use tribute_runtime::Stop;
use tribute_services::{Engine, Incoming};
use tribute_store::{Database, entity::api_key};
use tribute_tools::demo;
use tribute_vault::{Vault, VaultKey};
use tribute_webhooks::Endpoints;

/// How many requests Schemathesis makes of each operation in each of its ways.
const EXAMPLES: &str = "15";

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn written() -> PathBuf {
    let path = toolbox::cache().join("openapi.json");
    fs::write(&path, serde_json::to_string_pretty(&document(&operations())).unwrap()).unwrap();
    path
}

fn passes(command: &mut Command) {
    let (passed, said) = toolbox::judge(command);
    assert!(passed, "{command:?}\n{said}");
}

#[test]
fn linters_have_nothing_to_say() {
    let path = written();
    let mut redocly = toolbox::linter("@redocly/cli/bin/cli.js");
    redocly
        .args(["lint", "--max-problems", "20", "--config"])
        .arg(toolbox::own("openapi/redocly.yaml"))
        .arg(&path);
    let (passed, said) = toolbox::judge(&mut redocly);
    assert!(passed && !said.contains("You have"), "what it warns of is counted there: {said}");
    let mut spectral = toolbox::linter("@stoplight/spectral-cli/dist/index.js");
    spectral.args(["lint", "--fail-severity", "warn", "-r"]).arg(toolbox::own("openapi/spectral.yaml"));
    passes(spectral.arg(&path));
    let python = toolbox::environment("openapi", "openapi/requirements.txt");
    passes(Command::new(&python).args(["-m", "openapi_spec_validator"]).arg(&path));
    // They do look: a reference to nothing is found.
    let broken = path.with_file_name("openapi-broken.json");
    let text =
        fs::read_to_string(&path).unwrap().replacen("#/components/responses/Problem", "#/components/none", 1);
    fs::write(&broken, text).unwrap();
    let (passed, said) = toolbox::judge(toolbox::linter("@redocly/cli/bin/cli.js").arg("lint").arg(&broken));
    assert!(!passed, "{said}");
}

/// A server over the books of the demonstration, on a port of its own, and a key of one of its brands.
async fn with_the_demonstration(folder: &tempfile::TempDir) -> (SocketAddr, String, watch::Sender<bool>) {
    let database = Database::open(&folder.path().join("books.db").display().to_string()).await.unwrap();
    let vault = Vault::at(folder.path().join("vault.key"));
    let mut engine = Engine::open(database.clone()).await.unwrap().with_vault(vault);
    let read = |line: String| Incoming::read(line.into_bytes(), Arrival::Backfill, "demo".into());
    engine.process(demo::events(1).into_iter().map(read).collect()).await.unwrap();
    let secret = Secret::new().unwrap();
    let key = api_key::Model {
        brand: "glow".into(),
        key: new_name("key").unwrap(),
        name: "schemathesis".into(),
        role: Role::BrandAdmin.as_str().into(),
        scopes: String::new(),
        ambassador: None,
        hash: secret.hash(),
        hint: secret.hint().into(),
        made_at: 0,
        expires_at: None,
        revoked_at: None,
    };
    let mut transaction = database.begin().await.unwrap();
    transaction.insert::<api_key::Entity>(&[key]).await.unwrap();
    transaction.commit().await.unwrap();
    let intake = Arc::new(EngineIntake::new(Arc::new(Mutex::new(engine)), 256));
    let settings = TrackingSettings {
        folder: folder.path().join("clicks"),
        opt_out: OptOut::WithoutDevice,
        landing_hosts: Vec::new(),
        public_url: None,
    };
    let tracking = Tracking::open(database.clone(), Arc::clone(&intake) as _, settings, now).unwrap();
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000 };
    let vault = Vault::with(VaultKey::parse(&"07".repeat(32)).unwrap());
    let endpoints = Endpoints::new(database.clone(), vault, true);
    let api = Api::new(database, intake, now, rate).with_tracking(tracking).with_endpoints(endpoints);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let (running, stop) = Stop::by_hand();
    tokio::spawn(async move { serve(address, router(api), stop).await.unwrap() });
    while TcpStream::connect(address).is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (address, secret.reveal().to_owned(), running)
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_answer_that_is_not_as_the_document_says() {
    let folder = tempfile::tempdir().unwrap();
    let (address, key, _running) = with_the_demonstration(&folder).await;
    let python = toolbox::environment("openapi", "openapi/requirements.txt");
    let mut schemathesis = Command::new(python.with_file_name("schemathesis"));
    schemathesis.arg("--config-file").arg(toolbox::own("openapi/schemathesis.toml"));
    schemathesis.arg("run").arg(written()).args(["--url", &format!("http://{address}")]);
    schemathesis.args(["--header", &format!("Authorization: Bearer {key}"), "--checks", "all"]);
    // What is streamed has no end: `crates/api/tests/stream.rs` reads it.
    schemathesis.args(["--exclude-path", "/v1/stream"]);
    schemathesis.args([
        "--max-examples",
        EXAMPLES,
        "--seed",
        "1",
        "--generation-database",
        "none",
        "--no-color",
    ]);
    schemathesis.current_dir(folder.path());
    tokio::task::spawn_blocking(move || passes(&mut schemathesis)).await.unwrap();
}
