//! The services by topics: workers read the log, take turns, tick and publish, in copies; what comes out is what one
//! process comes to. Here over the embedded log, on both databases; over Kafka, with failures, it is `tribute-proof`'s.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "topics/hardship.rs"]
mod hardship;

use std::{collections::BTreeMap, time::Duration};

use tokio::{sync::watch, task::JoinSet, time::sleep};
use tribute_events::{Arrival, Timestamp};
use tribute_runtime::{Booking, Consumer, Health, Intake, Relay, RuntimeError, Settings, Stop, tick};
use tribute_services::{Reach, Service};
use tribute_store::{
    Database, Leases, Source,
    entity::{clock, handover, outbox, source_position},
};
use tribute_stream::{EmbeddedLog, Log, Reader, topics};
use tribute_tests::{Pipeline, event, invariants, postgres_url, wait};
use tribute_tools::workload::{Options, Workload};

const TICK: &str = "2026-12-01T00:00:00Z";

/// The workers of a group of processes.
struct Workers {
    all: JoinSet<Result<(), RuntimeError>>,
    say: watch::Sender<bool>,
    stop: Stop,
    log: EmbeddedLog,
    database: Database,
}

fn settings() -> Settings {
    Settings {
        batch_events: 200,
        wait: Duration::from_millis(20),
        lease: Duration::from_secs(2),
        ..Settings::default()
    }
}

impl Workers {
    fn new(database: &Database) -> Self {
        let (say, stop) = Stop::by_hand();
        let log = EmbeddedLog::new(database.clone());
        Self { all: JoinSet::new(), say, stop, log, database: database.clone() }
    }

    async fn consumer(&mut self, reach: Reach) {
        let (log, database, health) = (self.log.clone(), self.database.clone(), Health::new("attribution"));
        let consumer =
            Consumer::open(log, database, reach, settings(), health, self.stop.clone()).await.unwrap();
        self.all.spawn(consumer.run());
    }

    async fn booking(&mut self, service: Service) {
        let (database, health) = (self.database.clone(), Health::new(service.name()));
        let booking = Booking::open(database, vec![service], health, self.stop.clone()).await.unwrap();
        self.all.spawn(booking.run());
    }

    fn relay(&mut self) {
        let (log, database, health) = (self.log.clone(), self.database.clone(), Health::new("relay"));
        self.all.spawn(Relay::open(log, database, &settings(), health, self.stop.clone()).unwrap().run());
    }

    async fn start(&mut self, reach: Reach) {
        for _ in 0..2 {
            self.consumer(reach).await;
            self.relay();
        }
        if reach == Reach::Attribution {
            for service in Service::BOOKING {
                self.booking(service).await;
            }
        }
    }

    async fn end(mut self) {
        self.say.send(true).unwrap();
        while let Some(ended) = self.all.join_next().await {
            ended.unwrap().unwrap();
        }
    }
}

/// Waits until something holds; says after a while what does not.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1_500 {
        if holds().await {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("not within 30 s: {what}");
}

async fn all_taken_in(log: &EmbeddedLog, database: &Database) -> bool {
    let inputs: Vec<_> = topics::inputs().into_iter().collect();
    let ends = log.ends(&inputs).await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    let rows = transaction.select::<source_position::Entity>("TRUE", vec![]).await.unwrap();
    let waiting = transaction.count::<handover::Entity>("TRUE", vec![]).await.unwrap();
    transaction.rollback().await.unwrap();
    let next: BTreeMap<_, _> =
        rows.iter().map(|row| ((row.source.as_str(), row.partition), row.next)).collect();
    let behind = ends.iter().filter(|(partition, ends)| {
        let place = (&*partition.topic, i64::from(partition.number));
        next.get(&place).copied().unwrap_or(0) < ends.next
    });
    waiting == 0 && behind.count() == 0
}

async fn bring(log: &EmbeddedLog, lines: &[String]) {
    let (_, stop) = Stop::by_hand();
    let mut intake = Intake::open(log.clone(), Health::new("intake"), stop).unwrap();
    for chunk in lines.chunks(300) {
        let lines = chunk.iter().map(|line| (line.clone().into_bytes(), Arrival::Backfill));
        intake.bring(lines.collect()).await.unwrap();
    }
}

/// What the topics of results hold, each number once.
async fn published(log: &EmbeddedLog) -> BTreeMap<String, u64> {
    let outputs: Vec<_> = topics::outputs().into_iter().collect();
    let mut reader = log.reader("test").unwrap();
    let ends = log.ends(&outputs).await.unwrap();
    let places: Vec<_> = ends.into_iter().map(|(partition, ends)| (partition, ends.first)).collect();
    reader.add(&places).unwrap();
    let mut numbers: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    loop {
        let records = reader.next(1_000, Duration::from_millis(300)).await.unwrap();
        if records.is_empty() {
            break;
        }
        for record in records {
            let (_, number) = record.headers.iter().find(|(name, _)| name == "tribute-number").unwrap();
            let number = String::from_utf8_lossy(number).parse().unwrap();
            numbers.entry(record.topic.to_string()).or_default().push(number);
        }
    }
    let counted = numbers.into_iter().map(|(topic, mut numbers)| {
        numbers.sort_unstable();
        numbers.dedup();
        let count = u64::try_from(numbers.len()).unwrap();
        assert_eq!(numbers.last(), Some(&count), "{topic} has a gap");
        (topic, count)
    });
    counted.collect()
}

fn workload() -> Vec<String> {
    let small = Options {
        brands: 2,
        ambassadors: 20,
        visitors: 200,
        events: 1_500,
        history: 200,
        seed: 3,
        ..Options::default()
    };
    Workload::new(small).unwrap().collect()
}

/// Lines that cannot be read reach the quarantine by a topic of their own.
async fn go(database: &Database, reach: Reach) {
    let lines = workload();
    let mut workers = Workers::new(database);
    workers
        .log
        .create(&topics::plans(&topics::TopicSettings { partitions: 4, ..Default::default() }))
        .await
        .unwrap();
    workers.start(reach).await;
    bring(&workers.log, &lines).await;
    let writer = workers.log.writer().unwrap();
    // Straight after the facts: the tick waits for them by itself.
    tick(&workers.log, &writer, TICK.parse().unwrap(), "test").await.unwrap();
    let log = workers.log.clone();
    until("everything is taken in", async || all_taken_in(&log, database).await).await;
    let mut transaction = database.begin().await.unwrap();
    let at = transaction.select::<clock::Entity>("TRUE", vec![]).await.unwrap()[0].at;
    transaction.rollback().await.unwrap();
    assert_eq!(Timestamp::from_millis(at).to_string(), TICK);
    let said = async || {
        let mut transaction = database.begin().await.unwrap();
        let rows = transaction.select::<outbox::Entity>("TRUE", vec![]).await.unwrap();
        transaction.rollback().await.unwrap();
        let mut said: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows {
            let last = said.entry(row.stream).or_default();
            *last = (*last).max(row.events_last.unsigned_abs());
        }
        said
    };
    until("everything is published", async || said().await == published(&log).await).await;
    workers.end().await;
}

fn compare(mut pipeline: Pipeline, reach: Reach) {
    let mut whole = Pipeline::on_sqlite();
    whole.feed_by(500, &workload());
    let data = serde_json::json!({"at": TICK});
    // The tick's own id is part of what it brought about.
    whole.feed(&[event("*", &format!("clock:{TICK}:test"), "clock.ticked", TICK, TICK, &data)]);
    let database = pipeline.database().clone();
    wait(go(&database, reach));
    let (whole, books) = (whole.books(), pipeline.books());
    let differences = whole.differences(&books);
    assert!(differences.is_empty(), "{} differences: {:?}", differences.len(), differences.first());
    assert_eq!(invariants::broken(&books), Vec::<String>::new());
}

#[test]
fn apart_over_topics_on_sqlite() {
    compare(Pipeline::on_sqlite(), Reach::Attribution);
}

#[test]
fn apart_over_topics_on_postgres() {
    let Some(server) = postgres_url() else { return };
    compare(Pipeline::on_postgres(&server), Reach::Attribution);
}

#[test]
fn all_in_one_over_topics_on_postgres() {
    let Some(server) = postgres_url() else { return };
    compare(Pipeline::on_postgres(&server), Reach::Everything);
}

/// A worker that was taken for dead goes on with what it had read: nothing of it is written, and that is on record.
#[test]
fn what_a_zombie_writes_is_refused_and_counted() {
    let pipeline = Pipeline::on_sqlite();
    let database = pipeline.database().clone();
    wait(async {
        let source = Source { name: "tribute.sales".to_owned(), partition: 0 };
        let all = [(source.clone(), 0)];
        let zombie = Leases::new(database.clone(), "attribution", "zombie", Duration::from_millis(50));
        let stale = zombie.refresh(&all).await.unwrap().held.remove(0);
        sleep(Duration::from_millis(120)).await;
        let heir = Leases::new(database.clone(), "attribution", "heir", Duration::from_secs(9));
        assert_eq!(heir.refresh(&all).await.unwrap().held.len(), 1);
        let mut engine = tribute_services::Engine::open(database.clone()).await.unwrap();
        let line = workload().into_iter().find(|line| line.contains("sale.completed")).unwrap();
        let incoming = tribute_services::Incoming::read(line.into_bytes(), Arrival::Backfill, "test".into());
        let move_on = tribute_store::Advance { source, epoch: stale.epoch, from: 0, to: 1 };
        let refused = engine.process_from(vec![incoming], &[move_on], Reach::Everything).await.unwrap_err();
        assert!(refused.is_stale() && !refused.is_transient(), "{refused}");
        let mut transaction = database.begin().await.unwrap();
        let logged =
            transaction.count::<tribute_store::entity::event_log::Entity>("TRUE", vec![]).await.unwrap();
        transaction.rollback().await.unwrap();
        assert_eq!(logged, 0, "nothing of it is there");
    });
}
