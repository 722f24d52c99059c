//! A server that streams, with a program of two ambassadors, and who reads along.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
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
    effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n\n\
    [[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\n";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) database: Database,
    pub(crate) engine: Arc<Mutex<Engine>>,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) served: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(tls: Option<Tls>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("books.db").display().to_string()).await.unwrap();
        Self::over(database, folder, tls).await
    }

    /// On PostgreSQL, where `TRIBUTE_TEST_DATABASE_URL` names a server: in a schema of its own, which [`Self::gone`] takes
    /// away.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let server = std::env::var("TRIBUTE_TEST_DATABASE_URL").ok()?;
        let name = schema();
        administer(&server, &format!("CREATE SCHEMA {name}")).await;
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options[search_path]={name}");
        let database = Database::open(&url).await.unwrap();
        Some(Self::over(database, tempfile::tempdir().unwrap(), None).await)
    }

    pub(crate) async fn gone(self) {
        self.stop.send(true).unwrap();
        self.served.await.unwrap();
        let server = std::env::var("TRIBUTE_TEST_DATABASE_URL").unwrap();
        administer(&server, &format!("DROP SCHEMA {} CASCADE", schema())).await;
    }

    async fn over(database: Database, folder: tempfile::TempDir, tls: Option<Tls>) -> Self {
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

    pub(crate) async fn key(&self, brand: &str, role: Role, scopes: &[Scope], who: Option<&str>) -> String {
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

    pub(crate) async fn take(&self, id: &str, kind: &str, data: Value) {
        self.take_of("acme", id, kind, data).await;
    }

    pub(crate) async fn take_of(&self, brand: &str, id: &str, kind: &str, data: Value) {
        let event = json!({"specversion": "1.0", "id": id, "source": "/shop", "type": format!("tribute.{kind}"),
            "brand": brand, "time": "2026-03-01T10:00:00Z", "data": data});
        let incoming = Incoming::read(event.to_string().into_bytes(), Arrival::Live(now()), id.to_owned());
        let receipt = self.engine.lock().await.process(vec![incoming]).await.unwrap();
        assert_eq!(receipt.accepted, 1, "{:?}", receipt.quarantined);
    }

    pub(crate) async fn program(&self) {
        self.program_of("acme").await;
    }

    pub(crate) async fn program_of(&self, brand: &str) {
        let terms = TERMS.replace("acme", brand);
        self.take_of(brand, "p", "program.published", json!({"terms": terms})).await;
        for who in ["ada", "ben"] {
            let names = json!({"program": "friends", "ambassador": who});
            self.take_of(brand, &format!("a-{who}"), "ambassador.approved", names).await;
            let code = json!({"program": "friends", "code": who, "ambassador": who});
            self.take_of(brand, &format!("c-{who}"), "code.issued", code).await;
        }
    }

    /// The clock comes to an instant.
    pub(crate) async fn tick(&self, at: &str) {
        let event = json!({"specversion": "1.0", "id": at, "source": "/clock", "type": "tribute.clock.ticked",
            "brand": "*", "time": at, "data": {"at": at}});
        let incoming = Incoming::read(event.to_string().into_bytes(), Arrival::Backfill, at.to_owned());
        assert_eq!(self.engine.lock().await.process(vec![incoming]).await.unwrap().accepted, 1);
    }

    pub(crate) async fn sale(&self, order: &str, code: &str) {
        self.sale_of("acme", order, code, "60.00").await;
    }

    pub(crate) async fn sale_of(&self, brand: &str, order: &str, code: &str, amount: &str) {
        let lines = json!([{"sku": "TOTE", "quantity": 1, "amount": amount}]);
        let data =
            json!({"order": order, "account": "kim", "currency": "USD", "codes": [code], "lines": lines});
        self.take_of(brand, order, "sale.completed", data).await;
    }

    pub(crate) async fn open(&self, key: &str, query: &str, last: Option<&str>) -> Reader {
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

fn schema() -> String {
    format!("stream_{}", std::process::id())
}

async fn administer(server: &str, sql: &str) {
    let connection = sea_orm::Database::connect(server).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// An open stream.
pub(crate) struct Reader {
    pub(crate) status: u16,
    pub(crate) lines: BufReader<TcpStream>,
}

#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

impl Reader {
    /// The next line; nothing at the end.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).await.unwrap();
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Told {
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

    pub(crate) async fn is_quiet(&mut self) -> bool {
        timeout(Duration::from_millis(400), self.next()).await.is_err()
    }
}
