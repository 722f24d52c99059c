//! What is owed, for how long, and how it came about: each report against the ledger's balances.

use std::collections::BTreeMap;

use tribute_money::parse_minor;
use tribute_reports::{
    Books, Filter,
    report::{Accruals, Ageing, Amount, Balances, Liabilities, Report, collect},
};
use tribute_tests::{Pipeline, wait};

use crate::{small_workload, story};

fn rows<R: Report>(report: &R, pipeline: &Pipeline, at: Option<&str>) -> Vec<R::Row> {
    let filter = Filter { to: at.map(|at| at.parse().unwrap()), ..Filter::default() };
    let books = Books { database: pipeline.database(), registry: pipeline.registry() };
    wait(collect(report, &books, &filter)).unwrap()
}

fn minor(amount: &Amount) -> i64 {
    parse_minor(&amount.amount, &amount.currency.parse().unwrap()).unwrap()
}

fn maybe(amount: Option<&Amount>) -> i64 {
    amount.map_or(0, minor)
}

/// Brand and asset, and pending, available, in transit, tokens.
type Sums = BTreeMap<(String, String), [i64; 4]>;

fn add(sums: &mut Sums, key: (String, String), values: [i64; 4]) {
    let sum = sums.entry(key).or_default();
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

fn check(pipeline: &Pipeline, at: Option<&str>) {
    let (mut owed, mut held) = (Sums::new(), Sums::new());
    let mut available: BTreeMap<(String, String, String), i64> = BTreeMap::new();
    for row in rows(&Liabilities, pipeline, at) {
        let values =
            [&row.pending, &row.available, &row.in_transit, &row.outstanding].map(|it| maybe(it.as_ref()));
        assert_eq!(maybe(row.owed.as_ref()), values[..3].iter().sum::<i64>());
        if row.reserved.is_none() {
            available.insert((row.brand.clone(), row.program, row.asset.clone()), values[1]);
            add(&mut owed, (row.brand, row.asset), values);
        }
    }
    for row in rows(&Balances, pipeline, at) {
        let values =
            [&row.pending, &row.available, &row.in_transit, &row.wallet].map(|it| maybe(it.as_ref()));
        add(&mut held, (row.brand, row.asset), values);
    }
    held.retain(|_, values| *values != [0; 4]);
    owed.retain(|_, values| *values != [0; 4]);
    assert!(!owed.is_empty());
    assert_eq!(owed, held, "liabilities at {at:?} are the balances");

    let mut aged: BTreeMap<_, i64> = BTreeMap::new();
    for row in rows(&Ageing, pipeline, at) {
        let buckets = [&row.days_0_30, &row.days_31_60, &row.days_61_90, &row.over_90_days].map(minor);
        assert!(buckets.iter().all(|bucket| *bucket >= 0) && minor(&row.owed_back) <= 0, "{row:?}");
        assert!(minor(&row.owed_back) == 0 || buckets == [0; 4], "{row:?}");
        assert_eq!(buckets.iter().sum::<i64>() + minor(&row.owed_back), minor(&row.available), "{row:?}");
        *aged.entry((row.brand, row.program, row.currency)).or_default() += minor(&row.available);
    }
    available.retain(|_, amount| *amount != 0);
    aged.retain(|_, amount| *amount != 0);
    assert_eq!(aged, available, "the buckets add up to what is available at {at:?}");
}

/// What was accrued, less what was taken back and what was paid for good, is what is owed.
fn check_accruals(pipeline: &Pipeline) {
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in rows(&Accruals, pipeline, None) {
        let change = minor(&row.accrued) - minor(&row.reversed) + minor(&row.written_off) - minor(&row.paid)
            + minor(&row.returned)
            + minor(&row.adjusted)
            + minor(&row.exchanged)
            - minor(&row.withheld);
        *sums.entry((row.brand, row.currency)).or_default() += change;
    }
    for row in rows(&Liabilities, pipeline, None) {
        if let Some(owed) = &row.owed {
            *sums.entry((row.brand, row.asset)).or_default() -= minor(owed);
        }
    }
    assert!(sums.values().all(|left| *left == 0), "{sums:?}");
}

#[test]
fn liabilities_and_their_ageing_are_the_ledgers_balances_at_any_instant() {
    let pipeline = story::told();
    for at in [None, Some("2026-02-15T00:00:00Z"), Some("2026-03-20T12:00:00Z"), Some("2026-04-03T03:30:00Z")]
    {
        check(&pipeline, at);
    }
    let workload = small_workload();
    for at in [None, Some("2026-03-01T00:00:00Z"), Some("2026-05-01T00:00:00Z")] {
        check(&workload, at);
    }
}

#[test]
fn accruals_explain_what_is_owed() {
    check_accruals(&story::told());
    let unconverted = story::told_in([false; 2]);
    check_accruals(&unconverted);
    let months: Vec<_> = rows(&Accruals, &unconverted, None)
        .into_iter()
        .filter(|row| row.program == "jp")
        .map(|row| {
            format!("{} {} {} {}", row.month, row.accrued.amount, row.reversed.amount, row.paid.amount)
        })
        .collect();
    // Four orders a month of 12,345 yen at 10 %, each rounded by itself; two refunds of 7 yen.
    assert_eq!(months, ["2026-01 4940 0 0", "2026-02 4940 1 0", "2026-03 4940 0 0", "2026-04 0 1 9879"]);
}

#[test]
fn promised_perks_count_at_their_fair_value() {
    let pipeline = story::told();
    let perks: Vec<_> = rows(&Liabilities, &pipeline, None)
        .into_iter()
        .filter_map(|row| Some((row.program, row.reserved?, row.fair_value?.amount, row.unvalued?)))
        .collect();
    let of = |program: &str, units, value: &str| (program.to_owned(), units, value.to_owned(), 0);
    assert_eq!(perks, [of("bh", 4, "48.000"), of("jp", 4, "48"), of("us", 3, "36.00")]);
}

/// First in, first out, by hand: 10.00 and 20.00 cleared, 12.00 taken back afterwards.
#[test]
fn what_was_taken_back_goes_against_what_cleared_first() {
    let terms =
        "[attribution]\nhold = '0d'\ngrace = '0h'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n";
    let mut story = tribute_tests::Story::new(terms);
    story.click("2026-01-01T09:00:00Z", "A").sale("2026-01-01T10:00:00Z", "1", "100.00");
    story.click("2026-03-01T09:00:00Z", "A").sale("2026-03-01T10:00:00Z", "2", "200.00");
    story
        .tick("2026-03-02T00:00:00Z")
        .refund("2026-03-03T00:00:00Z", "2", "r", "120.00")
        .tick("2026-03-05T00:00:00Z");
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let found = rows(&Ageing, &pipeline, Some("2026-04-04T00:00:00Z"));
    let [row] = &found[..] else { panic!("{found:?}") };
    let shown = [&row.days_0_30, &row.days_31_60, &row.days_61_90, &row.over_90_days, &row.available];
    assert_eq!(shown.map(|amount| amount.amount.as_str()), ["0.00", "18.00", "0.00", "0.00", "18.00"]);
    let found = rows(&Ageing, &pipeline, Some("2026-03-02T00:00:00Z"));
    let shown = [&found[0].days_0_30, &found[0].days_31_60, &found[0].available];
    assert_eq!(shown.map(|amount| amount.amount.as_str()), ["20.00", "10.00", "30.00"]);
}
