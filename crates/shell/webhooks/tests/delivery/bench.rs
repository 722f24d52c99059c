//! Books with events in them, endpoints, and the service that sends.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use tribute_events::{Arrival, BrandId, Timestamp};
use tribute_runtime::{Health, RuntimeError, Settings, Stop};
use tribute_services::{Engine, Incoming};
use tribute_store::{
    Database,
    entity::{webhook_delivery, webhook_endpoint},
    sea_orm::{self, ConnectionTrait},
};
use tribute_vault::{Vault, VaultKey};
use tribute_webhooks::{Client, Endpoints, Filter, Limits, Made, NewEndpoint, PayloadVersion, Sender};

pub(crate) const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
static SCHEMAS: AtomicU32 = AtomicU32::new(0);

pub(crate) fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

pub(crate) struct Bench {
    pub(crate) database: Database,
    pub(crate) endpoints: Endpoints,
    vault: Vault,
    engine: Engine,
    _folder: tempfile::TempDir,
}

pub(crate) struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), RuntimeError>>,
    health: Health,
}

impl Running {
    pub(crate) async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap().unwrap();
    }

    /// What `/metrics` says.
    pub(crate) async fn metrics(&self) -> String {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let (_say, stop) = Stop::by_hand();
        let serving = tokio::spawn(tribute_runtime::serve(address, self.health.clone(), stop));
        let mut stream = loop {
            match TcpStream::connect(address).await {
                Ok(stream) => break stream,
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        serving.abort();
        text
    }

    /// As a killed process ends: nothing that is under way is written.
    pub(crate) async fn cut(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// An endpoint of the brand itself, for everything.
fn everything(brand: &str, url: &str) -> NewEndpoint {
    NewEndpoint {
        name: None,
        brand: brand.parse().unwrap(),
        target: url.parse().unwrap(),
        filter: Filter::default(),
        app: None,
        ambassador: None,
        payload: PayloadVersion::Standard1,
    }
}

impl Bench {
    /// On a file, or on the server that the environment names, in a schema of its own.
    pub(crate) async fn on(server: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match server {
            None => folder.path().join("books.db").display().to_string(),
            Some(server) => {
                let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
                let schema = format!("webhooks_{}_{number}", std::process::id());
                let admin = sea_orm::Database::connect(server).await.unwrap();
                admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.unwrap();
                format!("{server}?options[search_path]={schema}")
            }
        };
        let database = Database::open(&url).await.unwrap();
        let engine = Engine::open(database.clone()).await.unwrap();
        let vault = Vault::with(VaultKey::parse(&"07".repeat(32)).unwrap());
        let endpoints = Endpoints::new(database.clone(), vault.clone(), true);
        Self { database, endpoints, vault, engine, _folder: folder }
    }

    pub(crate) async fn new() -> Self {
        Self::on(None).await
    }

    /// An endpoint of a brand.
    pub(crate) async fn endpoint(&self, brand: &str, url: &str) -> Made {
        self.endpoint_with(brand, url, None, "", PayloadVersion::Standard1).await
    }

    pub(crate) async fn endpoint_with(
        &self,
        brand: &str,
        url: &str,
        ambassador: Option<&str>,
        filter: &str,
        payload: PayloadVersion,
    ) -> Made {
        let ambassador = ambassador.map(|it| it.parse().unwrap());
        let filter = filter.parse::<Filter>().unwrap();
        let new = NewEndpoint { ambassador, filter, payload, ..everything(brand, url) };
        self.endpoints.create(new, now()).await.unwrap()
    }

    /// An endpoint that an app has for all ambassadors.
    pub(crate) async fn app_endpoint(&self, brand: &str, url: &str) -> Made {
        let new = NewEndpoint { app: Some("crew".to_owned()), ..everything(brand, url) };
        self.endpoints.create(new, now()).await.unwrap()
    }

    /// A program of a brand with ada and ben.
    pub(crate) async fn program(&mut self, brand: &str) {
        let terms = format!(
            "[program]\nbrand = '{brand}'\nid = 'friends'\nname = 'Friends'\nversion = '1'\n\
             effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n"
        );
        let mut events = vec![event(brand, "p", "program.published", &json!({"terms": terms}))];
        for who in ["ada", "ben"] {
            let names = json!({"program": "friends", "ambassador": who});
            events.push(event(brand, &format!("a-{who}"), "ambassador.approved", &names));
            let code = json!({"program": "friends", "code": who, "ambassador": who});
            events.push(event(brand, &format!("c-{who}"), "code.issued", &code));
        }
        self.take(events).await;
    }

    /// A sale by the code of an ambassador.
    pub(crate) async fn sale(&mut self, brand: &str, order: &str, code: &str) {
        let lines = json!([{"sku": "TOTE", "quantity": 1, "amount": "60.00"}]);
        let data =
            json!({"order": order, "account": "kim", "currency": "USD", "codes": [code], "lines": lines});
        self.take(vec![event(brand, order, "sale.completed", &data)]).await;
    }

    async fn take(&mut self, events: Vec<Value>) {
        let read = |(number, event): (usize, Value)| {
            Incoming::read(event.to_string().into_bytes(), Arrival::Live(now()), format!("test {number}"))
        };
        let batch: Vec<_> = events.into_iter().enumerate().map(read).collect();
        let count = batch.len();
        let receipt = self.engine.process(batch).await.unwrap();
        assert_eq!(usize::try_from(receipt.accepted).unwrap(), count, "{:?}", receipt.quarantined);
    }

    /// The service, with little patience.
    pub(crate) fn send(&self, client: Client) -> Running {
        let (say, stop) = Stop::by_hand();
        let settings = Settings { lease: Duration::from_secs(1), ..Settings::default() };
        let health = Health::new("webhooks");
        let (database, vault) = (self.database.clone(), self.vault.clone());
        let sender = Sender::new(database, vault, client, settings, now, health.clone(), stop);
        Running { stop: say, task: tokio::spawn(sender.run()), health }
    }

    pub(crate) fn start(&self) -> Running {
        self.send(client(true))
    }

    /// The log of an endpoint.
    pub(crate) async fn log(&self, made: &Made) -> Vec<webhook_delivery::Model> {
        let brand: BrandId = made.endpoint.brand.parse().unwrap();
        self.endpoints.deliveries(&brand, &made.endpoint.endpoint, None, None, 1_000).await.unwrap()
    }

    /// The endpoint as it stands.
    pub(crate) async fn row(&self, made: &Made) -> webhook_endpoint::Model {
        let brand: BrandId = made.endpoint.brand.parse().unwrap();
        self.endpoints.find(&brand, &made.endpoint.endpoint).await.unwrap()
    }

    /// Waits until every delivery of an endpoint is in this state, and there is one; the log.
    pub(crate) async fn until(
        &self,
        made: &Made,
        is: impl Fn(&webhook_delivery::Model) -> bool,
    ) -> Vec<webhook_delivery::Model> {
        for _ in 0..600 {
            let log = self.log(made).await;
            if !log.is_empty() && log.iter().all(&is) {
                return log;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it did not come to that: {:#?}", self.log(made).await)
    }

    /// Changes rows behind the service's back: makes time pass, say.
    pub(crate) async fn execute(&self, text: &str) {
        let mut transaction = self.database.begin().await.unwrap();
        transaction.execute(text, Vec::new()).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

pub(crate) fn client(development: bool) -> Client {
    let limits = Limits { connect: Duration::from_secs(2), whole: Duration::from_secs(2) };
    Client::new(None, development, limits).unwrap()
}

fn event(brand: &str, id: &str, kind: &str, data: &Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/shop", "type": format!("tribute.{kind}"), "brand": brand,
        "time": "2026-03-01T10:00:00Z", "traceparent": TRACE, "data": data})
}
