//! A brand with one program, three ambassadors, four orders, two posts, a board, a payout that is settled, and a
//! refund after it.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tribute_events::Arrival;
use tribute_reports::Books;
use tribute_services::{Engine, Incoming, Receipt};
use tribute_store::{
    Database,
    entity::payout,
    sea_orm::{self, ConnectionTrait, EntityTrait},
};

const TERMS: &str = r#"
[program]
brand = "acme"
id = "friends"
version = "1"
effective_from = "2026-01-01T00:00:00Z"
currency = "USD"
[attribution]
model = "linear"
hold = "30d"
[[commission]]
id = "ten"
pays.percent = "10%"
[[post_fee]]
id = "video-fee"
amount = "25.00"
kinds = ["video"]
[[mission]]
id = "pair"
requires.conversions = 2
gives = [{ token = "GAMECOIN", units = 50 }]
[[mission]]
id = "first"
requires.conversions = 1
gives = [{ perk = "SKU:TOTE", fair_value = "12.00" }]
[payout]
schedule = "monthly"
minimum = "5.00"
[[leaderboard]]
id = "top"
metric = "net_revenue"
period = "month"
grace = "3d"
prizes = ["100.00", "50.00"]
"#;

/// Books on disk, in a folder that goes with them.
pub(crate) struct World {
    pub(crate) engine: Engine,
    home: Home,
}

enum Home {
    Folder(tempfile::TempDir),
    Schema { server: String, name: String },
}

static SCHEMAS: AtomicU32 = AtomicU32::new(0);

impl World {
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path().join("books.db").to_str().unwrap()).await.unwrap();
        Self { engine: Engine::open(database).await.unwrap(), home: Home::Folder(folder) }
    }

    /// A world on PostgreSQL, where `TRIBUTE_TEST_DATABASE_URL` names a server.
    pub(crate) async fn empty_on_postgres() -> Option<Self> {
        let server = std::env::var("TRIBUTE_TEST_DATABASE_URL").ok()?;
        let name = format!("reports_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        administer(&server, &format!("CREATE SCHEMA {name}")).await;
        let separator = if server.contains('?') { '&' } else { '?' };
        let database =
            Database::open(&format!("{server}{separator}options[search_path]={name}")).await.unwrap();
        Some(Self { engine: Engine::open(database).await.unwrap(), home: Home::Schema { server, name } })
    }

    /// Takes what a test left on a server away.
    pub(crate) async fn gone(self) {
        if let Home::Schema { server, name } = &self.home {
            administer(server, &format!("DROP SCHEMA {name} CASCADE")).await;
        }
    }

    /// The whole story.
    pub(crate) async fn told() -> Self {
        let mut world = Self::empty().await;
        world.tell().await;
        world
    }

    pub(crate) async fn tell(&mut self) {
        self.take(setting()).await;
        self.take(shopping()).await;
        self.take(vec![tick("2026-04-01")]).await;
        self.take(aftermath(&self.payout_of("ada").await)).await;
    }

    pub(crate) async fn take(&mut self, batch: Vec<Incoming>) -> Receipt {
        self.engine.process(batch).await.unwrap()
    }

    pub(crate) fn books(&self) -> Books<'_> {
        Books { database: self.engine.database(), registry: self.engine.registry() }
    }

    pub(crate) async fn payout_of(&self, ambassador: &str) -> String {
        let rows = payout::Entity::find().all(self.engine.database().connection()).await.unwrap();
        rows.into_iter().find(|row| row.ambassador == ambassador && row.amount.is_some()).unwrap().payout
    }

    /// Changes the books behind the services' back.
    pub(crate) fn tamper(&self, sql: &str) {
        let Home::Folder(folder) = &self.home else { panic!("only files are tampered with") };
        let connection = rusqlite::Connection::open(folder.path().join("books.db")).unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql} changed nothing");
    }
}

async fn administer(server: &str, sql: &str) {
    let connection = sea_orm::Database::connect(server).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

pub(crate) fn event(id: &str, kind: &str, time: &str, data: Value) -> Incoming {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/shop", "type": format!("tribute.{kind}"), "brand": "acme",
        "time": format!("{time}T10:00:00Z"), "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Arrival::Backfill, format!("world:{id}"))
}

pub(crate) fn tick(day: &str) -> Incoming {
    let at = format!("{day}T10:00:00Z");
    event(&format!("tick-{day}"), "clock.ticked", day, json!({"at": at}))
}

pub(crate) fn click(id: &str, day: &str, ambassador: &str, device: &str) -> Incoming {
    let data = json!({"click": id, "program": "friends", "ambassador": ambassador, "device": device});
    event(&format!("e-{id}"), "click.recorded", day, data)
}

pub(crate) fn sale(order: &str, day: &str, device: &str, lines: &[(&str, &str)]) -> Incoming {
    let line = |(sku, amount): &(&str, &str)| json!({"sku": sku, "quantity": 1, "amount": amount});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    let data = json!({"order": order, "device": device, "currency": "USD", "lines": lines});
    event(&format!("e-{order}"), "sale.completed", day, data)
}

pub(crate) fn refund(id: &str, day: &str, order: &str, amount: &str) -> Incoming {
    let data = json!({"order": order, "refund": id, "amount": amount});
    event(&format!("e-{id}"), "sale.refunded", day, data)
}

pub(crate) fn setting() -> Vec<Incoming> {
    let approved = |name: &str| {
        let data = json!({"program": "friends", "ambassador": name});
        event(&format!("e-{name}"), "ambassador.approved", "2026-01-01", data)
    };
    vec![
        event("e-terms", "program.published", "2026-01-01", json!({"terms": TERMS})),
        approved("ada"),
        approved("bob"),
        approved("cat"),
        event(
            "e-stock",
            "perk.stocked",
            "2026-01-02",
            json!({"program": "friends", "perk": "SKU:TOTE", "units": 1}),
        ),
    ]
}

pub(crate) fn shopping() -> Vec<Incoming> {
    let post = |id: &str, author: &str, kind: &str| {
        let data =
            json!({"program": "friends", "post": id, "author": author, "kind": kind, "hashtags": ["#ad"]});
        event(&format!("e-{id}"), "post.published", "2026-01-05", data)
    };
    vec![
        post("p1", "ada", "video"),
        event(
            "e-m1",
            "post.measured",
            "2026-01-06",
            json!({"post": "p1", "metrics": {"likes": 90, "comments": 10}}),
        ),
        post("p2", "bob", "photo"),
        click("c0", "2025-12-10", "cat", "d1"),
        click("c1", "2026-01-08", "ada", "d1"),
        click("c2", "2026-01-10", "bob", "d1"),
        sale("1001", "2026-01-11", "d1", &[("tote", "60.00"), ("mug", "40.00")]),
        refund("r1", "2026-01-12", "1001", "30.00"),
        sale("1002", "2026-01-15", "d2", &[("mug", "40.00")]),
        click("c3", "2026-01-19", "ada", "d3"),
        sale("1003", "2026-01-20", "d3", &[("lamp", "200.00")]),
        click("c4", "2026-01-24", "cat", "d4"),
        sale("1004", "2026-01-25", "d4", &[("pen", "20.00")]),
        // Once more the same, once more the same with another payload.
        sale("1004", "2026-01-25", "d4", &[("pen", "20.00")]),
        sale("1003", "2026-01-20", "d3", &[("lamp", "300.00")]),
    ]
}

fn aftermath(payout: &str) -> Vec<Incoming> {
    let settled = json!({"payout": payout, "outcome": "settled", "reference": "bank-7"});
    vec![
        event(
            "e-approved",
            "payout_approval.given",
            "2026-04-01",
            json!({"payout": payout, "by": "finance"}),
        ),
        event(
            "e-exported",
            "payout_file.exported",
            "2026-04-02",
            json!({"payouts": [payout], "file": "april.csv", "sha256": "00"}),
        ),
        event("e-settled", "settlement.reported", "2026-04-03", settled),
        refund("r2", "2026-04-05", "1003", "200.00"),
        event(
            "e-lost",
            "settlement.reported",
            "2026-04-05",
            json!({"payout": "po_unknown", "outcome": "settled"}),
        ),
    ]
}
