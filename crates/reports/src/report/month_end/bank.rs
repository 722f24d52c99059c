use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tribute_store::entity::bank_entry;

use super::{MonthEndRow, Of, stated::Stated};
use crate::{ReportError, error, query::Source, report::Amount};

/// An entry of an account at a bank.
pub(super) struct Entry {
    pub(super) row: bank_entry::Model,
    pub(super) payouts: Vec<String>,
}

impl Entry {
    /// How a person finds it.
    pub(super) fn named(&self) -> String {
        let row = &self.row;
        format!("entry {} of {} on {}", row.reference, row.account, row.day)
    }
}

/// The entries of the month, by the bank's days.
pub(super) async fn read(of: &Of<'_>, source: &impl Source) -> Result<Vec<Entry>, ReportError> {
    let day = |at: tribute_events::Timestamp| at.to_string().chars().take(10).collect::<String>();
    let rows = bank_entry::Entity::find()
        .filter(bank_entry::Column::Brand.eq(of.brand))
        .filter(bank_entry::Column::Day.gte(day(of.month.from)))
        .filter(bank_entry::Column::Day.lt(day(of.month.to)))
        .order_by_asc(bank_entry::Column::Day)
        .order_by_asc(bank_entry::Column::Entry);
    let rows = rows.all(source).await.map_err(ReportError::read("bank_entry"))?;
    let entry = |row: bank_entry::Model| {
        let payouts = error::json("bank_entry", &row.entry, &row.payouts)?;
        Ok(Entry { row, payouts })
    };
    rows.into_iter().map(entry).collect()
}

/// What they come to, by account and kind, between the balances that the bank states.
pub(super) fn rows(
    of: &Of<'_>,
    entries: &[Entry],
    stated: &[Stated],
) -> Result<Vec<MonthEndRow>, ReportError> {
    let mut sums: BTreeMap<_, (u64, i64)> = BTreeMap::new();
    for Entry { row, .. } in entries {
        let (count, sum) = sums.entry((&row.account, &row.asset, &row.kind)).or_default();
        *count = count.saturating_add(1);
        *sum = sum.saturating_add(row.amount);
    }
    // Within an account and currency: what it opens with, its entries, what it closes with.
    let mut rows = BTreeMap::new();
    for ((account, asset, kind), (count, sum)) in sums {
        let amount = Some(Amount::minor("bank_entry", sum, asset)?);
        let row = MonthEndRow {
            item: kind.clone(),
            count: Some(count),
            amount,
            ..of.row("bank", account.as_str())
        };
        rows.insert((account.as_str(), asset.as_str(), 1, kind.as_str()), row);
    }
    for it in stated {
        let (opening, closing) = it.balances(of)?;
        rows.insert((&it.account, &it.asset, 0, ""), opening);
        rows.insert((&it.account, &it.asset, 2, ""), closing);
    }
    Ok(rows.into_values().collect())
}
