//! Two months of real data: the terms in force differ from themselves in nothing, and say what the books say.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
};

use tribute_tests::{Pipeline, event};
use tribute_tools::{
    Compression,
    replay::{self, Options, Order},
};

use crate::simulated;

const DECEMBER: &str = "2010-12-05T00:00:00Z";
const JANUARY: &str = "2011-01-05T00:00:00Z";
/// Later lines are left away.
const END: &str = "2011-01-16T00:00:00Z";

#[test]
fn a_month_of_real_data_is_simulated_to_what_the_books_hold() {
    let Some(data) = std::env::var_os("TRIBUTE_REAL_DATA").map(PathBuf::from) else {
        writeln!(std::io::stderr(), "TRIBUTE_REAL_DATA is not set: no month of real data was simulated")
            .unwrap();
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_owned();
    let options = Options {
        input: data.join("replay"),
        output: output.clone(),
        order: Order::Event,
        compression: Compression::None,
    };
    replay::convert(&options).unwrap();
    let mut pipeline = Pipeline::on_sqlite();
    let all = replay::terms();
    let (name, text) = all.iter().find(|(name, _)| name.starts_with("gifts-uk")).unwrap();
    let published = serde_json::json!({"terms": text});
    let began = "2010-11-01T00:00:00Z";
    pipeline.feed(&[event("gifts-uk", name, "program.published", began, began, &published)]);
    let lines = BufReader::new(std::fs::File::open(output.join("events.ndjson")).unwrap()).lines();
    let recent = |line: &String| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["time"].as_str().is_some_and(|time| time < END)
    };
    let lines: Vec<String> = lines.map(Result::unwrap).take_while(recent).collect();
    pipeline.feed_by(4_000, &lines);
    let found = simulated(&mut pipeline, text, Some(DECEMBER), Some(JANUARY)).unwrap();
    assert!(found.rows.len() > 20, "{found}");
    for row in &found.rows {
        assert_eq!(row.old, row.new, "{:?}", row.ambassador);
    }
    let books = pipeline.books();
    let at = |text: &str| text.parse::<tribute_events::Timestamp>().unwrap().millis();
    let during = at(DECEMBER)..at(JANUARY);
    let earned =
        books.earnings.iter().filter(|row| row.program == "gifts-uk" && during.contains(&row.source_at));
    let total = found.rows.last().unwrap();
    assert_eq!(
        total.old.commission.get() + total.old.other.get(),
        earned.map(|row| row.amount * 10_000).sum::<i64>()
    );
    let dearer = text.replace("pays.percent = \"10%\"", "pays.percent = \"20%\"");
    let found = simulated(&mut pipeline, &dearer, Some(DECEMBER), Some(JANUARY)).unwrap();
    let total = found.rows.last().unwrap();
    let [old, new] = [&total.old, &total.new].map(|side| side.commission.get());
    // Each order is rounded once: at twice the rate by no more than a cent apart from twice the amount.
    assert!((new - 2 * old).abs() <= 10_000 * 2_000 && new > old, "{old} {new}");
}
