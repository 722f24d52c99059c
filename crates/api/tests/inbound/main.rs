//! What comes in without a key: deliveries of shops, and shoppers who follow links.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod redirect;
mod shops;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    response::Response,
};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tower_service::Service;
use tribute_api::{Api, EngineIntake, OptOut, Rate, Tracking, TrackingSettings, router};
use tribute_events::{Arrival, Timestamp};
use tribute_services::{Engine, Incoming};
use tribute_store::{Database, entity::earning};
use tribute_vault::{Vault, VaultKey};

const TERMS: &str = "[program]\nbrand = 'acme'\nid = 'friends'\nname = 'Friends'\nversion = '1'\n\
    effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn vault() -> Vault {
    Vault::with(VaultKey::parse(&"07".repeat(32)).unwrap())
}

struct World {
    routes: Router,
    database: Database,
    _folder: tempfile::TempDir,
}

impl World {
    async fn open() -> Self {
        Self::with(|settings| settings).await
    }

    async fn with(settings: impl FnOnce(TrackingSettings) -> TrackingSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("books.db").display().to_string()).await.unwrap();
        let mut engine = Engine::open(database.clone()).await.unwrap().with_vault(vault());
        let event = |id: &str, kind: &str, data: Value| {
            let event = json!({"specversion": "1.0", "id": id, "source": "/test", "brand": "acme", "data": data,
                "type": format!("tribute.{kind}"), "time": "2026-01-01T00:00:00Z"});
            Incoming::read(event.to_string().into_bytes(), Arrival::Live(now()), id.to_owned())
        };
        let link = |link: &str, target: Option<&str>| {
            let data = json!({"program": "friends", "ambassador": "ada", "link": link, "target": target});
            event(link, "link.issued", data)
        };
        let ada = json!({"program": "friends", "ambassador": "ada", "code": "ADA10"});
        let setup = vec![
            event("p", "program.published", json!({"terms": TERMS})),
            event("a", "ambassador.approved", json!({"program": "friends", "ambassador": "ada"})),
            event("c", "code.issued", ada),
            link("ada", Some("https://shop.example/spring?a=1#top")),
            link("plain", Some("http://shop.example/")),
            link("nowhere", None),
        ];
        assert_eq!(engine.process(setup).await.unwrap().accepted, 6);
        let engine = Arc::new(Mutex::new(engine));
        let intake = Arc::new(EngineIntake::new(engine, 16));
        let api = Api::new(
            database.clone(),
            Arc::clone(&intake) as _,
            now,
            Rate { per_second: 1_000, burst: 100_000 },
        )
        .with_vault(vault());
        let settings = settings(TrackingSettings {
            folder: folder.path().join("clicks"),
            opt_out: OptOut::WithoutDevice,
            landing_hosts: Vec::new(),
            public_url: Some("https://go.example.com/".into()),
        });
        let tracking = Tracking::open(database.clone(), intake, settings, now).unwrap();
        Self { routes: router(api.with_tracking(tracking)), database, _folder: folder }
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        self.routes.clone().call(request).await.unwrap()
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (StatusCode, Value) {
        let answer = self.call("POST", path, headers, body).await;
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn earned(&self) -> Vec<i64> {
        let rows = earning::Entity::find().all(self.database.connection()).await.unwrap();
        rows.into_iter().map(|row| row.amount).collect()
    }
}
