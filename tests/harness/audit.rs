//! The independent auditor's findings, compared with the books cell by cell.

use std::{collections::BTreeMap, fmt::Debug};

use tribute_auditor::{Audit, Decision, Options, Source};
use tribute_events::{Conversion, Milliseconds, Timestamp};

use crate::Books;

/// What differs between the books and an audit of the lines that made them, with payouts as after an import.
pub fn differences(books: &Books, lines: &[String]) -> Vec<String> {
    compare(books, &audited(books, lines, None))
}

/// The audit of the lines, up to the clock of the books. `lateness`: how long a run waits for what is late.
pub fn audited(books: &Books, lines: &[String], lateness: Option<Milliseconds>) -> Audit {
    let to = Timestamp::from_millis(books.clock.unwrap_or(i64::MIN));
    let options = Options { to: Some(to), lateness, ..Options::default() };
    tribute_auditor::audit(lines.iter().map(String::as_bytes), &options)
}

/// What differs, cell by cell.
pub fn compare(books: &Books, audit: &Audit) -> Vec<String> {
    let mut found = differ("conversion", conversions(books), audited_conversions(audit));
    found.extend(differ("earning", earnings(books), audited_earnings(audit)));
    found.extend(differ("total", totals(books), audited_totals(audit)));
    found.extend(differ("grants", grants(books), audited_grants(audit)));
    found.extend(differ("payout", payouts(books), audited_payouts(audit)));
    found
}

type Cells = BTreeMap<String, String>;

fn differ(table: &str, ours: Cells, theirs: Cells) -> Vec<String> {
    let keys: std::collections::BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    let unequal = keys.into_iter().filter(|key| ours.get(*key) != theirs.get(*key));
    unequal.map(|key| format!("{table} {key}: {:?}, auditor {:?}", ours.get(key), theirs.get(key))).collect()
}

fn cell(key: &impl Debug, value: &impl Debug) -> (String, String) {
    (format!("{key:?}"), format!("{value:?}"))
}

/// A part of a whole in lowest terms.
fn lowest(weight: i128, of: i128) -> (i128, i128) {
    let (mut a, mut b) = (weight, of);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (weight / a.max(1), of / a.max(1))
}

fn conversions(books: &Books) -> Cells {
    let mut cells = Cells::new();
    for row in &books.conversions {
        let conversion: Conversion = serde_json::from_str(&row.conversion).unwrap();
        let last = conversion.moments.last().unwrap();
        let of = last.shares.iter().map(|share| i128::from(share.weight)).sum();
        for share in &last.shares {
            let who = share.ambassador.as_ref().map(ToString::to_string);
            let key = (&row.brand, &row.program, &row.order_id, who);
            cells.extend([cell(&key, &(lowest(share.weight.into(), of), &conversion.reason.tier))]);
        }
    }
    cells
}

fn audited_conversions(audit: &Audit) -> Cells {
    let cells = audit.conversions.iter().map(|(key, credit)| {
        let who = key.ambassador.as_ref().map(ToString::to_string);
        let key = (key.brand.as_str(), key.program.as_str(), key.order.as_str(), who);
        cell(&key, &(lowest(credit.weight, credit.of), credit.tier))
    });
    cells.collect()
}

/// Shares of recruiters are one row for each commission here, and one for the order there. Prizes are no part of
/// an audit.
fn earnings(books: &Books) -> Cells {
    let mut sums: BTreeMap<_, (i64, i64)> = BTreeMap::new();
    for row in books.earnings.iter().filter(|row| row.amount != 0 && row.kind != "prize") {
        let rule = if row.kind == "recruiter" { "recruiter" } else { row.rule.as_str() };
        // The auditor names a bonus by its period, the pipeline by its rule and period.
        let source = match row.source.strip_prefix("period:").and_then(|name| name.rsplit_once('/')) {
            Some((_, period)) => format!("period:{period}"),
            None => row.source.clone(),
        };
        let key = (&row.brand, &row.program, source, &row.ambassador, rule, &row.asset);
        let sum = sums.entry(key).or_insert((0, row.clears_at));
        *sum = (sum.0 + row.amount, sum.1.max(row.clears_at));
    }
    sums.retain(|_, (amount, _)| *amount != 0);
    sums.iter().map(|(key, value)| cell(key, value)).collect()
}

fn audited_earnings(audit: &Audit) -> Cells {
    let cells = audit.earnings.iter().map(|(key, earning)| {
        let source = match &key.source {
            Source::Period(name) => {
                format!("period:{}", name.rsplit_once('/').map_or(name.as_str(), |it| it.1))
            }
            other => other.to_string(),
        };
        let (brand, program, ambassador) =
            (key.brand.as_str(), key.program.as_str(), key.ambassador.as_str());
        let key = (brand, program, source, ambassador, key.rule.as_str(), key.asset.as_str());
        cell(&key, &(earning.amount, earning.clears_at.millis()))
    });
    cells.collect()
}

fn totals(books: &Books) -> Cells {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in books.earnings.iter().filter(|row| row.kind != "prize") {
        *sums.entry((&row.brand, &row.program, &row.ambassador, &row.asset)).or_default() += row.amount;
    }
    sums.retain(|_, amount| *amount != 0);
    sums.iter().map(|(key, amount)| cell(key, amount)).collect()
}

fn audited_totals(audit: &Audit) -> Cells {
    let cells = audit.totals.iter().filter(|(_, amount)| **amount != 0).map(|(key, amount)| {
        let key = (key.brand.as_str(), key.program.as_str(), key.ambassador.as_str(), key.asset.as_str());
        cell(&key, amount)
    });
    cells.collect()
}

/// What was granted and not revoked.
fn grants(books: &Books) -> Cells {
    let mut counts: BTreeMap<_, (u64, i64)> = BTreeMap::new();
    for row in books.rewards.iter().filter(|row| row.status != "revoked") {
        let key = (&row.brand, &row.program, &row.ambassador, &row.mission, &row.asset);
        let count = counts.entry(key).or_default();
        *count = (count.0 + 1, count.1 + row.units);
    }
    counts.iter().map(|(key, count)| cell(key, count)).collect()
}

fn audited_grants(audit: &Audit) -> Cells {
    let cells = audit.grants.iter().map(|(key, grants)| {
        let (brand, program, ambassador) =
            (key.brand.as_str(), key.program.as_str(), key.ambassador.as_str());
        let key = (brand, program, ambassador, key.mission.as_str(), key.asset.as_str());
        cell(&key, &(grants.count, grants.units))
    });
    cells.collect()
}

fn payouts(books: &Books) -> Cells {
    let cells = books.payouts.iter().map(|row| {
        let run_at = Timestamp::from_millis(row.run_at).to_string();
        let key = (&row.brand, &row.program, &row.ambassador, run_at, &row.balance_asset);
        let decision = match (row.status.as_str(), &row.asset, row.amount) {
            ("carried", ..) => "carried".to_owned(),
            ("held", ..) => "held".to_owned(),
            (_, Some(asset), Some(amount)) => format!("{amount} {asset}"),
            (status, ..) => status.to_owned(),
        };
        cell(&key, &(row.balance, decision))
    });
    cells.collect()
}

fn audited_payouts(audit: &Audit) -> Cells {
    let cells = audit.payouts.iter().map(|(key, value)| {
        let run_at = key.run_at.to_string();
        let decision = match &value.decision {
            Decision::Paid { asset, amount } => format!("{amount} {asset}"),
            Decision::Carried => "carried".to_owned(),
            Decision::Held(_) => "held".to_owned(),
        };
        let (brand, program, ambassador) =
            (key.brand.as_str(), key.program.as_str(), key.ambassador.as_str());
        cell(&(brand, program, ambassador, run_at, key.asset.as_str()), &(value.balance, decision))
    });
    cells.collect()
}
