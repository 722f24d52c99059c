//! One sale, one refund, one month end, through every service.

use tribute_events::Arrival;
use tribute_services::{Engine, Incoming};
use tribute_store::{Database, entity};

const TERMS: &str = r#"
[program]
brand = "acme"
id = "friends"
version = "1"
effective_from = "2026-01-01T00:00:00Z"
currency = "USD"
[attribution]
hold = "30d"
[[commission]]
id = "ten"
pays.percent = "10%"
[payout]
schedule = "monthly"
minimum = "5.00"
"#;

fn event(id: &str, kind: &str, time: &str, data: serde_json::Value) -> Incoming {
    let event = serde_json::json!({
        "specversion": "1.0", "id": id, "source": "/test", "type": format!("tribute.{kind}"), "brand": "acme",
        "time": time, "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Arrival::Backfill, format!("test:{id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_becomes_a_payout() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("books.db");
    let mut engine = Engine::open(Database::open(file.to_str().unwrap()).await.unwrap()).await.unwrap();
    let line = |sku: &str, amount: &str| serde_json::json!({"sku": sku, "quantity": 1, "amount": amount});
    let events = vec![
        event("t", "program.published", "2026-01-01T00:00:00Z", serde_json::json!({"terms": TERMS})),
        event(
            "a",
            "ambassador.approved",
            "2026-01-01T00:00:00Z",
            serde_json::json!({"program": "friends", "ambassador": "ada"}),
        ),
        event(
            "c",
            "click.recorded",
            "2026-01-10T00:00:00Z",
            serde_json::json!({"click": "c1", "program": "friends", "ambassador": "ada", "device": "d1"}),
        ),
        event(
            "s",
            "sale.completed",
            "2026-01-11T00:00:00Z",
            serde_json::json!({
            "order": "1001", "device": "d1", "account": "u1", "currency": "USD", "lines": [line("tote", "60.00"), line("mug", "40.00")]}),
        ),
        event(
            "r",
            "sale.refunded",
            "2026-01-12T00:00:00Z",
            serde_json::json!({"order": "1001", "refund": "r1", "lines": [{"sku": "tote", "amount": "30.00"}]}),
        ),
        event("k", "clock.ticked", "2026-04-01T00:00:00Z", serde_json::json!({"at": "2026-04-01T00:00:00Z"})),
    ];
    let receipt = engine.process(events.clone()).await.unwrap();
    assert_eq!((receipt.accepted, receipt.quarantined_in_all()), (6, 0), "{receipt:?}");
    let again = engine.process(events).await.unwrap();
    assert_eq!(again.duplicates, 6);
    let mut transaction = engine.database().begin().await.unwrap();
    let payouts = transaction.select::<entity::payout::Entity>("1 = 1", vec![]).await.unwrap();
    assert_eq!(
        payouts.iter().map(|row| (row.status.as_str(), row.amount)).collect::<Vec<_>>(),
        [("proposed", Some(700))]
    );
    let balances =
        transaction.select::<entity::balance::Entity>("1 = 1 ORDER BY account", vec![]).await.unwrap();
    let held: Vec<_> = balances.iter().map(|row| (row.account.as_str(), row.amount)).collect();
    let want = [
        ("ambassador:ada:available", 0),
        ("ambassador:ada:in_transit", -700),
        ("ambassador:ada:pending", 0),
        ("expense:commission", 700),
    ];
    assert_eq!(held, want);
}
