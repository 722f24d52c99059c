//! `tribute bench --brokers … --db …`: the workload end to end, through brokers, services and server on one machine,
//! beside its ceilings in the same run.
//!
//! The ceilings: the same bytes through the brokers by the bare client; the same final rows into an equal database by
//! COPY. Beside them what most would write first: one transaction a sale, by the same ORM. Use brokers and a server of
//! your own for it: it writes to the topics of the contract, and makes databases named `tribute_bench_…`, which it
//! removes again.

mod bare;
mod copy;
mod latency;
mod probe;
mod process;
mod single;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tribute_events::{Arrival, Timestamp};
use tribute_runtime::{Health, Intake, Stop};
use tribute_store::{
    Database,
    entity::{handover, source_position},
};
use tribute_stream::{Ends, KafkaLog, KafkaSettings, Log, Partition, topics};
use tribute_tools::workload::{Options, Workload};

use super::{
    measure::{Spread, ratio},
    scratch::Scratch,
};
use crate::{
    Done,
    arguments::{Bench, Place},
    messages::{note, say},
};
use latency::Latency;
use process::{Services, Usage};

/// Lines that are brought to the topics at a time.
const CHUNK: usize = 2_000;
/// How often it is looked whether everything is through.
const LOOK: Duration = Duration::from_millis(10);
/// Sales that one transaction each is measured with.
const SINGLES: u64 = 1_000;

struct Round {
    events: u64,
    sales: u64,
    seconds: f64,
    published_seconds: f64,
    usage: Usage,
    latency: Latency,
    offered: f64,
    bare: bare::Bare,
    copied: copy::Copied,
    singles: f64,
    sound: bool,
}

pub(crate) async fn run(options: &Bench, workload: Options, place: &Place, brokers: &str) -> Result<Done> {
    let server = place.db.as_deref().filter(|url| url.starts_with("postgres"));
    let server = server.context("name a PostgreSQL server with --db")?;
    let mut rounds = Vec::new();
    for number in 1..=options.rounds.max(1) {
        note(format_args!("round {number} of {}", options.rounds.max(1)));
        rounds.push(Box::pin(round(options, workload.clone(), server, brokers)).await?);
    }
    print(options, &rounds);
    ensure!(rounds.iter().all(|round| round.sound), "the books of a round are not sound");
    Ok(Done::Clean)
}

async fn round(options: &Bench, workload: Options, server: &str, brokers: &str) -> Result<Round> {
    let log = KafkaLog::new(KafkaSettings::plaintext(brokers))?;
    log.create(&topics::plans(&topics::TopicSettings::default())).await?;
    let scratch = Scratch::make(server, "pipeline").await?;
    let database = Database::open(&scratch.url).await?;
    begin_at_the_end(&log, &database).await?;
    let services = Services::start(&scratch.url, brokers, options.batch_events)?;
    // What comes after the timed stretch is for the latency at half load.
    let held_back = workload.events / 2;
    let total = Options { events: workload.events.saturating_add(held_back), ..workload.clone() };
    let before = total.lines().saturating_sub(total.events).saturating_sub(2 * u64::from(total.brands));
    let mut lines = Workload::new(total)?;
    let (_, stop) = Stop::by_hand();
    let mut intake = Intake::open(log.clone(), Health::new("bench"), stop)?;
    bring_all(&mut intake, probe::setup()?).await?;
    bring_all(&mut intake, lines.by_ref().take(usize::try_from(before)?).collect()).await?;
    through(&log, &database).await?;
    let count = usize::try_from(workload.events)?;
    let mixed: Vec<String> = lines.by_ref().take(count).collect();
    let sales = mixed.iter().filter(|line| line.contains("\"tribute.sale.completed\"")).count();
    let usage = Usage::now(&services)?;
    let started = Instant::now();
    bring_all(&mut intake, mixed.clone()).await?;
    let committed = through(&log, &database).await?;
    let seconds = committed.duration_since(started).as_secs_f64();
    let published = published(&database).await?.duration_since(started).as_secs_f64();
    let usage = Usage::now(&services)?.since(&usage);
    let offered = ratio(workload.events, seconds) / 2.0;
    let latency = latency::measure(&mut intake, &database, lines.collect(), offered).await?;
    through(&log, &database).await?;
    services.stop()?;
    let sound = tribute_reports::verify::verify(&database, &mut |_| {}).await?.is_ok();
    note("ceilings");
    let bare = bare::measure(brokers, mixed)?;
    let copied = copy::measure(&database, server).await?;
    let singles = single::measure(&database, server, SINGLES).await?;
    database.connection().clone().close().await?;
    drop(database);
    scratch.remove().await?;
    Ok(Round {
        events: workload.events,
        sales: u64::try_from(sales)?,
        seconds,
        published_seconds: published,
        usage,
        latency,
        offered,
        bare,
        copied,
        singles,
        sound,
    })
}

/// What the topics hold already is none of this run's.
async fn begin_at_the_end(log: &KafkaLog, database: &Database) -> Result<()> {
    let row = |(partition, ends): (Partition, Ends)| source_position::Model {
        source: partition.topic.to_string(),
        partition: partition.number.into(),
        next: ends.next,
        epoch: 0,
        owner: String::new(),
        lease_until: 0,
    };
    let inputs: Vec<_> = topics::inputs().into_iter().collect();
    let ends = loop {
        match log.ends(&inputs).await {
            Ok(ends) => break ends,
            // Topics that were made just now have no leaders yet.
            Err(error) if error.is_transient() => tokio::time::sleep(LOOK * 10).await,
            Err(error) => return Err(error.into()),
        }
    };
    let rows: Vec<_> = ends.into_iter().map(row).collect();
    let mut transaction = database.begin().await?;
    transaction.insert_new::<source_position::Entity>(&rows).await?;
    Ok(transaction.commit().await?)
}

async fn bring_all(intake: &mut Intake<KafkaLog>, lines: Vec<String>) -> Result<()> {
    let mut lines = lines.into_iter().peekable();
    while lines.peek().is_some() {
        let chunk = lines.by_ref().take(CHUNK).map(|line| (line.into_bytes(), Arrival::Backfill));
        intake.bring(chunk.collect()).await?;
    }
    Ok(())
}

/// Waits until everything in the topics is committed and booked; says when that was.
async fn through(log: &KafkaLog, database: &Database) -> Result<Instant> {
    let inputs: Vec<_> = topics::inputs().into_iter().collect();
    let wanted = log.ends(&inputs).await?;
    loop {
        let mut transaction = database.begin().await?;
        let rows = transaction.select::<source_position::Entity>("TRUE", vec![]).await?;
        let to_be_booked = transaction.count::<handover::Entity>("TRUE", vec![]).await?;
        transaction.rollback().await?;
        let reached = |(partition, ends): (&Partition, &Ends)| {
            rows.iter().any(|row| {
                row.source == *partition.topic
                    && row.partition == i64::from(partition.number)
                    && row.next >= ends.next
            })
        };
        if to_be_booked == 0 && wanted.iter().all(reached) {
            return Ok(Instant::now());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until everything said is published; says when that was.
async fn published(database: &Database) -> Result<Instant> {
    let behind = "source LIKE 'outbox/%' AND next <= \
        (SELECT COALESCE(max(events_last), 0) FROM outbox WHERE 'outbox/' || stream = source)";
    loop {
        let mut transaction = database.begin().await?;
        let count = transaction.count::<source_position::Entity>(behind, vec![]).await?;
        transaction.rollback().await?;
        if count == 0 {
            return Ok(Instant::now());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The clock on the wall, as events have it.
fn now() -> Timestamp {
    crate::feed::now()
}

fn print(options: &Bench, rounds: &[Round]) {
    let figure = |of: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(of).collect());
    let line = |name: &str, of: &dyn Fn(&Round) -> f64| say(format_args!("{name:<34} {}", figure(of)));
    say(format_args!(
        "AFF-1, mix {}, {} mixed events after {} clicks of history, seed {}; brokers, server and services on one machine",
        options.mix.to_uppercase(),
        options.events,
        options.history,
        options.seed
    ));
    say(format_args!("{} round(s); each figure: median (least .. most)", rounds.len()));
    line("events/s, to booked", &|it| ratio(it.events, it.seconds));
    line("events/s, to published", &|it| ratio(it.events, it.published_seconds));
    line("sales/s, to booked", &|it| ratio(it.sales, it.seconds));
    line("half load: events/s offered", &|it| it.offered);
    line("half load: to visible, p50, ms", &|it| it.latency.p50);
    line("half load: to visible, p99, ms", &|it| it.latency.p99);
    line("half load: to visible, p99.9, ms", &|it| it.latency.p999);
    line("CPU s: services", &|it| it.usage.services);
    line("CPU s: PostgreSQL", &|it| it.usage.postgres);
    line("CPU s: Kafka", &|it| it.usage.kafka);
    line("CPU s: producer of the events", &|it| it.usage.own);
    line("bare client, events/s written", &|it| ratio(it.events, it.bare.written));
    line("bare client, events/s read", &|it| ratio(it.events, it.bare.read));
    line("share of the bare client", &|it| (it.bare.written + it.bare.read) / it.seconds);
    line("COPY of the same rows, rows/s", &|it| ratio(it.copied.rows, it.copied.seconds));
    line("COPY of the same rows, s", &|it| it.copied.seconds);
    line("share of COPY (all phases' rows)", &|it| it.copied.seconds / it.seconds);
    line("one transaction a sale, sales/s", &|it| it.singles);
    line("times that", &|it| ratio(it.sales, it.seconds) / it.singles);
    say(format_args!(
        "books: {}",
        if rounds.iter().all(|round| round.sound) { "sound in every round" } else { "NOT SOUND" }
    ));
}
