//! A server on a port of its own, asked as programs ask it.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Mutex, watch},
};
use tribute_api::{Api, EngineIntake, Role, Scope, Secret, router, serve};
use tribute_events::Timestamp;
use tribute_runtime::Stop;
use tribute_services::Engine;
use tribute_store::{Database, entity::api_key};

const TERMS: &str = "[program]\nbrand = 'acme'\nid = 'friends'\nname = 'Friends'\nversion = '1'\n\
    effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

struct Server {
    address: SocketAddr,
    database: Database,
    _folder: tempfile::TempDir,
    _running: watch::Sender<bool>,
}

struct Answer {
    status: u16,
    head: String,
    body: Value,
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("books.db").display().to_string()).await.unwrap();
        let engine = Arc::new(Mutex::new(Engine::open(database.clone()).await.unwrap()));
        let api = Api::new(database.clone(), Arc::new(EngineIntake::new(engine, 16)), now);
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let (running, stop) = Stop::by_hand();
        tokio::spawn(async move { serve(address, router(api), stop).await.unwrap() });
        while TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        Self { address, database, _folder: folder, _running: running }
    }

    /// A key of a brand; its secret.
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
            expires_at: (role == Role::Auditor).then(|| now().millis()),
            revoked_at: None,
        };
        let mut transaction = self.database.begin().await.unwrap();
        transaction.insert::<api_key::Entity>(&[row]).await.unwrap();
        transaction.commit().await.unwrap();
        secret.reveal().to_owned()
    }

    async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut request = format!("{line} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: serde_json::from_str(body).unwrap_or_default() }
    }

    async fn send(&self, key: &str, media: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {key}");
        self.ask("POST /v1/events", &[("authorization", &bearer), ("content-type", media)], body).await
    }

    async fn get(&self, key: &str, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[("authorization", &format!("Bearer {key}"))], "").await
    }
}

fn event(id: &str, kind: &str, time: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/shop", "type": format!("tribute.{kind}"), "time": time, "data": data})
}

fn sale(order: &str, amount: &str, code: &str) -> Value {
    let lines = json!([{"sku": "TOTE", "quantity": 1, "amount": amount}]);
    let data = json!({"order": order, "account": "kim", "currency": "USD", "codes": [code], "lines": lines});
    event(order, "sale.completed", "2026-03-01T10:00:00Z", data)
}

const ONE: &str = "application/cloudevents+json";
const MANY: &str = "application/cloudevents-batch+json";

/// A program with two ambassadors, each with a code.
async fn with_a_program(server: &Server) -> String {
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let at = "2026-01-01T00:00:00Z";
    let mut events = vec![event("p", "program.published", at, json!({"terms": TERMS}))];
    for who in ["ada", "ben"] {
        let names = json!({"program": "friends", "ambassador": who});
        events.push(event(&format!("a-{who}"), "ambassador.approved", at, names));
        let code = json!({"program": "friends", "code": who, "ambassador": who});
        events.push(event(&format!("c-{who}"), "code.issued", at, code));
    }
    let answer = server.send(&admin, MANY, &json!(events).to_string()).await;
    assert_eq!((answer.status, &answer.body["accepted"]), (200, &json!(5)), "{}", answer.body);
    admin
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_answered_once_it_is_durable_and_counts_once() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let order = sale("1", "60.00", "ada").to_string();
    let answer = server.send(&admin, ONE, &order).await;
    assert_eq!(answer.body["events"][0], json!({"id": "1", "status": "accepted"}));
    let again = server.send(&admin, "application/json", &order).await;
    assert_eq!(again.body["events"][0], json!({"id": "1", "status": "duplicate"}));
    let other = server.send(&admin, ONE, &sale("1", "61.00", "ada").to_string()).await;
    assert_eq!(
        (&other.body["events"][0]["status"], &other.body["events"][0]["code"]),
        (&json!("quarantined"), &json!("conflict"))
    );
    assert!(other.body["events"][0]["quarantine"].is_i64() && other.body["quarantined"] == json!(1));
    // What is no event at all is held as well, and the next of the same request goes its way.
    let lines = format!("{{]\n{}\n", sale("2", "10.00", "ben"));
    let mixed = server.send(&admin, "application/x-ndjson", &lines).await;
    assert_eq!(mixed.body["events"][0]["code"], "not_json");
    assert_eq!(mixed.body["events"][1]["status"], "accepted");
    let earned = server.get(&admin, "/v1/programs/friends/earnings").await;
    let shown: Vec<_> = earned.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            format!("{} {} {} {}", it["source"], it["ambassador"], it["amount"], it["currency"])
                .replace('"', "")
        })
        .collect();
    assert_eq!(shown, ["order:1 ada 6.00 USD", "order:2 ben 1.00 USD"]);
    let page = server.get(&admin, "/v1/programs/friends/earnings?limit=1").await;
    let next = page.body["next"].as_str().unwrap();
    let rest = server.get(&admin, &format!("/v1/programs/friends/earnings?limit=1&cursor={next}")).await;
    assert_eq!((&rest.body["items"][0]["source"], rest.body.get("next")), (&json!("order:2"), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_mode_brings_the_same_event() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let order = sale("7", "60.00", "ada");
    let bearer = format!("Bearer {admin}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "7"),
        ("ce-source", "/shop"),
        ("ce-type", "tribute.sale.completed"),
        ("ce-time", "2026-03-01T10:00:00Z"),
    ];
    let answer = server.ask("POST /v1/events", &headers, &order["data"].to_string()).await;
    assert_eq!(answer.body["events"][0]["status"], "accepted", "{}", answer.body);
    assert_eq!(server.send(&admin, ONE, &order.to_string()).await.body["duplicates"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_says_the_brand_and_what_may_be_said() {
    let server = Server::start().await;
    with_a_program(&server).await;
    let shop = server.key("acme", Role::BrandAdmin, &[Scope::EVENTS_WRITE], None).await;
    let said = |answer: &Answer| answer.body["events"][0]["reason"].as_str().unwrap_or_default().to_owned();
    let mut foreign = sale("3", "10.00", "ada");
    foreign["brand"] = json!("other");
    assert!(said(&server.send(&shop, ONE, &foreign.to_string()).await).contains("stands for `acme`"));
    let tick = event("t", "clock.ticked", "2026-03-01T00:00:00Z", json!({"at": "2026-03-01T00:00:00Z"}));
    assert!(said(&server.send(&shop, ONE, &tick.to_string()).await).contains("whole installation"));
    let approval =
        event("o", "payout_approval.given", "2026-03-01T00:00:00Z", json!({"payout": "po_1", "by": "eve"}));
    assert!(said(&server.send(&shop, ONE, &approval.to_string()).await).contains("payouts:write"));
    assert_eq!(server.send(&shop, ONE, &sale("4", "10.00", "ada").to_string()).await.body["accepted"], 1);
    assert_eq!(server.get(&shop, "/v1/programs/friends/earnings").await.status, 403);
    // Another brand's program does not exist.
    let stranger = server.key("other", Role::BrandAdmin, &[], None).await;
    let nothing = server.get(&stranger, "/v1/programs/friends/earnings").await;
    assert_eq!(nothing.body["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ambassador_and_their_app_see_their_own() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    for (order, code) in [("1", "ada"), ("2", "ben")] {
        server.send(&admin, ONE, &sale(order, "60.00", code).to_string()).await;
    }
    let path = "/v1/programs/friends/earnings";
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let sources = |answer: &Answer| -> Vec<String> {
        answer.body["items"].as_array().unwrap().iter().map(|it| it["ambassador"].to_string()).collect()
    };
    assert_eq!(sources(&server.get(&ada, path).await), ["\"ada\""]);
    assert_eq!(server.get(&ada, &format!("{path}?ambassador=ben")).await.status, 404);
    let app = server.key("acme", Role::App, &[], None).await;
    assert_eq!(server.get(&app, path).await.status, 400, "an app names whom it asks for");
    let bearer = format!("Bearer {app}");
    let headers = [("authorization", bearer.as_str()), ("tribute-ambassador", "ben")];
    assert_eq!(sources(&server.ask(&format!("GET {path}"), &headers, "").await), ["\"ben\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_as_a_problem() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let expired = server.key("acme", Role::Auditor, &[], None).await;
    let path = "/v1/programs/friends/earnings";
    for (status, code, answer) in [
        (401, "unauthenticated", server.ask(&format!("GET {path}"), &[], "").await),
        (401, "unauthenticated", server.get("tribute_x", path).await),
        (401, "unauthenticated", server.get(&expired, path).await),
        (400, "invalid_request", server.get(&admin, &format!("{path}?cursor=x")).await),
        (400, "invalid_request", server.get(&admin, &format!("{path}?limit=0")).await),
        (404, "not_found", server.get(&admin, "/v1/nothing").await),
        (405, "method_not_allowed", server.ask("DELETE /v1/events", &[], "").await),
        (415, "unsupported_media_type", server.send(&admin, "text/plain", "x").await),
        (400, "invalid_request", server.send(&admin, MANY, "{}").await),
    ] {
        assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{}", answer.body);
        assert!(answer.head.contains("content-type: application/problem+json"), "{}", answer.head);
        assert!(answer.head.contains("x-request-id: "), "{}", answer.head);
    }
    let document = server.ask("GET /openapi.json", &[], "").await;
    assert_eq!(document.body["openapi"], "3.1.0");
    for operation in tribute_api::operations() {
        let written = &document.body["paths"][operation.path()][operation.method().as_str()];
        assert_eq!(written["operationId"], operation.id());
    }
}
