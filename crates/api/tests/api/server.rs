//! A server on a port of its own, asked as programs ask it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Mutex, watch},
};
use tribute_api::{
    Api, EngineIntake, Issuer, OptOut, Rate, Role, Scope, Secret, Tracking, TrackingSettings, router, serve,
};
use tribute_events::{Arrival, Timestamp};
use tribute_runtime::Stop;
use tribute_services::{Engine, Incoming};
use tribute_store::{Database, entity::api_key};
use tribute_vault::{Vault, VaultKey};
use tribute_webhooks::Endpoints;

pub(crate) const ONE: &str = "application/cloudevents+json";
pub(crate) const MANY: &str = "application/cloudevents-batch+json";

const TERMS: &str = "[program]\nbrand = 'acme'\nid = 'friends'\nname = 'Friends'\nversion = '1'\n\
    effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n\n\
    [payout]\nminimum = '5.00'\nschedule = 'monthly'\napproval = true\n\n\
    [[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\n\n\
    [[mission]]\nid = 'pair'\nrequires.conversions = 2\nrounds = 0\ngives = [{ badge = 'SELLER' }]\n";

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) database: Database,
    engine: Arc<Mutex<Engine>>,
    _folder: tempfile::TempDir,
    _running: watch::Sender<bool>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// One field of every row of a page.
    pub(crate) fn all(&self, field: &str) -> Vec<String> {
        let rows = self.body["items"].as_array().unwrap_or_else(|| panic!("{}", self.text));
        rows.iter()
            .map(|row| row[field].as_str().map_or_else(|| row[field].to_string(), str::to_owned))
            .collect()
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// The vault of every server here.
pub(crate) fn vault() -> Vault {
    Vault::with(VaultKey::parse(&"07".repeat(32)).unwrap())
}

/// Webhook endpoints in development: on this machine, too.
pub(crate) fn endpoints(database: &Database) -> Endpoints {
    Endpoints::new(database.clone(), vault(), true)
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::limited(Rate { per_second: 1_000, burst: 100_000 }).await
    }

    pub(crate) async fn limited(rate: Rate) -> Self {
        Self::trusting(rate, Vec::new()).await
    }

    pub(crate) async fn trusting(rate: Rate, issuers: Vec<Issuer>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("books.db").display().to_string();
        Self::over(Database::open(&url).await.unwrap(), folder, rate, issuers).await
    }

    async fn over(database: Database, folder: tempfile::TempDir, rate: Rate, issuers: Vec<Issuer>) -> Self {
        let engine = Arc::new(Mutex::new(Engine::open(database.clone()).await.unwrap()));
        let intake = Arc::new(EngineIntake::new(Arc::clone(&engine), 16));
        let settings = TrackingSettings {
            folder: folder.path().join("clicks"),
            opt_out: OptOut::WithoutDevice,
            landing_hosts: Vec::new(),
            public_url: None,
        };
        let tracking = Tracking::open(database.clone(), Arc::clone(&intake) as _, settings, now).unwrap();
        let api = Api::new(database.clone(), intake, now, rate)
            .trusting(issuers)
            .unwrap()
            .with_tracking(tracking)
            .with_vault(vault())
            .with_endpoints(endpoints(&database));
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let (running, stop) = Stop::by_hand();
        tokio::spawn(async move { serve(address, router(api), stop).await.unwrap() });
        while TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        Self { address, database, engine, _folder: folder, _running: running }
    }

    /// A key of a brand; its secret.
    pub(crate) async fn key(&self, brand: &str, role: Role, scopes: &[Scope], who: Option<&str>) -> String {
        self.key_until(brand, role, scopes, who, None).await
    }

    pub(crate) async fn key_until(
        &self,
        brand: &str,
        role: Role,
        scopes: &[Scope],
        who: Option<&str>,
        expires_at: Option<i64>,
    ) -> String {
        self.named_key(brand, "test", role, scopes, who, expires_at).await
    }

    async fn named_key(
        &self,
        brand: &str,
        name: &str,
        role: Role,
        scopes: &[Scope],
        who: Option<&str>,
        expires_at: Option<i64>,
    ) -> String {
        let secret = Secret::new().unwrap();
        let scopes: Vec<_> = scopes.iter().map(|it| it.as_str()).collect();
        let row = api_key::Model {
            brand: brand.into(),
            key: tribute_api::new_name("key").unwrap(),
            name: name.into(),
            role: role.as_str().into(),
            scopes: scopes.join(" "),
            ambassador: who.map(Into::into),
            hash: secret.hash(),
            hint: secret.hint().into(),
            made_at: 0,
            expires_at,
            revoked_at: None,
        };
        let mut transaction = self.database.begin().await.unwrap();
        transaction.insert::<api_key::Entity>(&[row]).await.unwrap();
        transaction.commit().await.unwrap();
        secret.reveal().to_owned()
    }

    pub(crate) async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut request = format!("{line} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        if line.starts_with("GET /v1/stream") {
            // What is streamed has no end.
            while !bytes.windows(4).any(|it| it == b"\r\n\r\n") {
                assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "the answer has a head");
            }
        } else {
            stream.read_to_end(&mut bytes).await.unwrap();
        }
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let (head, text) = (head.to_lowercase(), body.to_owned());
        Answer { status, head, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    pub(crate) async fn send(&self, key: &str, media: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {key}");
        self.ask("POST /v1/events", &[("authorization", &bearer), ("content-type", media)], body).await
    }

    pub(crate) async fn get(&self, key: &str, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[("authorization", &format!("Bearer {key}"))], "").await
    }

    /// Writes, under an idempotency key.
    pub(crate) async fn post(&self, key: &str, path: &str, idempotency: &str, body: &Value) -> Answer {
        self.post_for(key, None, path, idempotency, body).await
    }

    /// The same by an app, on behalf of an ambassador where one is named.
    pub(crate) async fn post_for(
        &self,
        key: &str,
        who: Option<&str>,
        path: &str,
        idempotency: &str,
        body: &Value,
    ) -> Answer {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", idempotency),
        ];
        headers.extend(who.map(|who| ("tribute-ambassador", who)));
        self.ask(&format!("POST {path}"), &headers, &body.to_string()).await
    }

    /// A key of role app of this name; its secret.
    pub(crate) async fn app_key(&self, brand: &str, name: &str) -> String {
        self.named_key(brand, name, Role::App, &[], None, None).await
    }

    /// The clock comes to an instant.
    pub(crate) async fn tick(&self, at: &str) {
        let mut tick = event(&format!("tick-{at}"), "clock.ticked", at, json!({"at": at}));
        tick["recordedtime"] = json!(at);
        let incoming = Incoming::read(tick.to_string().into_bytes(), Arrival::Backfill, "tick".into());
        assert_eq!(self.engine.lock().await.process(vec![incoming]).await.unwrap().accepted, 1);
    }
}

pub(crate) fn event(id: &str, kind: &str, time: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/shop", "type": format!("tribute.{kind}"), "time": time, "data": data})
}

pub(crate) fn sale(order: &str, amount: &str, code: &str) -> Value {
    let lines = json!([{"sku": "TOTE", "quantity": 1, "amount": amount}]);
    let data = json!({"order": order, "account": "kim", "currency": "USD", "codes": [code], "lines": lines});
    event(order, "sale.completed", "2026-03-01T10:00:00Z", data)
}

/// A program with two ambassadors, each with a code; the key of who runs it.
pub(crate) async fn with_a_program(server: &Server) -> String {
    with_a_program_of(server, "acme").await
}

pub(crate) async fn with_a_program_of(server: &Server, brand: &str) -> String {
    let admin = server.key(brand, Role::BrandAdmin, &[], None).await;
    let at = "2026-01-01T00:00:00Z";
    let terms = TERMS.replace("'acme'", &format!("'{brand}'"));
    let mut events = vec![event("p", "program.published", at, json!({"terms": terms}))];
    for who in ["ada", "ben"] {
        let names = json!({"program": "friends", "ambassador": who});
        events.push(event(&format!("a-{who}"), "ambassador.approved", at, names));
        let code = json!({"program": "friends", "code": who, "ambassador": who});
        events.push(event(&format!("c-{who}"), "code.issued", at, code));
        let link = json!({"program": "friends", "link": format!("l-{who}"), "ambassador": who});
        events.push(event(&format!("l-{who}"), "link.issued", at, link));
    }
    events.iter_mut().for_each(|it| it["recordedtime"] = json!(at));
    let answer = server.send(&admin, MANY, &json!(events).to_string()).await;
    assert_eq!((answer.status, &answer.body["accepted"]), (200, &json!(7)), "{}", answer.body);
    admin
}

/// Orders, posts, a payout and a finding of both ambassadors, so that there is something of everything.
pub(crate) async fn with_something_of_everything(
    server: &Server,
    brand: &str,
) -> BTreeMap<&'static str, String> {
    let admin = with_a_program_of(server, brand).await;
    let mut events = Vec::new();
    for (order, code) in [("1", "ada"), ("2", "ben")] {
        let mut sale = sale(order, "600.00", code);
        (sale["time"], sale["recordedtime"]) = (json!("2026-01-05T10:00:00Z"), json!("2026-01-05T10:00:00Z"));
        events.push(sale);
        let post =
            json!({"program": "friends", "post": format!("p-{code}"), "author": code, "platform": "insta"});
        events.push(event(&format!("p-{code}"), "post.published", "2026-01-06T10:00:00Z", post));
    }
    for who in ["ada", "ben"] {
        let claim = json!({"claim": format!("c-{who}"), "program": "friends", "ambassador": who, "order": "9", "reason": "mine"});
        events.push(event(&format!("claim-{who}"), "claim.opened", "2026-01-07T10:00:00Z", claim));
    }
    let answer = server.send(&admin, MANY, &json!(events).to_string()).await;
    assert_eq!(answer.body["accepted"], 6, "{}", answer.body);
    server.send(&admin, "application/x-ndjson", "{]\n").await;
    BTreeMap::from([("admin", admin)])
}
