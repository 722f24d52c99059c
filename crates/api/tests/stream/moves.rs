//! Who moves on a live board.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tribute_api::{Role, Scope};

use crate::harness::{Reader, Server, Told};

const MOVES: &str = "?events=tribute.leaderboard.moved";

/// Who moved, from which rank to which.
fn moved(told: &Told) -> Value {
    assert_eq!(told.kind, "tribute.leaderboard.moved", "{told:?}");
    let data = &told.data["data"];
    json!([data["ambassador"], data["previous_rank"], data["rank"]])
}

async fn next(reader: &mut Reader) -> Value {
    moved(&reader.next().await)
}

/// The clock is behind the sales, as it is where it waits for what comes late: they are seen all the same.
async fn sold(server: &Server) {
    server.program_of("acme").await;
    server.program_of("glow").await;
    server.tick("2026-03-01T09:55:00Z").await;
    server.sale_of("acme", "1", "ada", "60.00").await;
    server.sale_of("acme", "2", "ben", "50.00").await;
    server.sale_of("glow", "1", "ben", "10.00").await;
}

async fn a_sale_makes_one_pass_the_other(server: &Server) {
    sold(server).await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let other = server.key("glow", Role::BrandAdmin, &[], None).await;
    let blind = server.key("acme", Role::BrandAdmin, &[Scope::STREAM_READ], None).await;
    let mut all = server.open(&admin, MOVES, None).await;
    let mut own = server.open(&ada, "?events=tribute.leaderboard.*", None).await;
    let mut foreign = server.open(&other, MOVES, None).await;
    let mut blind = server.open(&blind, "", None).await;
    assert_eq!(next(&mut all).await, json!(["ada", null, 1]));
    assert_eq!(next(&mut all).await, json!(["ben", null, 2]));
    assert_eq!(next(&mut own).await, json!(["ada", null, 1]));
    assert_eq!(next(&mut foreign).await, json!(["ben", null, 1]));
    tokio::time::sleep(Duration::from_millis(700)).await;
    let begun = Instant::now();
    server.sale_of("acme", "3", "ben", "30.00").await;
    let told = all.next().await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    let data = json!({"program": "friends", "board": "top", "period": "2026-03", "segment": "", "ambassador": "ben",
        "rank": 1, "previous_rank": 2, "score": "80.00", "score_currency": "USD"});
    assert_eq!((&told.data["data"], &told.data["brand"]), (&data, &json!("acme")));
    assert_eq!(next(&mut all).await, json!(["ada", 1, 2]));
    assert_eq!(next(&mut own).await, json!(["ada", 1, 2]));
    assert!(
        all.is_quiet().await && own.is_quiet().await && foreign.is_quiet().await && blind.is_quiet().await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_passes_is_seen_within_a_second_by_who_may_see_it() {
    a_sale_makes_one_pass_the_other(&Server::start(None).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_behind_the_wall_of_a_server() {
    let Some(server) = Server::on_postgres().await else { return };
    a_sale_makes_one_pass_the_other(&server).await;
    server.gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_again_is_told_how_the_boards_stand() {
    let server = Server::start(None).await;
    sold(&server).await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let mut first = server.open(&admin, MOVES, None).await;
    let told = [first.next().await, first.next().await];
    drop(first);
    server.sale_of("acme", "3", "ben", "30.00").await;
    let mut again = server.open(&admin, "", Some(&told[1].id)).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let told = again.next().await;
        seen.push(if told.kind.ends_with(".moved") { moved(&told) } else { json!(told.kind) });
    }
    for expected in [
        json!("tribute.conversion.credited"),
        json!("tribute.earning.accrued"),
        json!(["ben", null, 1]),
        json!(["ada", null, 2]),
    ] {
        assert!(seen.contains(&expected), "{expected} is not in {seen:?}");
    }
    // Where nothing has happened since, it is the same event.
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut reader = server.open(&admin, MOVES, None).await;
        ids.push(reader.next().await.data["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_goes_with_its_period() {
    let server = Server::start(None).await;
    sold(&server).await;
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let mut own = server.open(&ada, MOVES, None).await;
    assert_eq!(next(&mut own).await, json!(["ada", null, 1]));
    let refund = json!({"refund": "r1", "order": "1", "amount": "60.00"});
    server.take("r1", "sale.refunded", refund).await;
    let gone = own.next().await;
    assert_eq!((moved(&gone), &gone.data["data"]["score"]), (json!(["ada", 1, null]), &Value::Null));
    server.tick("2026-04-01T00:00:00Z").await;
    assert!(own.is_quiet().await, "of a period that is over nothing is told");
}
