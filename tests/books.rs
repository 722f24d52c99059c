//! Books out and statements: what is written for accountants passes the checkers of others, and they add it up to what the ledger says,
//! to the last unit of money, tokens and perks. Needs hledger and ledger on the path, and Python with venv, in which
//! beancount is fetched once in pinned versions; qpdf looks at the documents.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "books/checkers.rs"]
mod checkers;
#[path = "books/closing.rs"]
mod closing;
#[path = "books/owed.rs"]
mod owed;
#[path = "books/statements.rs"]
mod statements;
#[path = "books/story.rs"]
mod story;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use serde_json::Value;
use tribute_events::{BrandId, Timestamp};
use tribute_formats::books::{BooksFormat, Chart, commodity_of};
use tribute_money::Asset;
use tribute_reports::{
    Books, Filter,
    export::{Extent, export},
    report::{TrialBalance, collect},
};
use tribute_tests::{Pipeline, wait};
use tribute_tools::workload::{Options, Workload};

use crate::checkers::{PROGRAMS, check, trial_balance};

/// Account, asset, minor units.
type Balances = BTreeMap<(String, String), i64>;

fn written(
    pipeline: &Pipeline,
    brand: &str,
    format: BooksFormat,
    chart: &str,
    extent: [Option<&str>; 2],
) -> String {
    let [from, to] = extent.map(|at| at.map(|at| at.parse::<Timestamp>().unwrap()));
    let extent = Extent { brand: BrandId::trusted(brand), from, to };
    let mut out = Vec::new();
    let chart = if chart.is_empty() { Chart::default() } else { Chart::read(chart).unwrap() };
    wait(export(pipeline.database(), &extent, format, chart, &mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

fn on_disk(name: &str, text: &str) -> PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("books");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// What the ledger says, by our own names; before an instant where one is given.
fn ours(pipeline: &Pipeline, brand: &str, before: Option<&str>) -> Balances {
    let to = before.map(|at| at.parse::<Timestamp>().unwrap().minus(1));
    let filter = Filter { brand: Some(brand.to_owned()), to, ..Filter::default() };
    let books = Books { database: pipeline.database(), registry: pipeline.registry() };
    let rows = wait(collect(&TrialBalance, &books, &filter)).unwrap();
    let minor = |row: &tribute_reports::report::TrialBalanceRow| {
        let asset: Asset = row.asset.parse().unwrap();
        let read = |text: &str| tribute_money::parse_minor(text, &asset).unwrap();
        let debit = row.debit.as_ref().map_or(0, |amount| read(&amount.amount));
        debit - row.credit.as_ref().map_or(0, |amount| read(&amount.amount))
    };
    rows.iter().map(|row| ((row.account.clone(), row.asset.clone()), minor(row))).collect()
}

/// The names that the file gives our accounts: as it declares them.
fn names(pipeline: &Pipeline, brand: &str, format: BooksFormat, text: &str) -> BTreeMap<String, String> {
    if format == BooksFormat::Beancount {
        let mut lines = text.lines().peekable();
        let mut names = BTreeMap::new();
        while let Some(line) = lines.next() {
            if let Some((_, name)) = line.split_once(" open ") {
                let ours = lines.peek().unwrap().trim().strip_prefix("ours: ").unwrap();
                names.insert(serde_json::from_str::<String>(ours).unwrap(), name.to_owned());
            }
        }
        return names;
    }
    let csv = written(pipeline, brand, BooksFormat::Csv, "", [None, None]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let records = reader.records().map(Result::unwrap);
    records.map(|record| (record[13].to_owned(), record[14].to_owned())).collect()
}

fn renamed(balances: &Balances, names: &BTreeMap<String, String>) -> Balances {
    let mut all = Balances::new();
    for ((account, asset), amount) in balances {
        *all.entry((names[account].clone(), asset.clone())).or_default() += amount;
    }
    all
}

#[test]
fn every_checker_accepts_the_books_and_adds_them_up_to_ours() {
    let pipeline = story::told();
    let ours = ours(&pipeline, "acme", None);
    let assets: BTreeSet<_> = ours.keys().map(|(_, asset)| asset.as_str()).collect();
    assert_eq!(Vec::from_iter(assets), ["BHD", "EUR", "JPY", "SKU:TOTE-1.5", "SPRING_COIN_26", "USD"]);
    for format in PROGRAMS {
        let text = written(&pipeline, "acme", format, "", [None, None]);
        let file = on_disk(&format!("story-{format:?}"), &text);
        let (accepted, said) = check(format, &file);
        assert!(accepted, "{format:?}: {said}");
        let wanted = renamed(&ours, &names(&pipeline, "acme", format, &text));
        assert_eq!(trial_balance(format, &file), wanted, "{format:?}");
    }
}

#[test]
fn a_part_of_the_books_begins_with_what_was_before() {
    let pipeline = story::told();
    let (from, to) = ("2026-03-01T00:00:00Z", "2026-04-04T00:00:00Z");
    let ours = ours(&pipeline, "acme", Some(to));
    for format in PROGRAMS {
        let text = written(&pipeline, "acme", format, "", [Some(from), Some(to)]);
        assert!(text.contains("2026-03-01 * opening") || text.contains("2026-03-01 * \"opening\""));
        let file = on_disk(&format!("part-{format:?}"), &text);
        let (accepted, said) = check(format, &file);
        assert!(accepted, "{format:?}: {said}");
        let wanted = renamed(&ours, &names(&pipeline, "acme", format, &text));
        assert_eq!(trial_balance(format, &file), wanted, "{format:?}");
    }
    let json: Value =
        serde_json::from_str(&written(&pipeline, "acme", BooksFormat::Json, "", [Some(from), Some(to)]))
            .unwrap();
    let mut sums = Balances::new();
    let entries =
        json["transactions"].as_array().unwrap().iter().flat_map(|it| it["entries"].as_array().unwrap());
    for entry in json["opening"].as_array().unwrap().iter().chain(entries) {
        let key = ["account", "asset"].map(|field| entry[field].as_str().unwrap().to_owned());
        *sums.entry(key.into()).or_default() += entry["minor_units"].as_i64().unwrap();
    }
    sums.retain(|_, sum| *sum != 0);
    assert_eq!(sums, ours);
}

/// One unit more or less in one line, of every asset; and one in both lines, so that the transaction still balances.
#[test]
fn one_unit_that_was_changed_is_found_by_every_checker() {
    let pipeline = story::told();
    let json: Value =
        serde_json::from_str(&written(&pipeline, "acme", BooksFormat::Json, "", [None, None])).unwrap();
    let transactions = json["transactions"].as_array().unwrap();
    let mut assets = BTreeMap::new();
    for transaction in transactions {
        let entries = transaction["entries"].as_array().unwrap();
        let first = &entries[0];
        if entries.len() == 2 {
            assets
                .entry(first["asset"].as_str().unwrap().to_owned())
                .or_insert_with(|| first["amount"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(assets.len(), 6);
    for format in PROGRAMS {
        let text = written(&pipeline, "acme", format, "", [None, None]);
        for (asset, amount) in &assets {
            let commodity = commodity_of(&asset.parse().unwrap());
            let more = one_more(amount);
            let opposite =
                |amount: &str| amount.strip_prefix('-').map_or_else(|| format!("-{amount}"), str::to_owned);
            let posted = |amount: &str| format!("  {amount} {commodity}\n");
            let once = text.replacen(&posted(amount), &posted(&more), 1);
            let twice = once.replacen(&posted(&opposite(amount)), &posted(&opposite(&more)), 1);
            for (how, tampered) in [("once", &once), ("twice", &twice)] {
                assert_ne!(tampered, &text, "{format:?} {asset}");
                let file = on_disk(&format!("tampered-{format:?}"), tampered);
                let (accepted, said) = check(format, &file);
                assert!(!accepted, "{format:?} does not see {asset} changed {how}: {said}");
            }
        }
    }
}

/// The last digit one up, or down from nine.
fn one_more(amount: &str) -> String {
    let (rest, last) = amount.split_at(amount.len() - 1);
    let digit: u32 = last.parse().unwrap();
    format!("{rest}{}", if digit == 9 { 8 } else { digit + 1 })
}

#[test]
fn a_customers_own_accounts_take_the_place_of_ours() {
    let pipeline = story::told();
    let chart = "[accounts]\n'expense:commission' = 'Expenses:6100-Ambassadors'\ncash = 'Assets:1000-Bank'\n\
        'ambassador:*:pending' = 'Liabilities:2110-Payable:{ambassador}'\n\
        'ambassador:*:available' = 'Liabilities:2110-Payable:{ambassador}'\n'ambassador:*:in_transit' = 'Liabilities:2120-Clearing'\n";
    for format in PROGRAMS {
        let text = written(&pipeline, "acme", format, chart, [None, None]);
        let file = on_disk(&format!("chart-{format:?}"), &text);
        let (accepted, said) = check(format, &file);
        assert!(accepted, "{format:?}: {said}");
        let balances = trial_balance(format, &file);
        let key = ("Expenses:6100-Ambassadors".to_owned(), "USD".to_owned());
        assert_eq!(
            balances[&key],
            ours(&pipeline, "acme", None)[&("expense:commission".to_owned(), "USD".to_owned())]
        );
        assert!(
            balances
                .keys()
                .all(|(account, _)| !account.ends_with("ending") && !account.ends_with("vailable"))
        );
    }
}

#[test]
fn every_cause_stands_in_the_file() {
    let pipeline = story::told();
    let text = written(&pipeline, "acme", BooksFormat::Hledger, "", [None, None]);
    let sold =
        text.split("\n\n").find(|it| it.contains("accrue\n") && it.contains("event_id: sale-0\n")).unwrap();
    for tag in [
        "source: order:us%2C 0",
        "rule: ten",
        "terms: spring 2026",
        "program: us",
        "effective_at: 2026-01-03T09:00:00Z",
    ] {
        assert!(sold.contains(&format!("    ; {tag}\n")), "{tag} is missing: {sold}");
    }
    assert!(text.contains("; payout: po_"), "no payout is named");
    let json: Value =
        serde_json::from_str(&written(&pipeline, "acme", BooksFormat::Json, "", [None, None])).unwrap();
    let anchor = json["anchor"].as_str().unwrap();
    assert!(text.contains(&format!("; anchor  {anchor}\n")));
    let last =
        json["transactions"].as_array().unwrap().iter().max_by_key(|it| it["number"].as_u64()).unwrap();
    assert_eq!(anchor, format!("{}:{}", last["number"], last["chain_hash"].as_str().unwrap()));
}

fn small_workload() -> Pipeline {
    let small = Options {
        brands: 2,
        ambassadors: 40,
        visitors: 300,
        events: 3_000,
        history: 500,
        seed: 7,
        ..Options::default()
    };
    let mut pipeline = Pipeline::on_sqlite();
    let mut lines: Vec<String> = Workload::new(small).unwrap().collect();
    lines.extend((4..=9).map(|month| story::tick(&format!("2026-{month:02}-02"))));
    pipeline.feed_by(1_000, &lines);
    pipeline
}

#[test]
fn a_workload_comes_to_the_same_in_every_program() {
    let mut pipeline = small_workload();
    let books = pipeline.books();
    let brands: BTreeSet<_> = books.transactions.iter().map(|row| row.brand.as_str()).collect();
    assert_eq!(brands.len(), 2);
    for brand in brands {
        let ours = ours(&pipeline, brand, None);
        for format in PROGRAMS {
            let text = written(&pipeline, brand, format, "", [None, None]);
            let file = on_disk(&format!("workload-{format:?}"), &text);
            let (accepted, said) = check(format, &file);
            assert!(accepted, "{format:?}: {said}");
            assert_eq!(
                trial_balance(format, &file),
                renamed(&ours, &names(&pipeline, brand, format, &text)),
                "{format:?}"
            );
        }
    }
}
