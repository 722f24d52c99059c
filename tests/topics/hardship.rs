//! The server's disk is full for a while; the machine that ticks has a wrong clock.

use std::time::Duration;

use tokio::time::sleep;
use tribute_events::Timestamp;
use tribute_runtime::{Clock, Health, Stop};
use tribute_services::Reach;
use tribute_store::{
    Database, Leases,
    entity::{event_log, ledger_entry},
};
use tribute_stream::{EmbeddedLog, Log, topics};
use tribute_tests::{Pipeline, invariants, postgres_url, wait};

use crate::{Workers, all_taken_in, bring, settings, until, workload};

/// Executes a statement by a transaction of its own.
async fn say(database: &Database, statement: &str) {
    let mut transaction = database.begin().await.unwrap();
    transaction.execute(statement, vec![]).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn entries(database: &Database) -> usize {
    let mut transaction = database.begin().await.unwrap();
    let count = transaction.count::<ledger_entry::Entity>("TRUE", vec![]).await.unwrap();
    transaction.rollback().await.unwrap();
    count
}

/// Every write to the ledger is answered as a server without room answers, until there is room again.
async fn without_room(database: &Database, reach: Reach) {
    say(
        database,
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$",
    )
    .await;
    let trigger = "CREATE TRIGGER no_room BEFORE INSERT ON ledger_entry EXECUTE FUNCTION no_room()";
    say(database, trigger).await;
    let mut workers = Workers::new(database);
    let plans = topics::plans(&topics::TopicSettings { partitions: 4, ..Default::default() });
    workers.log.create(&plans).await.unwrap();
    workers.start(reach).await;
    bring(&workers.log, &workload()).await;
    sleep(Duration::from_secs(2)).await;
    assert_eq!(entries(database).await, 0);
    let log = workers.log.clone();
    assert!(!all_taken_in(&log, database).await, "nothing is skipped");
    say(database, "DROP TRIGGER no_room ON ledger_entry").await;
    until("everything is taken in", async || all_taken_in(&log, database).await).await;
    workers.end().await;
}

fn compare(server: &str, reach: Reach) {
    let mut whole = Pipeline::on_sqlite();
    whole.feed_by(500, &workload());
    let mut pipeline = Pipeline::on_postgres(server);
    let database = pipeline.database().clone();
    wait(without_room(&database, reach));
    let (whole, books) = (whole.books(), pipeline.books());
    let differences = whole.differences(&books);
    assert!(differences.is_empty(), "{} differences: {:?}", differences.len(), differences.first());
    assert_eq!(invariants::broken(&books), Vec::<String>::new());
}

#[test]
fn a_server_without_room_is_waited_for_apart() {
    let Some(server) = postgres_url() else { return };
    compare(&server, Reach::Attribution);
}

#[test]
fn a_server_without_room_is_waited_for_all_in_one() {
    let Some(server) = postgres_url() else { return };
    compare(&server, Reach::Everything);
}

/// Lets a clock that is `off` milliseconds wrong tick for a while; how many ticks are in the log then, and what it says
/// is wrong.
async fn ticking(database: &Database, off: i64) -> (u64, Vec<String>) {
    let log = EmbeddedLog::new(database.clone());
    let plans = topics::plans(&topics::TopicSettings { partitions: 1, ..Default::default() });
    log.create(&plans).await.unwrap();
    let (say, stop) = Stop::by_hand();
    let health = Health::new("clock");
    let every = (0, Duration::from_millis(100));
    let clock = Clock::open(log.clone(), database.clone(), every, &settings(), health.clone(), stop).unwrap();
    let truth = Leases::new(database.clone(), "test", "test", Duration::from_secs(1)).now().await.unwrap();
    let now = move || Timestamp::from_millis(truth.saturating_add(off));
    let running = tokio::spawn(clock.run(now));
    sleep(Duration::from_millis(700)).await;
    let troubles = health.troubles().into_iter().map(|trouble| trouble.to_string()).collect();
    say.send(true).unwrap();
    running.await.unwrap().unwrap();
    let ends = log.ends(&["tribute.clock"]).await.unwrap();
    (ends.values().map(|ends| ends.next.unsigned_abs()).sum(), troubles)
}

/// A tick cannot be taken back, so a machine whose clock is a day wrong says nothing at all.
#[test]
fn a_clock_that_is_a_day_wrong_does_not_tick() {
    const DAY: i64 = 86_400_000;
    let places = [Some(Pipeline::on_sqlite()), postgres_url().map(|server| Pipeline::on_postgres(&server))];
    for pipeline in places.into_iter().flatten() {
        let database = pipeline.database().clone();
        for off in [DAY, -DAY] {
            let (ticks, troubles) = wait(ticking(&database, off));
            assert_eq!(ticks, 0);
            assert!(troubles.iter().any(|it| it.contains("clock")), "{troubles:?}");
        }
        let (ticks, troubles) = wait(ticking(&database, 0));
        assert_eq!((ticks, troubles.as_slice()), (1, [].as_slice()), "one instant, one tick");
        let logged = wait(async {
            let mut transaction = database.begin().await.unwrap();
            let count = transaction.count::<event_log::Entity>("TRUE", vec![]).await.unwrap();
            transaction.rollback().await.unwrap();
            count
        });
        assert_eq!(logged, 0, "nobody has taken it in yet");
    }
}
