use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use tribute_events::Timestamp;
use tribute_store::entity::payout;

use super::{MonthEndRow, Of};
use crate::{ReportError, error, query::Source, report::Amount};

/// The states in which a payout's money is in transit.
const IN_TRANSIT: [&str; 4] = ["proposed", "approved", "exported", "sent"];

#[derive(Deserialize)]
struct Line {
    at: Timestamp,
    status: String,
    #[serde(default)]
    reference: Option<String>,
}

/// A payout as it stood at the month's end.
pub(super) struct Known {
    pub(super) payout: String,
    ambassador: String,
    pub(super) asset: String,
    pub(super) amount: i64,
    status: String,
    /// Since when it stood there, and the bank's or the file's reference.
    since: Timestamp,
    reference: Option<String>,
    /// What left the account in the month, less what came back: negative where money went out.
    pub(super) moved: i64,
    /// Whether something became of it in the month.
    touched: bool,
}

impl Known {
    /// What of it is in transit.
    pub(super) fn in_transit(&self) -> i64 {
        if IN_TRANSIT.contains(&self.status.as_str()) { self.amount } else { 0 }
    }
}

/// The payouts of the brand's runs up to the month's end.
pub(super) async fn read(of: &Of<'_>, source: &impl Source) -> Result<Vec<Known>, ReportError> {
    let rows = payout::Entity::find()
        .filter(payout::Column::Brand.eq(of.brand))
        .filter(payout::Column::RunAt.lt(of.month.to.millis()))
        .order_by_asc(payout::Column::RunAt)
        .order_by_asc(payout::Column::Payout);
    let rows = rows.all(source).await.map_err(ReportError::read("payout"))?;
    rows.into_iter().map(|row| known(of, row)).collect()
}

fn known(of: &Of<'_>, row: payout::Model) -> Result<Known, ReportError> {
    let history: Vec<Line> = error::json("payout", &row.payout, &row.history)?;
    let (amount, asset) = match (row.amount, row.asset) {
        (Some(amount), Some(asset)) => (amount, asset),
        _ => (row.balance, row.balance_asset),
    };
    let during = |at: Timestamp| of.month.from <= at && at < of.month.to;
    let mut was_settled = false;
    let mut moved = 0_i64;
    for line in &history {
        let change = match line.status.as_str() {
            "settled" => amount.saturating_neg(),
            "returned" if was_settled => amount,
            _ => 0,
        };
        was_settled |= line.status == "settled";
        if during(line.at) {
            moved = moved.saturating_add(change);
        }
    }
    let touched = history.iter().any(|line| during(line.at));
    let last = history.into_iter().rfind(|line| line.at < of.month.to);
    let run_at = error::at(row.run_at);
    let (status, since, reference) =
        last.map_or(("proposed".to_owned(), run_at, None), |it| (it.status, it.at, it.reference));
    Ok(Known {
        payout: row.payout,
        ambassador: row.ambassador,
        asset,
        amount,
        status,
        since,
        reference,
        moved,
        touched,
    })
}

/// What payouts come to by their state; then those with the bank, one by one.
pub(super) fn rows(of: &Of<'_>, payouts: &[Known]) -> Result<Vec<MonthEndRow>, ReportError> {
    let mut sums: BTreeMap<(&str, &str), (u64, i64)> = BTreeMap::new();
    for it in payouts.iter().filter(|it| it.touched || it.in_transit() != 0) {
        let (count, sum) = sums.entry((&it.status, &it.asset)).or_default();
        *count = count.saturating_add(1);
        *sum = sum.saturating_add(it.amount);
    }
    let mut rows = Vec::new();
    for ((status, asset), (count, sum)) in sums {
        let amount = Some(Amount::minor("payout", sum, asset)?);
        rows.push(MonthEndRow {
            item: "sum".into(),
            count: Some(count),
            amount,
            ..of.row("payouts", status)
        });
    }
    for it in payouts.iter().filter(|it| ["exported", "sent"].contains(&it.status.as_str())) {
        let named = it.reference.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
        rows.push(MonthEndRow {
            item: "not settled".to_owned(),
            amount: Some(Amount::minor("payout", it.amount, &it.asset)?),
            id: Some(it.payout.clone()),
            why: Some(format!("{} to {} on {}{named}", it.status, it.ambassador, it.since)),
            ..of.row("payouts", it.status.as_str())
        });
    }
    Ok(rows)
}
