//! What the books of two runs say, and where they differ.

use std::collections::BTreeMap;

use anyhow::Result;
use tribute_reports::{Books, Filter, Format, Style, report};
use tribute_services::Engine;
use tribute_store::sea_orm::QueryResult;

use crate::{figures::Figures, watch::rows};

/// How many lines that differ are shown of each part.
const SHOWN: usize = 3;

/// The parts of the books that are read by a statement, each row as one text. What depends on how the same facts were
/// cut into batches is folded: pairs that cancel each other out leave nothing.
const FOLDED: [(&str, &str); 7] = [
    (
        "ledger",
        "SELECT t.brand || ' ' || e.account || ' ' || e.asset || ' ' || t.effective_at || ' ' \
            || CAST(SUM(e.amount) AS BIGINT) FROM ledger_entry e JOIN ledger_transaction t \
            ON t.brand = e.brand AND t.number = e.number \
         GROUP BY t.brand, e.account, e.asset, t.effective_at HAVING SUM(e.amount) <> 0",
    ),
    (
        "movements",
        "SELECT brand || ' ' || program || ' ' || ambassador || ' ' || asset || ' ' || available_at || ' ' \
            || CAST(SUM(amount) AS BIGINT) FROM movement \
         GROUP BY brand, program, ambassador, asset, available_at HAVING SUM(amount) <> 0",
    ),
    (
        "all balances",
        "SELECT brand || ' ' || account || ' ' || asset || ' ' || amount FROM balance WHERE amount <> 0",
    ),
    (
        "earnings as booked",
        "SELECT brand || ' ' || program || ' ' || source || ' ' || ambassador || ' ' || rule || ' ' || asset \
            || ' ' || amount || ' ' || clears_at || ' ' || earning FROM earning",
    ),
    (
        "conversions as decided",
        "SELECT brand || ' ' || program || ' ' || order_id || ' ' || ambassador || ' ' || conversion FROM conversion",
    ),
    (
        "frozen boards",
        "SELECT brand || ' ' || board || ' ' || period || ' ' || segment || ' ' || ranks FROM board",
    ),
    ("clock", "SELECT CAST(at AS TEXT) FROM clock"),
];

/// Every report.
const SUBJECTS: [(&str, report::Subject); 9] = [
    ("report balances", report::Subject::Balances),
    ("report earnings", report::Subject::Earnings),
    ("report conversions", report::Subject::Conversions),
    ("report payouts", report::Subject::Payouts),
    ("report rewards", report::Subject::Rewards),
    ("report leaderboard", report::Subject::Leaderboard(None)),
    ("report funnel", report::Subject::Funnel(report::Funnel::by(report::FunnelBy::Ambassador))),
    ("report funnel by post", report::Subject::Funnel(report::Funnel::by(report::FunnelBy::Post))),
    ("report summary", report::Subject::Summary),
];

/// Everything that is compared, part by part, in sorted lines.
pub(crate) type Pages = BTreeMap<&'static str, Vec<String>>;

/// Reads everything that is compared.
pub(crate) async fn pages(engine: &Engine) -> Result<Pages> {
    let mut pages = Pages::new();
    let books = Books { database: engine.database(), registry: engine.registry() };
    for (name, subject) in SUBJECTS {
        let mut out = Vec::new();
        let style = Style { width: None, colour: false };
        report::print(subject, &books, &Filter::default(), Format::Csv, style, &mut out).await?;
        let lines = String::from_utf8(out)?.lines().map(str::to_owned).collect();
        pages.insert(name, lines);
    }
    // A grant that was taken back before anybody saw it leaves a row or none, by how the facts were batched.
    if let Some(grants) = pages.get_mut("report rewards") {
        grants.retain(|line| !line.contains(",revoked,"));
    }
    for (name, text) in FOLDED {
        let rows = rows(engine.database(), text).await?;
        let line = |row: &QueryResult| Ok(row.try_get_by_index(0)?);
        pages.insert(name, rows.iter().map(line).collect::<Result<_>>()?);
    }
    pages.insert("quarantine", quarantine(engine).await?);
    pages.insert("event log", log(engine).await?);
    pages.values_mut().for_each(|lines| lines.sort_unstable());
    Ok(pages)
}

async fn quarantine(engine: &Engine) -> Result<Vec<String>> {
    let rows = rows(engine.database(), "SELECT code, body FROM quarantine").await?;
    let line = |row: &QueryResult| {
        let (code, body): (String, Vec<u8>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(format!("{code} {}", String::from_utf8_lossy(&body)))
    };
    rows.iter().map(line).collect()
}

/// The identities of the events that were taken in.
async fn log(engine: &Engine) -> Result<Vec<String>> {
    let text = "SELECT brand || ' ' || source || ' ' || event_id FROM event_log WHERE refused = 0";
    let rows = rows(engine.database(), text).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Compares, and puts down what differs. `truth` is the undisturbed run's.
pub(crate) fn compare(truth: &Pages, found: &Pages, figures: &mut Figures) {
    for (name, wanted) in truth {
        let empty = Vec::new();
        let found = found.get(name).unwrap_or(&empty);
        let (missing, surplus) = (without(wanted, found), without(found, wanted));
        if *name == "event log" {
            figures.lost += count(&missing);
            figures.doubled += count(&surplus);
        }
        let differ = count(&missing) + count(&surplus);
        figures.differences += differ;
        if differ > 0 {
            figures.find(format!("{name}: {differ} lines differ\n{}", shown(&missing, &surplus)));
        }
    }
}

/// The lines of one list that the other has not, as often as it has not. Both are sorted.
fn without<'l>(one: &'l [String], other: &[String]) -> Vec<&'l str> {
    let mut other = other.iter().peekable();
    let mut rest = Vec::new();
    for line in one {
        while other.next_if(|it| *it < line).is_some() {}
        if other.next_if(|it| *it == line).is_none() {
            rest.push(line.as_str());
        }
    }
    rest
}

fn shown(missing: &[&str], surplus: &[&str]) -> String {
    let short = |line: &str| line.chars().take(300).collect::<String>();
    let missing = missing.iter().take(SHOWN).map(|line| format!("  - {}", short(line)));
    let surplus = surplus.iter().take(SHOWN).map(|line| format!("  + {}", short(line)));
    missing.chain(surplus).collect::<Vec<_>>().join("\n")
}

fn count(lines: &[&str]) -> u64 {
    u64::try_from(lines.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Figures, compare};

    #[test]
    fn what_is_missing_and_what_is_double_is_told_apart() {
        let page = |lines: &[&str]| {
            BTreeMap::from([("event log", lines.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())])
        };
        let mut figures = Figures::default();
        compare(&page(&["a", "b", "c"]), &page(&["a", "c", "c"]), &mut figures);
        assert_eq!((figures.lost, figures.doubled, figures.differences), (1, 1, 2));
        let mut figures = Figures::default();
        compare(&page(&["a", "b"]), &page(&["a", "b"]), &mut figures);
        assert!(figures.is_clean());
    }
}
