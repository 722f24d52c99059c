//! The pipeline against the independent auditor: generated workloads and the demo, as an import of history and as it
//! would have been lived, compared cell by cell (conversions, earnings, totals, grants, payouts).

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};
use tribute_events::{DAY, HOUR, MINUTE, Timestamp};
use tribute_tests::{Pipeline, audit, event, invariants};
use tribute_tools::{
    demo,
    workload::{Options, Workload},
};

/// The clock waits this long for what is late.
const LATENESS: i64 = 5 * MINUTE;
/// How many lines make a batch.
const BATCH: usize = 700;

fn tick(at: Timestamp) -> String {
    let at = at.to_string();
    event("*", &format!("tick-{at}"), "clock.ticked", &at, &at, &json!({"at": at}))
}

/// Every hour around the beginning of each month of 2026 until November: no time zone's month end is missed.
fn month_ends() -> Vec<Timestamp> {
    let mut ticks = Vec::new();
    for month in 2..=11 {
        let first: Timestamp = format!("2026-{month:02}-01T00:00:00Z").parse().unwrap();
        ticks.extend((-14..=12).map(|hours| first.plus(hours * HOUR)));
        ticks.extend((2..=5).map(|days| first.plus(days * DAY)));
    }
    ticks
}

fn recorded_at(line: &str) -> Option<Timestamp> {
    let event: Value = serde_json::from_str(line).ok()?;
    event.get("recordedtime")?.as_str()?.parse().ok()
}

/// The lines with the ticks of a clock among them, each after what was recorded up to its lateness.
fn lived(lines: &[String]) -> Vec<String> {
    let mut ticks = month_ends().into_iter().peekable();
    let mut all = Vec::new();
    for line in lines {
        let recorded = recorded_at(line).unwrap_or(Timestamp::MIN);
        while let Some(at) = ticks.next_if(|at| at.plus(LATENESS) < recorded) {
            all.push(tick(at));
        }
        all.push(line.clone());
    }
    all.extend(ticks.map(tick));
    all
}

/// The lines, and then all the ticks.
fn imported(lines: &[String]) -> Vec<String> {
    lines.iter().cloned().chain(month_ends().into_iter().map(tick)).collect()
}

fn compare(lines: &[String], lateness: Option<i64>) {
    let mut pipeline = Pipeline::on_sqlite();
    let receipt = pipeline.feed_by(BATCH, lines);
    let books = pipeline.books();
    let audit = audit::audited(&books, lines, lateness);
    assert_eq!((receipt.accepted, receipt.duplicates), (audit.accepted, audit.duplicates));
    assert_eq!(receipt.quarantined, audit.quarantined);
    assert!(audit.earnings.len() > 50 && audit.payouts.len() > 5, "this audit says too little");
    assert_eq!(audit::compare(&books, &audit), Vec::<String>::new());
    assert_eq!(invariants::broken(&books), Vec::<String>::new());
}

fn workload(seed: u64) -> Vec<String> {
    let small = Options {
        brands: 3,
        ambassadors: 60,
        visitors: 500,
        events: 5_000,
        history: 1_000,
        seed,
        ..Options::default()
    };
    Workload::new(small).unwrap().collect()
}

/// The demo without the prizes of its boards, which are no part of an audit.
fn demo_without_prizes(seed: u64) -> Vec<String> {
    let lines = demo::events(seed);
    lines.into_iter().map(|line| line.replace(r#"prizes = [\"100.00\", \"50.00\", \"25.00\"]"#, "")).collect()
}

#[test]
fn generated_workloads_as_imported() {
    for seed in 1..=3 {
        compare(&imported(&workload(seed)), None);
    }
}

#[test]
fn a_generated_workload_as_lived() {
    compare(&lived(&workload(4)), Some(LATENESS));
}

#[test]
fn the_demo_as_imported() {
    compare(&imported(&demo_without_prizes(1)), None);
}

#[test]
fn the_demo_as_lived() {
    for seed in [1, 2] {
        compare(&lived(&demo_without_prizes(seed)), Some(LATENESS));
    }
}
