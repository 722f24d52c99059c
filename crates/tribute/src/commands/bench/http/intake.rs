//! Batches of sales that are sent, and pages that are asked for while they are booked.

use anyhow::{Result, ensure};
use serde_json::Value;
use tokio::sync::watch;

use super::{
    ask::{Connection, Times},
    filled::PROGRAM,
    live::sale,
    process::Served,
};

/// Sales of a batch.
pub(super) const BATCH: u32 = 100;

/// How long batches take to be accepted: so many of them, one after the other.
pub(super) async fn batches(served: &Served, key: &str, count: u32) -> Result<Times> {
    let mut connection = Connection::to(served.address).await?;
    let mut times = Times::default();
    let before = served.cpu()?;
    for number in 0..count {
        times.add(send(&mut connection, key, &format!("batch-{number:06}")).await?);
    }
    times.cost(served.cpu()? - before, count);
    Ok(times)
}

/// How long a program's first page takes while batches are sent without a pause, and how long those do.
pub(super) async fn pages_meanwhile(served: &Served, key: &str, requests: u32) -> Result<(Times, Times)> {
    let (done, mut is_done) = watch::channel(false);
    let pages = async {
        let read = pages(served, key, requests).await;
        done.send_replace(true);
        read
    };
    let batches = async {
        let mut connection = Connection::to(served.address).await?;
        let mut times = Times::default();
        let mut number = 0_u32;
        while !*is_done.borrow_and_update() {
            times.add(send(&mut connection, key, &format!("meanwhile-{number:06}")).await?);
            number = number.saturating_add(1);
        }
        anyhow::Ok(times)
    };
    tokio::try_join!(pages, batches)
}

async fn pages(served: &Served, key: &str, requests: u32) -> Result<Times> {
    let mut connection = Connection::to(served.address).await?;
    let (path, bearer) = (format!("/v1/programs/{PROGRAM}/earnings?limit=100"), format!("Bearer {key}"));
    let mut times = Times::default();
    for _ in 0..requests {
        let answer = connection.get(&path, &[("authorization", &bearer)]).await?;
        ensure!(answer.status == 200, "a page is answered with {}: {}", answer.status, answer.body);
        times.add(answer.millis);
    }
    Ok(times)
}

/// Sends a batch under this name; gives the ms until its answer.
async fn send(connection: &mut Connection, key: &str, name: &str) -> Result<f64> {
    let sales: Vec<Value> = (0..BATCH).map(|place| sale(&format!("{name}-{place:03}"))).collect();
    let bearer = format!("Bearer {key}");
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/cloudevents-batch+json")];
    let answer = connection.ask("POST /v1/events", &headers, &Value::from(sales).to_string()).await?;
    ensure!(
        answer.body.contains(&format!("\"accepted\":{BATCH}")),
        "a batch was answered with {}",
        answer.body
    );
    Ok(answer.millis)
}
