use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use tribute_events::BankEntryKind;
use tribute_ledger::Memo;

use super::{MonthEndRow, Of, bank::Entry, payouts::Known};
use crate::{
    ReportError,
    query::{Query, Source},
    report::Amount,
};

/// The kind of an entry of the bank that nothing explains.
const UNEXPECTED: &str = BankEntryKind::Unexpected.as_str();

/// An entry of the books on `cash`.
#[derive(FromQueryResult)]
struct Cash {
    number: i64,
    recipe: String,
    memo: String,
    cause: String,
    happened_at: Option<i64>,
    asset: String,
    amount: i64,
}

/// What is in transit of a payout by the books.
#[derive(FromQueryResult)]
struct InTransit {
    memo: String,
    asset: String,
    amount: i64,
}

/// Sums by the id of what they are of and by currency.
type ById = BTreeMap<(String, String), i64>;

/// What is compared in each currency, and every difference by its id.
pub(super) async fn rows(
    of: &Of<'_>,
    source: &impl Source,
    payouts: &[Known],
    entries: &[Entry],
) -> Result<Vec<MonthEndRow>, ReportError> {
    let cash = cash(of, source).await?;
    let groups = Groups::of(entries, payouts);
    let (mut books, mut bank) = (ById::new(), ById::new());
    for line in &cash {
        add(&mut books, groups.of_line(of, line), &line.asset, line.amount);
    }
    for entry in entries {
        for (id, amount) in groups.of_entry(entry) {
            add(&mut bank, id, &entry.row.asset, amount);
        }
    }
    let said = Said { of, cash: &cash, entries, groups: &groups };
    let mut rows = compare(of, "cash", ("books", &books), ("bank", &bank), &|id| said.of_the_bank(id))?;
    let (mut settled, mut told) = (ById::new(), ById::new());
    for line in &cash {
        add(&mut settled, settled_or_not(of, line), &line.asset, line.amount);
    }
    for it in payouts {
        add(&mut told, it.payout.clone(), &it.asset, it.moved);
    }
    rows.extend(compare(of, "cash", ("books", &settled), ("payouts", &told), &|id| said.of_payouts(id))?);
    let (booked, open) = in_transit(of, source, payouts).await?;
    let why = |_: &str| {
        "the books and the payout's own state say different things; run `tribute verify`".to_owned()
    };
    rows.extend(compare(of, "in transit", ("books", &booked), ("payouts", &open), &why)?);
    Ok(rows)
}

fn add(sums: &mut ById, id: String, asset: &str, amount: i64) {
    let sum = sums.entry((id, asset.to_owned())).or_default();
    *sum = sum.saturating_add(amount);
}

async fn cash(of: &Of<'_>, source: &impl Source) -> Result<Vec<Cash>, ReportError> {
    let mut query = Query::new(
        "ledger_entry",
        "SELECT t.number AS number, t.recipe AS recipe, t.memo AS memo, t.cause AS cause, t.happened_at AS happened_at, \
            e.asset AS asset, e.amount AS amount \
         FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
         WHERE e.account = 'cash'",
    );
    query.only("t.brand", Some(of.brand));
    query.between("t.effective_at", Some(of.month.from), Some(of.month.to));
    query.push(" ORDER BY t.number, e.line");
    query.all(source).await
}

/// In transit by payout: by the books, and by the payouts' own state. Owed is positive.
async fn in_transit(
    of: &Of<'_>,
    source: &impl Source,
    payouts: &[Known],
) -> Result<(ById, ById), ReportError> {
    let mut query = Query::new(
        "ledger_entry",
        "SELECT t.memo AS memo, e.asset AS asset, CAST(SUM(-e.amount) AS BIGINT) AS amount \
         FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
         WHERE e.account LIKE 'ambassador:%:in_transit'",
    );
    query.only("t.brand", Some(of.brand));
    query.between("t.effective_at", None, Some(of.month.to));
    query.push(" GROUP BY t.memo, e.asset HAVING SUM(e.amount) <> 0");
    let (mut booked, mut open) = (ById::new(), ById::new());
    query
        .each(source, |row: InTransit| {
            let id = if let Memo::Payout(payout) = Memo::read(&row.memo) { payout } else { &row.memo };
            add(&mut booked, id.to_owned(), &row.asset, row.amount);
            Ok(())
        })
        .await?;
    for it in payouts {
        add(&mut open, it.payout.clone(), &it.asset, it.in_transit());
    }
    Ok((booked, open))
}

/// What entries of the bank are of. One that paid several payouts is parted by their amounts, where these add up to it;
/// else they count as one, under the first of their ids.
struct Groups<'a> {
    first: BTreeMap<String, String>,
    payouts: BTreeMap<&'a str, &'a Known>,
}

impl<'a> Groups<'a> {
    fn of(entries: &[Entry], payouts: &'a [Known]) -> Self {
        let payouts = payouts.iter().map(|it| (it.payout.as_str(), it)).collect();
        let mut groups = Self { first: BTreeMap::new(), payouts };
        let mut first: BTreeMap<String, String> = BTreeMap::new();
        for entry in entries.iter().filter(|it| !it.payouts.is_empty() && groups.parted(it).is_none()) {
            let firsts: BTreeSet<String> =
                entry.payouts.iter().map(|it| first.get(it).unwrap_or(it).clone()).collect();
            let Some(least) = firsts.first().cloned() else { continue };
            first.extend(entry.payouts.iter().map(|it| (it.clone(), least.clone())));
            first.values_mut().filter(|it| firsts.contains(*it)).for_each(|it| it.clone_from(&least));
        }
        groups.first = first;
        groups
    }

    fn of_payout(&self, payout: &str) -> String {
        self.first.get(payout).cloned().unwrap_or_else(|| payout.to_owned())
    }

    /// An entry of several payouts by these, where their amounts add up to it.
    fn parted(&self, entry: &Entry) -> Option<Vec<(String, i64)>> {
        let sign = entry.row.amount.signum();
        let part = |payout: &String| {
            let known = self.payouts.get(payout.as_str()).filter(|it| it.asset == entry.row.asset)?;
            Some((payout.clone(), known.amount.checked_mul(sign)?))
        };
        let parts: Vec<(String, i64)> = entry.payouts.iter().map(part).collect::<Option<_>>()?;
        let sum = parts.iter().try_fold(0_i64, |sum, (_, amount)| sum.checked_add(*amount))?;
        (parts.len() > 1 && sum == entry.row.amount).then_some(parts)
    }

    /// What of an entry is of what.
    fn of_entry(&self, entry: &Entry) -> Vec<(String, i64)> {
        if let Some(parts) = self.parted(entry) {
            return parts.into_iter().map(|(payout, amount)| (self.of_payout(&payout), amount)).collect();
        }
        let id =
            entry.payouts.first().map_or_else(|| entry.row.entry.clone(), |payout| self.of_payout(payout));
        vec![(id, entry.row.amount)]
    }

    fn of_line(&self, of: &Of<'_>, line: &Cash) -> String {
        match (Memo::read(&line.memo), line.memo.strip_prefix("bank entry ")) {
            (Memo::Payout(payout), _) => self.of_payout(payout),
            (_, Some(entry)) => entry.to_owned(),
            _ => transaction(of, line),
        }
    }
}

/// What a line of the books is of, beside payouts: a settlement is of its payout, anything else stands for itself.
fn settled_or_not(of: &Of<'_>, line: &Cash) -> String {
    match (line.recipe.as_str(), Memo::read(&line.memo)) {
        ("settle_payout" | "unsettle_payout", Memo::Payout(payout)) => payout.to_owned(),
        _ => transaction(of, line),
    }
}

fn transaction(of: &Of<'_>, line: &Cash) -> String {
    format!("{}/{}", of.brand, line.number)
}

/// Both sides and their difference in every currency, and the differences by id, which add up to it.
fn compare(
    of: &Of<'_>,
    name: &str,
    (one, ones): (&str, &ById),
    (other, others): (&str, &ById),
    why: &dyn Fn(&str) -> String,
) -> Result<Vec<MonthEndRow>, ReportError> {
    let assets: BTreeSet<&String> = ones.keys().chain(others.keys()).map(|(_, asset)| asset).collect();
    let mut rows = Vec::new();
    for asset in assets {
        let total = |sums: &ById| {
            let of_asset = sums.iter().filter(|((_, it), _)| it == asset);
            of_asset.fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount))
        };
        let (left, right) = (total(ones), total(others));
        let label = format!("{one} less {other}");
        for (item, minor) in [(one, left), (other, right), (&label, left.saturating_sub(right))] {
            let amount = Some(Amount::minor("ledger_entry", minor, asset)?);
            rows.push(MonthEndRow { item: item.to_owned(), amount, ..of.row("compared", name) });
        }
        let ids: BTreeSet<&String> =
            ones.keys().chain(others.keys()).filter(|(_, it)| it == asset).map(|(id, _)| id).collect();
        for id in ids {
            let key = (id.clone(), asset.clone());
            let side = |sums: &ById| sums.get(&key).copied().unwrap_or_default();
            let minor = side(ones).saturating_sub(side(others));
            if minor != 0 {
                let amount = Some(Amount::minor("ledger_entry", minor, asset)?);
                let (id, why) = (Some(id.clone()), Some(why(id)));
                rows.push(MonthEndRow {
                    item: label.clone(),
                    amount,
                    id,
                    why,
                    ..of.row("differences", name)
                });
            }
        }
    }
    Ok(rows)
}

/// Says what a difference comes from.
struct Said<'a> {
    of: &'a Of<'a>,
    cash: &'a [Cash],
    entries: &'a [Entry],
    groups: &'a Groups<'a>,
}

impl Said<'_> {
    fn of_the_bank(&self, id: &str) -> String {
        let lines: Vec<&Cash> =
            self.cash.iter().filter(|it| self.groups.of_line(self.of, it) == id).collect();
        let is_of = |entry: &&Entry| self.groups.of_entry(entry).iter().any(|(it, _)| it == id);
        let mut entries: Vec<&Entry> = self.entries.iter().filter(is_of).collect();
        // What nothing explains is told before what is of another amount, and that before what fits.
        entries.sort_by_key(|it| (it.row.kind != UNEXPECTED, self.groups.parted(it).is_some()));
        if let Some(line) = lines.iter().find(|it| it.happened_at.is_some()) {
            return format!(
                "{}/{} is booked in this month because its own was closed",
                self.of.brand, line.number
            );
        }
        match (lines.first(), entries.first()) {
            (Some(line), None) if line.recipe == "adjust" => {
                format!("{}: by hand, and no entry of the bank is matched with it", line.memo)
            }
            (Some(line), None) => {
                format!(
                    "{} by event {}, and no entry of the bank in this month shows it",
                    line.recipe, line.cause
                )
            }
            (_, Some(entry)) if entry.row.kind == UNEXPECTED || entry.payouts.is_empty() => {
                format!("{}: {}, and the books have nothing for it", entry.named(), entry.row.kind)
            }
            (None, Some(entry)) => format!("{}: the books have it in no entry of this month", entry.named()),
            (_, Some(entry)) => format!("{}: the bank booked another amount than the books", entry.named()),
            (None, None) => "nothing of this month is known under this id".to_owned(),
        }
    }

    fn of_payouts(&self, id: &str) -> String {
        let line = self.cash.iter().find(|it| settled_or_not(self.of, it) == id);
        let Some(line) = line else {
            return "it moved in this month, and the books have it in another one: that was closed"
                .to_owned();
        };
        match line.recipe.as_str() {
            "bank_charge" => format!("{}: the bank's charge", line.memo),
            "bank_exchange_in" | "bank_exchange_out" => format!("{}: exchanged by the bank", line.memo),
            "adjust" => format!("{}: by hand", line.memo),
            _ => format!("{} in this month, by event {}: its own month was closed", line.recipe, line.cause),
        }
    }
}
