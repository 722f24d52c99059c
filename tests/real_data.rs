//! A year of real data, in the order it happened and in the order it arrived: the same reports, byte for byte.
//!
//! Runs where `TRIBUTE_REAL_DATA` points at a folder with `replay/`; says in one line when it did not.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use tribute_events::Arrival;
use tribute_reports::{Books, Filter, Format, Style, report};
use tribute_services::{Engine, Incoming, Receipt};
use tribute_store::Database;
use tribute_tools::{
    Compression,
    replay::{self, Options, Order},
};

const BATCH: usize = 4_000;
/// The month end after the last event.
const END: &str = "2012-02-01T00:00:00Z";

fn event(brand: Option<&str>, id: &str, event_type: &str, time: &str, data: serde_json::Value) -> Incoming {
    let event = serde_json::json!({
        "specversion": "1.0", "id": id, "source": "/test", "type": event_type, "brand": brand, "time": time, "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Arrival::Backfill, id.to_owned())
}

async fn live(folder: &Path, input: &Path, order: Order, name: &str) -> (Engine, Receipt) {
    let output = folder.join(name);
    std::fs::create_dir_all(&output).unwrap();
    let options =
        Options { input: input.to_owned(), output: output.clone(), order, compression: Compression::None };
    replay::convert(&options).unwrap();
    let database = Database::open(folder.join(format!("{name}.db")).to_str().unwrap()).await.unwrap();
    let mut engine = Engine::open(database).await.unwrap();
    let terms = replay::terms().iter().map(|(program, terms)| {
        let data = serde_json::json!({"terms": terms});
        let brand = program.trim_end_matches(".toml");
        event(Some(brand), program, "tribute.program.published", "2010-11-01T00:00:00Z", data)
    });
    let mut total = engine.process(terms.collect()).await.unwrap();
    assert_eq!(total.accepted, 2, "{total:?}");
    let lines = BufReader::new(std::fs::File::open(output.join("events.ndjson")).unwrap()).lines();
    let mut batch = Vec::with_capacity(BATCH);
    for line in lines {
        batch.push(Incoming::read(line.unwrap().into_bytes(), Arrival::Backfill, name.to_owned()));
        if batch.len() == BATCH {
            total.add(&engine.process(std::mem::take(&mut batch)).await.unwrap());
        }
    }
    batch.push(event(None, "end", "tribute.clock.ticked", END, serde_json::json!({"at": END})));
    total.add(&engine.process(batch).await.unwrap());
    (engine, total)
}

async fn reports(engine: &Engine) -> Vec<(&'static str, Vec<u8>)> {
    let books = Books { database: engine.database(), registry: engine.registry() };
    let subjects = [
        ("balances", report::Subject::Balances),
        ("earnings", report::Subject::Earnings),
        ("conversions", report::Subject::Conversions),
        ("payouts", report::Subject::Payouts),
        ("rewards", report::Subject::Rewards),
        ("leaderboard", report::Subject::Leaderboard(None)),
        ("funnel", report::Subject::Funnel(report::Funnel::by(report::FunnelBy::Ambassador))),
        ("funnel by post", report::Subject::Funnel(report::Funnel::by(report::FunnelBy::Post))),
        ("funnel by campaign", report::Subject::Funnel(report::Funnel::by(report::FunnelBy::Campaign))),
        ("summary", report::Subject::Summary),
    ];
    let mut written = Vec::new();
    for (name, subject) in subjects {
        let mut out = Vec::new();
        let style = Style { width: None, colour: false };
        report::print(subject, &books, &Filter::default(), Format::Csv, style, &mut out).await.unwrap();
        written.push((name, out));
    }
    written
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_comes_out_the_same_in_either_order() {
    let Some(data) = std::env::var_os("TRIBUTE_REAL_DATA").map(PathBuf::from) else {
        // Past the test's capture, so that a run says that this was not checked.
        writeln!(std::io::stderr(), "TRIBUTE_REAL_DATA is not set: the year of real data was not replayed")
            .unwrap();
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let input = data.join("replay");
    let (happened, taken) = live(folder.path(), &input, Order::Event, "event").await;
    assert_eq!((taken.received, taken.accepted, taken.duplicates), (237_358, 235_241, 196));
    assert_eq!(taken.quarantined.get("unknown_type"), Some(&1_339));
    assert_eq!(taken.quarantined.get("refund_without_order"), Some(&582));
    let want = reports(&happened).await;
    let summary = String::from_utf8(want.last().unwrap().1.clone()).unwrap();
    for line in ["gifts-uk,gifts-uk,commission,", "grocer-us,grocer-us,commission,"] {
        assert!(summary.contains(line), "{summary}");
    }
    assert!(summary.contains("489965.81,GBP") && summary.contains("225.45,USD"), "{summary}");
    let books = Books { database: happened.database(), registry: happened.registry() };
    assert_eq!(tribute_tests::funnel::broken(&books).await, Vec::<String>::new());
    let verified = tribute_reports::verify::verify(happened.database(), &mut |_| ()).await.unwrap();
    assert!(verified.is_ok(), "{verified}");
    drop(happened);

    let (arrived, taken) = live(folder.path(), &input, Order::Arrival, "arrival").await;
    assert_eq!((taken.received, taken.accepted), (239_695, 235_241));
    for ((name, want), (_, got)) in want.iter().zip(reports(&arrived).await) {
        assert!(*want == got, "the {name} differ between the two orders");
    }
}
