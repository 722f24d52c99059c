//! The law: what comes out is a function of the facts, and of the ticks of the clock between them. The same facts in
//! another order, twice, in batches of 1, 2, 7 or all, with the database and the engine closed and opened again after
//! each batch, come to the same conversions, earnings, balances, payouts, boards and rewards.
//!
//! `TRIBUTE_TEST_ROUNDS` says how many rounds are made, 2,000 by default; `TRIBUTE_TEST_SEED` repeats a single one.
//! The first failing round, or the first `TRIBUTE_TEST_SHOWN`, is printed in its smallest form.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

#[path = "properties/facts.rs"]
mod facts;
#[path = "properties/round.rs"]
mod round;
#[path = "properties/shrink.rs"]
mod shrink;
#[path = "properties/terms.rs"]
mod terms;

use std::{
    env,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use round::{Arrangement, Round};
use tribute_tests::invariants;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Runs rounds on every processor; `check` says what is wrong with one.
fn rounds(count: u64, check: impl Fn(u64) -> Option<String> + Sync) -> Vec<(u64, String)> {
    if let Some(seed) = number("TRIBUTE_TEST_SEED") {
        return check(seed).map(|wrong| (seed, wrong)).into_iter().collect();
    }
    let (next, failed) = (AtomicU64::new(1), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > count {
                        return;
                    }
                    if let Some(wrong) = check(seed) {
                        failed.lock().unwrap().push((seed, wrong));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    failed
}

#[test]
fn the_same_facts_come_to_the_same_whatever_way_they_arrive() {
    let count = number("TRIBUTE_TEST_ROUNDS").unwrap_or(2_000);
    let failed = rounds(count, |seed| {
        let (round, arrangement) = (Round::of(seed), Arrangement::of(seed));
        let mut said = Vec::new();
        let told = round.run(Arrangement::TOLD, &mut said);
        let broken = invariants::broken(&told);
        if !broken.is_empty() {
            return Some(format!("the books do not hold: {broken:?}"));
        }
        let other = round.run(arrangement, &mut said);
        (told.digest() != other.digest()).then(|| format!("{arrangement:?}"))
    });
    let reports: Vec<_> = failed.iter().take(shown()).map(|(seed, wrong)| explained(*seed, wrong)).collect();
    let seeds: Vec<_> = failed.iter().map(|(seed, _)| seed).collect();
    assert!(failed.is_empty(), "{} of {count} rounds fail: {seeds:?}\n{}", failed.len(), reports.join("\n"));
}

/// A step that happens at an instant sees what had happened by then, even when later facts are there already.
#[test]
fn a_year_imported_first_comes_to_the_same_as_one_that_was_lived() {
    let count = number("TRIBUTE_TEST_ROUNDS").unwrap_or(2_000) / 4;
    let differ = |round: &Round| round.run_unanswered().differences(&round.imported().run_unanswered());
    let failed =
        rounds(count, |seed| (!differ(&Round::punctual(seed)).is_empty()).then(|| "imported".to_owned()));
    let reports = failed.iter().take(shown()).map(|(seed, _)| {
        let smallest = shrink::smallest(&Round::punctual(*seed), |round| !differ(round).is_empty());
        format!("## seed {seed}\n{}{}\n", shrink::told(&smallest), differ(&smallest).join("\n"))
    });
    let (reports, seeds): (Vec<_>, Vec<_>) =
        (reports.collect(), failed.iter().map(|(seed, _)| seed).collect());
    assert!(failed.is_empty(), "{} of {count} rounds fail: {seeds:?}\n{}", failed.len(), reports.join("\n"));
}

fn shown() -> usize {
    usize::try_from(number("TRIBUTE_TEST_SHOWN").unwrap_or(1)).unwrap()
}

/// A failing round in its smallest form.
fn explained(seed: u64, wrong: &str) -> String {
    let round = Round::of(seed);
    let arrangement = shrink::plainest(&round, Arrangement::of(seed));
    let smallest = shrink::smallest(&round, |round| !shrink::differences(round, arrangement).is_empty());
    let differences = shrink::differences(&smallest, arrangement).join("\n");
    format!("## seed {seed}: {wrong}, {arrangement:?}\n{}{differences}\n", shrink::told(&smallest))
}
