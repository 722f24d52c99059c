//! What a program would have cost under other terms, end to end: the figures by hand, the books untouched.
//!
//! Real data is tried where `TRIBUTE_REAL_DATA` points at a folder with `replay/`; one line says when it was not.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "simulate/money.rs"]
mod money;
#[path = "simulate/real.rs"]
mod real;
#[path = "simulate/refused.rs"]
mod refused;
#[path = "simulate/rewards.rs"]
mod rewards;

use tribute_reports::{
    Books,
    simulate::{Simulation, SimulationError, simulate},
};
use tribute_tests::{Pipeline, Story, wait};

const MARCH: &str = "2026-03-01T00:00:00Z";
const APRIL: &str = "2026-04-01T00:00:00Z";

/// A terms file of the story's program, in force since long.
fn terms(body: &str) -> String {
    format!(
        "[program]\nbrand = 'acme'\nid = 'p'\nversion = 'new'\neffective_from = '2020-01-01T00:00:00Z'\n\
         currency = 'USD'\n{body}\n"
    )
}

fn pipeline_of(story: &Story) -> Pipeline {
    let mut pipeline = Pipeline::on_sqlite();
    let receipt = pipeline.feed(story.lines());
    assert_eq!(receipt.quarantined_in_all(), 0, "{receipt:?}: {:?}", pipeline.books().quarantine);
    pipeline
}

/// A simulation over these books, which must not touch them.
fn simulated(
    pipeline: &mut Pipeline,
    terms: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Simulation, SimulationError> {
    let before = pipeline.books();
    let instant = |text: Option<&str>| text.map(|text| text.parse().unwrap());
    let books = Books { database: pipeline.database(), registry: pipeline.registry() };
    let found = wait(simulate(&books, terms, instant(from), instant(to), &mut |_| ()));
    let after = pipeline.books();
    assert_eq!(before.digest(), after.digest(), "the books were touched");
    assert_eq!(before.log, after.log);
    found
}

/// Its rows: whom, net revenue, commission, other earnings, rewards, cost, each old → new, and the shares of revenue.
fn rows(found: &Simulation) -> Vec<String> {
    let cell = |row: &[tribute_reports::Cell], name: &str| {
        let columns = &found.table().columns;
        row[columns.iter().position(|column| column.name == name).unwrap()].for_csv()
    };
    let table = found.table();
    let shown = table.rows.iter().map(|row| {
        let of = |name: &str| cell(row, name);
        let pair = |name: &str| {
            let [old, new] = ["old", "new"].map(|side| of(&format!("{name}_{side}")));
            if old == new { old } else { format!("{old} → {new}") }
        };
        let whom = if of("scope") == "total" { "total".to_owned() } else { of("ambassador") };
        let figures = ["net_revenue", "commission", "other", "rewards", "cost"].map(pair).join(", ");
        format!("{whom} {}: {figures}; {} {}", of("currency"), pair("cost_share"), of("outcome"))
            .trim_end()
            .to_owned()
    });
    shown.collect()
}

/// The rows of a simulation of a story's March.
fn march(story: &Story, body: &str) -> Vec<String> {
    rows(&simulated(&mut pipeline_of(story), &terms(body), Some(MARCH), Some(APRIL)).unwrap())
}
