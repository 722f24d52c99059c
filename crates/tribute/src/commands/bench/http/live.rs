//! Sales that are sent, and looked for on the stream.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{
    ask::{Connection, Times},
    filled::CODE,
    process::Served,
};
use crate::feed::now;

/// How long a sale may take until it is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A sale by the code, now.
pub(super) fn sale(order: &str) -> Value {
    let line = json!({"sku": "MUG", "quantity": 1, "amount": "10.00"});
    json!({
        "specversion": "1.0", "id": order, "source": "/bench", "type": "tribute.sale.completed", "time": now(),
        "data": {"order": order, "account": order, "currency": "USD", "codes": [CODE], "lines": [line]},
    })
}

/// How long sales take to be accepted, and from their sending until they are on the stream.
pub(super) async fn measure(served: &Served, key: &str, sales: u32) -> Result<(Times, Times)> {
    let bearer = format!("Bearer {key}");
    let mut stream = Connection::to(served.address).await?;
    stream.send("GET /v1/stream?events=tribute.earning.*", &[("authorization", &bearer)], "").await?;
    let (status, _) = stream.head().await?;
    ensure!(status == 200, "the stream is answered with {status}");
    let mut writer = Connection::to(served.address).await?;
    let (mut accepted, mut visible) = (Times::default(), Times::default());
    let before = served.cpu()?;
    for number in 0..sales {
        let order = format!("live-{number:06}");
        let sale = sale(&order);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/cloudevents+json")];
        let started = Instant::now();
        let answer = writer.ask("POST /v1/events", &headers, &sale.to_string()).await?;
        ensure!(answer.body.contains("\"accepted\":1"), "a sale was answered with {}", answer.body);
        accepted.add(answer.millis);
        let seen = async {
            while !stream.line().await?.contains(&order) {}
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, seen).await.context("a sale did not come to the stream")??;
        visible.add(started.elapsed().as_secs_f64() * 1_000.0);
    }
    accepted.cost(served.cpu()? - before, sales);
    Ok((accepted, visible))
}
