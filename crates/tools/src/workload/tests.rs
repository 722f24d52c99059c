use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use tribute_events::{Arrival, Event, Payload, Timestamp, decode};
use tribute_terms::Registry;

use super::*;

fn small(mix: Mix, events: u64) -> Options {
    Options { mix, events, history: 5_000, seed: 42, brands: 5, ambassadors: 200, visitors: 5_000 }
}

fn hash(options: Options) -> String {
    let mut hasher = Sha256::new();
    for line in Workload::new(options).unwrap() {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Every line of a run, with the tally at its end.
fn run(options: Options) -> (Vec<String>, Tally) {
    let mut workload = Workload::new(options).unwrap();
    let lines: Vec<_> = workload.by_ref().collect();
    (lines, *workload.tally())
}

fn accepted(lines: &[String]) -> Vec<Event> {
    lines.iter().filter_map(|line| decode(line.as_bytes(), Arrival::Live(Timestamp::MIN)).ok()).collect()
}

/// Whether `count` of `total` is `per_million` of it, give or take a fifth and a little.
fn about(count: u64, total: u64, per_million: u64) -> bool {
    let expected = total * per_million / 1_000_000;
    count.abs_diff(expected) <= expected / 5 + 8
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = hash(small(Mix::A, 3_000));
    assert_eq!(first, hash(small(Mix::A, 3_000)));
    assert_ne!(first, hash(Options { seed: 43, ..small(Mix::A, 3_000) }));
    assert_eq!(
        first, "4f09ed5e939602a3",
        "the workload changed: results before and after cannot be compared"
    );
}

#[test]
fn a_run_has_as_many_lines_as_it_says() {
    for events in [0, 1, 7, 2_000] {
        let options = small(Mix::B, events);
        let expected = options.lines();
        assert_eq!(run(options).0.len() as u64, expected, "{events}");
    }
}

#[test]
fn the_mix_is_kept() {
    for mix in [Mix::A, Mix::B, Mix::C] {
        let (_, tally) = run(small(mix, 40_000));
        let counts = [tally.clicks, tally.posts, tally.sales, tally.refunds];
        for (count, part) in counts.into_iter().zip(mix.parts()) {
            assert!(about(count, 40_000, part * 1_000), "{mix:?}: {tally}");
        }
    }
}

#[test]
fn the_dirt_is_as_listed() {
    let (lines, tally) = run(small(Mix::A, 120_000));
    for (name, count, total, per_million) in [
        ("duplicates", tally.duplicates, 120_000, 10_000),
        ("revisions", tally.revisions, 120_000, 500),
        ("poison", tally.poison, 120_000, 100),
        ("out of order", tally.out_of_order, 120_000, 100_000),
        ("late", tally.late, 120_000, 20_000),
        ("refunds", tally.refunds, tally.sales, 60_000),
        ("partial", tally.partial_refunds, tally.refunds, 300_000),
        ("early", tally.early_refunds, tally.refunds, 10_000),
        ("told again", tally.repeated_refunds, tally.refunds, 5_000),
    ] {
        assert!(about(count, total, per_million), "{name}: {tally}");
    }
    let bytes: usize = lines.iter().map(String::len).sum();
    assert!((270..330).contains(&(bytes / lines.len())), "{} bytes a line", bytes / lines.len());
}

#[test]
fn every_line_but_poison_decodes_and_the_tally_is_true() {
    let (lines, tally) = run(small(Mix::A, 30_000));
    let events = accepted(&lines);
    assert_eq!(lines.len() as u64 - events.len() as u64, tally.poison);
    let ids: BTreeSet<_> = events.iter().map(Event::identity).collect();
    assert_eq!(events.len() as u64 - ids.len() as u64, tally.duplicates);
    let mut orders: BTreeMap<_, u64> = BTreeMap::new();
    let mut refunds: BTreeMap<_, u64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for event in events.iter().filter(|event| seen.insert(event.identity())) {
        match &event.payload {
            Payload::SaleCompleted(sale) => *orders.entry(&sale.order).or_default() += 1,
            Payload::SaleRefunded(refund) => *refunds.entry(&refund.refund).or_default() += 1,
            _ => {}
        }
    }
    assert_eq!((orders.len() as u64, refunds.len() as u64), (tally.sales, tally.refunds));
    assert_eq!(orders.values().sum::<u64>(), tally.sales + tally.revisions);
    assert_eq!(refunds.values().sum::<u64>(), tally.refunds + tally.repeated_refunds);
}

#[test]
fn no_refund_is_without_its_sale_or_before_its_time() {
    let (lines, tally) = run(small(Mix::A, 30_000));
    let events = accepted(&lines);
    let mut sold = BTreeMap::new();
    for event in events.iter().rev() {
        if let Payload::SaleCompleted(sale) = &event.payload {
            sold.insert(&sale.order, event.time);
        }
    }
    let (mut told, mut early) = (BTreeSet::new(), BTreeSet::new());
    for event in &events {
        match &event.payload {
            Payload::SaleCompleted(sale) => _ = told.insert(&sale.order),
            Payload::SaleRefunded(refund) => {
                let order = refund.order.as_ref().unwrap();
                assert!(event.time > sold[order], "{order}");
                early.extend((!told.contains(order)).then_some(order));
            }
            _ => {}
        }
    }
    assert_eq!(early.len() as u64, tally.early_refunds);
}

#[test]
fn terms_change_twice_and_are_accepted() {
    let options = small(Mix::A, 30_000);
    let (lines, tally) = run(options);
    assert_eq!(tally.terms, 10);
    let mut registry = Registry::default();
    for event in &accepted(&lines) {
        registry.apply(event).unwrap();
    }
    let programs: Vec<_> = registry.every_program().collect();
    assert_eq!(programs.len(), 5);
    for (_, _, program) in programs {
        assert_eq!((program.versions().len(), program.ambassadors().len()), (3, 40));
    }
}

#[test]
fn in_mix_c_every_sale_is_one_ambassadors() {
    let (lines, _) = run(small(Mix::C, 20_000));
    for event in accepted(&lines) {
        if let Payload::SaleCompleted(sale) = event.payload {
            assert_eq!((event.brand.as_str(), sale.codes[0].as_str()), ("brand-000", "CODE000000"));
        }
    }
}

#[test]
fn recording_never_goes_back_but_in_copies() {
    let (lines, _) = run(small(Mix::A, 20_000));
    let (mut seen, mut last) = (BTreeSet::new(), Timestamp::MIN);
    for event in accepted(&lines) {
        if seen.insert(event.identity()) {
            assert!(event.recorded >= last && event.time <= event.recorded);
            last = event.recorded;
        }
    }
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    for options in [
        Options { brands: 0, ..Options::default() },
        Options { brands: 5, ambassadors: 4, ..Options::default() },
        Options { visitors: 0, ..Options::default() },
    ] {
        assert!(Workload::new(options).is_err());
    }
}
