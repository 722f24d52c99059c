//! Simulations of random stories: whatever bears on what, the terms in force compared with themselves differ in nothing,
//! and what they come to is what the books say.

use std::collections::BTreeMap;

use tribute_events::{BrandId, ProgramId, Timestamp};
use tribute_reports::{
    Books,
    simulate::{Scope, Simulation, simulate},
};
use tribute_tests::{Pipeline, wait};
use tribute_tools::Random;

use crate::{facts::day, round::Round};

/// What is wrong with the simulations of a story.
pub(crate) fn wrong(round: &Round) -> Vec<String> {
    let lines = round.lines();
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(&lines);
    let mut random = Random::new(round.seed ^ 0x51);
    let versions = versions(&pipeline);
    if versions.is_empty() {
        return Vec::new();
    }
    let place = usize::try_from(random.below(versions.len() as u64)).unwrap();
    let (version, begins) = &versions[place];
    let ends = versions.get(place + 1).map_or(day(200), |(_, next)| *next);
    let from = day(random.between(0, 70)).max(*begins);
    let to = day(random.between(0, 140)).clamp(from.plus(1), ends.max(from.plus(1)));
    let text = text_of(&lines, version);
    let mut wrong = Vec::new();
    if from < ends
        && let Some(found) = simulated(&pipeline, &text, Some(from), Some(to))
    {
        let differing = found.rows.iter().filter(|row| row.old != row.new);
        wrong.extend(differing.map(|row| format!("from {from} to {to}: {row:?}")));
    }
    if let Some(found) = simulated(&pipeline, &text, None, None) {
        let (said, booked) = (old_totals(&found), booked(&mut pipeline));
        if said != booked {
            wrong.push(format!("the books hold {booked:?}, and the simulation says {said:?}"));
        }
    }
    wrong
}

/// The versions of the program, and from when on they hold.
fn versions(pipeline: &Pipeline) -> Vec<(String, Timestamp)> {
    let program = pipeline.registry().program(&BrandId::trusted("acme"), &ProgramId::trusted("p"));
    let heads = program.into_iter().flat_map(|it| it.versions()).map(|terms| &terms.program);
    heads.map(|head| (head.version.to_string(), head.effective_from)).collect()
}

fn text_of(lines: &[String], version: &str) -> String {
    let published = lines.iter().filter_map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        Some(event["data"]["terms"].as_str()?.to_owned())
    });
    let named = format!("id = 'p'\nversion = '{version}'");
    published.into_iter().find(|text| text.contains(&named)).unwrap()
}

/// Nothing where nothing happened.
fn simulated(
    pipeline: &Pipeline,
    text: &str,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Option<Simulation> {
    let books = Books { database: pipeline.database(), registry: pipeline.registry() };
    match wait(simulate(&books, text, from, to, &mut |_| ())) {
        Ok(found) => Some(found),
        Err(why) => {
            assert!(why.to_string().starts_with("no order, post or grant"), "{why}");
            None
        }
    }
}

fn old_totals(found: &Simulation) -> BTreeMap<String, i64> {
    let totals = found.rows.iter().filter(|row| row.scope == Scope::Total);
    let costs = totals.map(|row| {
        let cost = row.old.commission.get() + row.old.other.get() + row.old.rewards.get();
        (row.asset.clone(), cost)
    });
    costs.filter(|(_, cost)| *cost != 0).collect()
}

/// What the program's earnings and grants add up to, in millionths.
fn booked(pipeline: &mut Pipeline) -> BTreeMap<String, i64> {
    let books = pipeline.books();
    let mut totals: BTreeMap<String, i64> = BTreeMap::new();
    for row in books.earnings.iter().filter(|row| row.program == "p") {
        let unit = if row.asset == "JPY" { 1_000_000 } else { 10_000 };
        *totals.entry(row.asset.clone()).or_default() += row.amount * unit;
    }
    let standing = ["granted", "reserved", "delivered"];
    for row in books.rewards.iter().filter(|row| row.program == "p" && standing.contains(&&*row.status)) {
        let (asset, each) = row.fair_value.map_or((&*row.asset, 1_000_000), |value| ("USD", value));
        *totals.entry(asset.to_owned()).or_default() += row.units * each;
    }
    totals.retain(|_, total| *total != 0);
    totals
}
