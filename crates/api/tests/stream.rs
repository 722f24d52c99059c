//! The live stream, as programs read it, and the server by TLS.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{net::SocketAddr, process::Command, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{Mutex, watch},
    task::JoinHandle,
    time::timeout,
};
use tribute_api::{Api, EngineIntake, Rate, Role, Scope, Secret, Tls, router, serve_with};
use tribute_events::{Arrival, Timestamp};
use tribute_runtime::Stop;
use tribute_services::{Engine, Incoming};
use tribute_store::{Database, entity::api_key};

const TERMS: &str = "[program]\nbrand = 'acme'\nid = 'friends'\nname = 'Friends'\nversion = '1'\n\
    effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

struct Server {
    address: SocketAddr,
    database: Database,
    engine: Arc<Mutex<Engine>>,
    folder: tempfile::TempDir,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

impl Server {
    async fn start(tls: Option<Tls>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("books.db").display().to_string()).await.unwrap();
        let engine = Arc::new(Mutex::new(Engine::open(database.clone()).await.unwrap()));
        let intake = Arc::new(EngineIntake::new(Arc::clone(&engine), 16));
        let api = Api::new(database.clone(), intake, now, Rate { per_second: 1_000, burst: 100_000 });
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let (stop, heard) = Stop::by_hand();
        let served = tokio::spawn(async move { serve_with(address, router(api), tls, heard).await.unwrap() });
        while TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Self { address, database, engine, folder, stop, served }
    }

    async fn key(&self, brand: &str, role: Role, scopes: &[Scope], who: Option<&str>) -> String {
        let secret = Secret::new().unwrap();
        let scopes: Vec<_> = scopes.iter().map(|it| it.as_str()).collect();
        let row = api_key::Model {
            brand: brand.into(),
            key: tribute_api::new_name("key").unwrap(),
            name: "test".into(),
            role: role.as_str().into(),
            scopes: scopes.join(" "),
            ambassador: who.map(Into::into),
            hash: secret.hash(),
            hint: secret.hint().into(),
            made_at: 0,
            expires_at: None,
            revoked_at: None,
        };
        let mut transaction = self.database.begin().await.unwrap();
        transaction.insert::<api_key::Entity>(&[row]).await.unwrap();
        transaction.commit().await.unwrap();
        secret.reveal().to_owned()
    }

    async fn take(&self, id: &str, kind: &str, data: Value) {
        let event = json!({"specversion": "1.0", "id": id, "source": "/shop", "type": format!("tribute.{kind}"),
            "brand": "acme", "time": "2026-03-01T10:00:00Z", "data": data});
        let incoming = Incoming::read(event.to_string().into_bytes(), Arrival::Live(now()), id.to_owned());
        let receipt = self.engine.lock().await.process(vec![incoming]).await.unwrap();
        assert_eq!(receipt.accepted, 1, "{:?}", receipt.quarantined);
    }

    async fn program(&self) {
        self.take("p", "program.published", json!({"terms": TERMS})).await;
        for who in ["ada", "ben"] {
            let names = json!({"program": "friends", "ambassador": who});
            self.take(&format!("a-{who}"), "ambassador.approved", names).await;
            let code = json!({"program": "friends", "code": who, "ambassador": who});
            self.take(&format!("c-{who}"), "code.issued", code).await;
        }
    }

    async fn sale(&self, order: &str, code: &str) {
        let lines = json!([{"sku": "TOTE", "quantity": 1, "amount": "60.00"}]);
        let data =
            json!({"order": order, "account": "kim", "currency": "USD", "codes": [code], "lines": lines});
        self.take(order, "sale.completed", data).await;
    }

    async fn open(&self, key: &str, query: &str, last: Option<&str>) -> Reader {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let last = last.map_or_else(String::new, |id| format!("last-event-id: {id}\r\n"));
        let request = format!(
            "GET /v1/stream{query} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {key}\r\n{last}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        lines.read_line(&mut line).await.unwrap();
        Reader { status: line.split(' ').nth(1).unwrap().parse().unwrap(), lines }
    }
}

/// An open stream.
struct Reader {
    status: u16,
    lines: BufReader<TcpStream>,
}

#[derive(Debug)]
struct Told {
    id: String,
    kind: String,
    data: Value,
}

impl Reader {
    /// The next line; nothing at the end.
    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).await.unwrap();
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event.
    async fn next(&mut self) -> Told {
        let (mut id, mut kind) = (String::new(), String::new());
        loop {
            let line =
                timeout(Duration::from_secs(5), self.line()).await.expect("no event").expect("it ended");
            match line.split_once(": ") {
                Some(("id", text)) => id = text.to_owned(),
                Some(("event", text)) => kind = text.to_owned(),
                Some(("data", text)) => return Told { id, kind, data: serde_json::from_str(text).unwrap() },
                _ => {}
            }
        }
    }

    async fn is_quiet(&mut self) -> bool {
        timeout(Duration::from_millis(400), self.next()).await.is_err()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_seen_within_a_second_by_who_may_see_it() {
    let server = Server::start(None).await;
    server.program().await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let marketer = server.key("acme", Role::Marketer, &[], None).await;
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let ben = server.key("acme", Role::Ambassador, &[], Some("ben")).await;
    let other = server.key("glow", Role::BrandAdmin, &[], None).await;
    let narrow = server.key("acme", Role::BrandAdmin, &[Scope::STREAM_READ], None).await;
    let mut all = server.open(&admin, "", None).await;
    let mut filtered = server.open(&marketer, "?events=tribute.earning.*", None).await;
    let mut own = server.open(&ada, "", None).await;
    let mut bens = server.open(&ben, "", None).await;
    let mut foreign = server.open(&other, "", None).await;
    let mut blind = server.open(&narrow, "", None).await;
    assert_eq!(all.status, 200);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = std::time::Instant::now();
    server.sale("1", "ada").await;
    let told = own.next().await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(
        (told.kind.as_str(), &told.data["data"]["amount"]),
        ("tribute.earning.accrued", &json!("6.00"))
    );
    assert_eq!(filtered.next().await.kind, "tribute.earning.accrued");
    let mut kinds = [all.next().await.kind, all.next().await.kind];
    kinds.sort_unstable();
    assert_eq!(kinds, ["tribute.conversion.credited", "tribute.earning.accrued"]);
    assert!(
        own.is_quiet().await && bens.is_quiet().await && foreign.is_quiet().await && blind.is_quiet().await
    );
    let wrong = server.open(&admin, "?events=tribute.sale.*", None).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_where_it_was() {
    let server = Server::start(None).await;
    server.program().await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let mut first = server.open(&admin, "?events=tribute.earning.*", None).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.sale("1", "ada").await;
    let seen = first.next().await;
    drop(first);
    server.sale("2", "ada").await;
    server.sale("3", "ben").await;
    for (query, last) in [
        ("?events=tribute.earning.*".to_owned(), Some(seen.id.as_str())),
        (format!("?events=tribute.earning.*&after={}", seen.id), None),
    ] {
        let mut again = server.open(&admin, &query, last).await;
        for expected in ["friends/order:2/ada/ten", "friends/order:3/ben/ten"] {
            assert_eq!(again.next().await.data["data"]["earning"], expected);
        }
        assert!(again.is_quiet().await);
    }
    for wrong in ["17", "earnings:0", "earnings:999999"] {
        assert_eq!(server.open(&admin, "", Some(wrong)).await.status, 400, "{wrong}");
    }
    let mut transaction = server.database.begin().await.unwrap();
    let text = "DELETE FROM outbox WHERE number < (SELECT MAX(o.number) FROM outbox o WHERE o.stream = outbox.stream)";
    assert!(transaction.execute(text, Vec::new()).await.unwrap() > 0);
    transaction.commit().await.unwrap();
    assert_eq!(server.open(&admin, "", Some("earnings:2")).await.status, 410);
    assert_eq!(server.open(&admin, "", None).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_has_few_streams_and_they_end_with_the_service() {
    let server = Server::start(None).await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let other = server.key("acme", Role::BrandAdmin, &[], None).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(server.open(&admin, "", None).await);
    }
    assert!(open.iter().all(|it| it.status == 200));
    assert_eq!(server.open(&admin, "", None).await.status, 429);
    assert_eq!(server.open(&other, "", None).await.status, 200);
    open.pop();
    let mut freed = false;
    for _ in 0..100 {
        // A connection that is gone is noticed when something is to be written; a new request may be quicker.
        if server.open(&admin, "", None).await.status == 200 {
            freed = true;
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(freed, "a connection that is gone keeps its place");
    let begun = std::time::Instant::now();
    server.stop.send(true).unwrap();
    server.served.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    while open[0].line().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_shut_out_does_not_go_on_listening() {
    let server = Server::start(None).await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let mut stream = server.open(&admin, "", None).await;
    while stream.line().await.unwrap() != "" {}
    let mut transaction = server.database.begin().await.unwrap();
    assert_eq!(transaction.execute("UPDATE api_key SET revoked_at = 1", Vec::new()).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    let ended = async {
        let mut beats = 0;
        while let Some(line) = stream.line().await {
            beats += usize::from(line.starts_with(':'));
        }
        beats
    };
    let beats = timeout(Duration::from_secs(40), ended).await.expect("it goes on");
    assert!((1..=2).contains(&beats), "{beats}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_tls_by_a_certificate_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("key.pem"), folder.path().join("certificate.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("install openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(Tls::read(&key, &certificate).is_err() && Tls::read(&certificate, folder.path()).is_err());
    let server = Server::start(Some(Tls::read(&certificate, &key).unwrap())).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&certificate).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut stream = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
    let request = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"/v1/stream\""), "{answer}");
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    plain.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _reset = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "it speaks without TLS");
    assert!(server.folder.path().exists());
}
