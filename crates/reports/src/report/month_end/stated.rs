//! What accounts open and close with as their bank states it, beside what their entries come to.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tribute_events::{StatementRead, Timestamp};
use tribute_money::parse_minor;
use tribute_store::entity::{bank_entry, event_log};

use super::{MonthEndRow, Of};
use crate::{ReportError, query::Source, report::Amount};

/// An account in one currency: its statements that close in the month, as one.
pub(super) struct Stated {
    pub(super) account: String,
    pub(super) asset: String,
    opening: i64,
    closing: i64,
    /// The first and the last of the statements.
    first: String,
    last: Statement,
    /// What the entries come to that were read of these statements.
    entries: i64,
}

/// A statement that was read: what it opens and closes with, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    id: String,
    sequence: Option<String>,
    day: String,
    opening: i64,
    closing: i64,
}

/// Of every account with a statement that closes in the month: its balances, and its entries.
pub(super) async fn read(of: &Of<'_>, source: &impl Source) -> Result<Vec<Stated>, ReportError> {
    let accounts = statements(of, source).await?;
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let entries = bank_entry::Entity::find()
        .filter(bank_entry::Column::Brand.eq(of.brand))
        .order_by_asc(bank_entry::Column::Day)
        .order_by_asc(bank_entry::Column::Entry);
    let entries = entries.all(source).await.map_err(ReportError::read("bank_entry"))?;
    let stated = |((account, asset), all): ((String, String), Vec<Statement>)| {
        let own: Vec<&bank_entry::Model> =
            entries.iter().filter(|it| it.account == account && it.asset == asset).collect();
        of_account(of, account, asset, &all, &own)
    };
    Ok(accounts.into_iter().filter_map(stated).collect())
}

/// The statements that were read up to the month's end, by account and currency, in their order.
async fn statements(
    of: &Of<'_>,
    source: &impl Source,
) -> Result<BTreeMap<(String, String), Vec<Statement>>, ReportError> {
    let query = event_log::Entity::find()
        .filter(event_log::Column::Brand.eq(of.brand))
        .filter(event_log::Column::EventType.eq("tribute.statement.read"))
        .filter(event_log::Column::Refused.eq(0))
        .order_by_asc(event_log::Column::Seq);
    let mut accounts: BTreeMap<_, Vec<Statement>> = BTreeMap::new();
    for row in query.all(source).await.map_err(ReportError::read("event_log"))? {
        let unreadable =
            |why: &dyn std::fmt::Display| ReportError::stored("event_log", &row.event_id, &why.to_string());
        let mut event: serde_json::Value = serde_json::from_str(&row.body).map_err(|why| unreadable(&why))?;
        let said: StatementRead =
            serde_json::from_value(event["data"].take()).map_err(|why| unreadable(&why))?;
        let minor = |text: &str| parse_minor(text, &said.currency).map_err(|why| unreadable(&why));
        // Without a day nobody knows which month it closes.
        let Some(day) = said.closes_on.map(|day| day.to_string()) else { continue };
        let statement = Statement {
            opening: minor(&said.opening)?,
            closing: minor(&said.closing)?,
            id: said.statement.to_string(),
            sequence: said.sequence.map(String::from),
            day,
        };
        if statement.day < day_of(of.month.to) {
            accounts
                .entry((said.account.to_string(), said.currency.to_string()))
                .or_default()
                .push(statement);
        }
    }
    for all in accounts.values_mut() {
        // Numbers run on within a year and are of different length: the shorter is the smaller.
        let number = |it: &Statement| it.sequence.as_ref().map(|text| (text.len(), text.clone()));
        all.sort_by_key(|it| (it.day.clone(), number(it), it.id.clone()));
        all.dedup_by(|a, b| a.id == b.id && a.sequence == b.sequence);
    }
    Ok(accounts)
}

fn day_of(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

fn of_account(
    of: &Of<'_>,
    account: String,
    asset: String,
    all: &[Statement],
    entries: &[&bank_entry::Model],
) -> Option<Stated> {
    let begins = day_of(of.month.from);
    let (before, own) = all.split_at(all.partition_point(|it| it.day < begins));
    let (first, last) = (own.first()?, own.last()?);
    let ids = |all: &[Statement]| all.iter().map(|it| it.id.clone()).collect::<BTreeSet<String>>();
    let (before_ids, own_ids) = (ids(before), ids(own));
    // By its statement, where that has a name of its own; else, as what a notification told first, by its day.
    let is_own = |it: &&&bank_entry::Model| match (
        own_ids.contains(&it.statement),
        before_ids.contains(&it.statement),
    ) {
        (true, false) => true,
        (false, true) => false,
        _ => it.day <= last.day && before.last().is_none_or(|before| it.day > before.day),
    };
    let sum = entries.iter().filter(is_own).fold(0_i64, |sum, it| sum.saturating_add(it.amount));
    Some(Stated {
        opening: first.opening,
        closing: last.closing,
        first: first.id.clone(),
        last: last.clone(),
        entries: sum,
        account,
        asset,
    })
}

impl Stated {
    fn row(
        &self,
        of: &Of<'_>,
        part: &'static str,
        item: &str,
        minor: i64,
    ) -> Result<MonthEndRow, ReportError> {
        let amount = Some(Amount::minor("event_log", minor, &self.asset)?);
        Ok(MonthEndRow { item: item.to_owned(), amount, ..of.row(part, self.account.as_str()) })
    }

    /// What it opens with and what it closes with.
    pub(super) fn balances(&self, of: &Of<'_>) -> Result<(MonthEndRow, MonthEndRow), ReportError> {
        let states = |id: &str, more: &str| Some(format!("as statement {id} states{more}"));
        let opening = self.row(of, "bank", "opening", self.opening)?;
        let closing = self.row(of, "bank", "closing", self.closing)?;
        let until = format!(", on {}", self.last.day);
        Ok((
            MonthEndRow { why: states(&self.first, ""), ..opening },
            MonthEndRow { why: states(&self.last.id, &until), ..closing },
        ))
    }

    /// What the balances differ by beside what the entries come to, and their difference.
    pub(super) fn compared(&self, of: &Of<'_>) -> Result<Vec<MonthEndRow>, ReportError> {
        let moved = self.closing.saturating_sub(self.opening);
        let less = moved.saturating_sub(self.entries);
        let label = "closing less opening and entries";
        let items = [("closing less opening", moved), ("entries", self.entries), (label, less)];
        let rows = items.map(|(item, minor)| self.row(of, "compared", item, minor));
        let mut rows = rows.into_iter().collect::<Result<Vec<_>, _>>()?;
        if less != 0 {
            let why = format!(
                "statements {} to {} of {} have entries that were not read, or that were put aside: read them again, and \
                 see `tribute quarantine list`",
                self.first, self.last.id, self.account
            );
            let (id, why) = (Some(self.last.id.clone()), Some(why));
            rows.push(MonthEndRow { id, why, ..self.row(of, "differences", label, less)? });
        }
        Ok(rows)
    }
}
