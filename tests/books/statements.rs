//! Statements for people, month by month: each begins where the last one ended, and ends where the ledger stands.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use tribute_events::{AmbassadorId, BrandId};
use tribute_formats::account_statement::Statement;
use tribute_reports::{
    Books, Filter,
    report::{BalanceRow, Balances, collect},
    statement::{Month, StatementOf, statement, table},
};
use tribute_tests::{Pipeline, wait};

use crate::{checkers::check_pdf, on_disk, small_workload, story};

fn told(pipeline: &Pipeline, brand: &str, ambassador: &str, month: &str) -> Statement {
    let of = StatementOf {
        brand: BrandId::trusted(brand),
        ambassador: AmbassadorId::trusted(ambassador),
        program: None,
        month: month.parse().unwrap(),
    };
    wait(statement(pipeline.database(), &of)).unwrap()
}

/// What the ledger says is owed just before an instant, by brand, ambassador and asset.
fn ledger(pipeline: &Pipeline, month: &Month) -> BTreeMap<(String, String, String), i64> {
    let filter = Filter { to: Some(month.to.minus(1)), ..Filter::default() };
    let books = Books { database: pipeline.database(), registry: pipeline.registry() };
    let owed = |row: &BalanceRow| {
        let asset = row.asset.parse().unwrap();
        let states = [&row.pending, &row.available, &row.in_transit, &row.wallet].into_iter().flatten();
        states.map(|amount| tribute_money::parse_minor(&amount.amount, &asset).unwrap()).sum()
    };
    let rows = wait(collect(&Balances, &books, &filter)).unwrap();
    let owed = rows.into_iter().map(|row| (owed(&row), (row.brand, row.ambassador, row.asset)));
    owed.filter(|(owed, _)| *owed != 0).map(|(owed, key)| (key, owed)).collect()
}

fn check(pipeline: &mut Pipeline, months: &[&str]) -> usize {
    let accounts = pipeline.books().balances;
    let people: BTreeSet<(String, String)> = accounts
        .iter()
        .filter_map(|row| {
            let held = row.account.strip_prefix("ambassador:")?.rsplit_once(':')?;
            Some((row.brand.clone(), held.0.to_owned()))
        })
        .collect();
    let mut carried: BTreeMap<(String, String, String), i64> = BTreeMap::new();
    let mut lines = 0;
    for month in months {
        let ledger = ledger(pipeline, &month.parse().unwrap());
        let mut closed = BTreeMap::new();
        for (brand, who) in &people {
            let statement = told(pipeline, brand, who, month);
            for account in &statement.accounts {
                let key = (brand.clone(), who.clone(), account.asset.to_string());
                let opening = account.opening.total.minor();
                assert_eq!(
                    opening,
                    carried.get(&key).copied().unwrap_or_default(),
                    "{month} {key:?} begins elsewhere"
                );
                let change: i64 = account.lines.iter().map(|line| line.change.minor()).sum();
                assert_eq!(opening + change, account.closing.total.minor(), "{month} {key:?}");
                if account.asset.is_currency() {
                    let parts =
                        [&account.closing.pending, &account.closing.available, &account.closing.in_transit];
                    let parts: i64 = parts.into_iter().flatten().map(|part| part.minor()).sum();
                    assert_eq!(parts, account.closing.total.minor(), "{month} {key:?}");
                }
                lines += account.lines.len();
                closed.insert(key, account.closing.total.minor());
            }
        }
        closed.retain(|_, owed| *owed != 0);
        assert_eq!(closed, ledger, "the statements of {month} end where the ledger stands");
        carried = closed;
    }
    lines
}

#[test]
fn the_statements_of_everybody_add_up_to_the_ledger() {
    let months = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"];
    assert!(check(&mut story::told(), &months) > 60);
    let workload =
        ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"];
    assert!(check(&mut small_workload(), &workload) > 200);
}

#[test]
fn a_statement_says_what_happened_and_at_which_rate() {
    let pipeline = story::told();
    let march = told(&pipeline, "acme", "ada", "2026-03");
    let text = table(&march).to_text();
    assert!(text.contains("Order us, 24") && text.contains("rule ten, terms spring 2026"), "{text}");
    let april = told(&pipeline, "acme", "ada", "2026-04");
    let rates: Vec<_> = april.payouts.iter().filter_map(|payout| payout.rate.clone()).collect();
    assert!(rates.contains(&"1 EUR = 1.0871 USD, fixed 2026-03-31".to_owned()), "{:?}", april.payouts);
    let text = table(&april).to_text();
    for what in ["Payout arrived", "Payout exchanged into another currency", "Refund of order", "a hat"] {
        assert!(text.contains(what), "{what} is missing: {text}");
    }
    assert_eq!(march.anchor, april.anchor);
    let of = StatementOf {
        brand: BrandId::trusted("acme"),
        ambassador: AmbassadorId::trusted("nobody"),
        program: None,
        month: "2026-03".parse().unwrap(),
    };
    let nobody = wait(statement(pipeline.database(), &of)).unwrap_err();
    assert!(nobody.to_string().contains("has booked nothing for ambassador nobody"), "{nobody}");
}

#[test]
fn documents_are_whole_and_hold_the_anchor() {
    let pipeline = story::told();
    for (place, who) in story::PEOPLE.iter().enumerate() {
        let april = told(&pipeline, "acme", who, "2026-04");
        let file = on_disk(&format!("statement-{place}.pdf"), "");
        fs::write(&file, april.to_pdf()).unwrap();
        let (whole, said) = check_pdf(&file);
        assert!(whole, "{who}: {said}");
        let page = april.to_html();
        on_disk(&format!("statement-{place}.html"), &page);
        assert!(page.contains(&april.anchor.to_string()) && page.contains("April 2026"));
        let json: serde_json::Value = serde_json::to_value(&april).unwrap();
        assert_eq!(json["anchor"], april.anchor.to_string());
    }
}
