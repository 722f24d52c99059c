//! What runs come to: totals by currency, and what is left out of them, with the reasons.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tribute_events::PayoutId;
use tribute_money::{Asset, format_minor};
use tribute_payouts::{Outcome, Proposal};
use tribute_reports::{Cell, Column, Table};
use tribute_store::entity::payout;

use crate::{arguments::Format, messages::say};

/// A balance in a run, and what becomes of it.
pub(super) struct Line {
    pub(super) payout: PayoutId,
    ambassador: String,
    status: String,
    amount: i64,
    asset: Asset,
    /// In the currency of the balance.
    withheld: Option<(i64, Asset)>,
    method: Option<String>,
    reason: Option<String>,
}

impl Line {
    /// What a run would make of it.
    pub(super) fn of_proposal(proposal: Proposal) -> Self {
        let Proposal { payout, balance, outcome } = proposal;
        let line = |status: &str, amount, asset| Self {
            payout,
            ambassador: balance.ambassador.to_string(),
            status: status.to_owned(),
            amount,
            asset,
            withheld: None,
            method: None,
            reason: None,
        };
        match outcome {
            Outcome::Pay { asset, amount, withheld, method, note, .. } => Self {
                withheld: (withheld > 0).then(|| (withheld, balance.asset.clone())),
                method: method.map(|method| method.to_string()),
                reason: note,
                ..line("proposed", amount, asset)
            },
            Outcome::Carry { reason } => {
                Self { reason: Some(reason), ..line("carried", balance.amount, balance.asset) }
            }
            Outcome::Hold { reason } => {
                Self { reason: Some(reason), ..line("held", balance.amount, balance.asset) }
            }
        }
    }

    /// What a run made of it.
    pub(super) fn of_row(row: &payout::Model) -> Result<Self> {
        let balance: Asset = row.balance_asset.parse()?;
        let (amount, asset) = match (row.amount, &row.asset) {
            (Some(amount), Some(asset)) => (amount, asset.parse()?),
            _ => (row.balance, balance.clone()),
        };
        Ok(Self {
            payout: PayoutId::trusted(&row.payout),
            ambassador: row.ambassador.clone(),
            status: row.status.clone(),
            amount,
            asset,
            withheld: row.withheld.map(|kept| (kept, balance)),
            method: row.method.clone(),
            reason: row.reason.clone(),
        })
    }

    fn cells(&self) -> Result<Vec<Cell>> {
        let amount = |amount: i64, asset: &Asset| {
            Ok::<_, anyhow::Error>(Cell::Amount(format_minor(amount, asset)?, asset.to_string()))
        };
        let withheld = self.withheld.as_ref().map(|(kept, asset)| amount(*kept, asset)).transpose()?;
        Ok(vec![
            Cell::text(self.payout.as_str()),
            Cell::text(self.ambassador.as_str()),
            Cell::text(self.status.as_str()),
            amount(self.amount, &self.asset)?,
            Cell::text(self.asset.as_str()),
            withheld.unwrap_or(Cell::Nothing),
            Cell::maybe(self.method.as_deref()),
            Cell::maybe(self.reason.as_deref()),
        ])
    }
}

/// Shows balances one by one; for people also what they come to.
pub(super) fn show(lines: &[Line], format: Format) -> Result<()> {
    let mut table = Table::new([
        Column::left("payout"),
        Column::left("ambassador"),
        Column::left("status"),
        Column::right("amount"),
        Column::for_programs("currency"),
        Column::right("withheld"),
        Column::left("method"),
        Column::left("reason"),
    ]);
    for line in lines {
        table.push(line.cells()?);
    }
    super::super::show(&table, format)?;
    if format == Format::Table {
        totals(lines)?.iter().for_each(say);
    }
    Ok(())
}

/// A sentence for each state and currency, and one for what is kept back.
pub(super) fn totals(lines: &[Line]) -> Result<Vec<String>> {
    let mut sums: BTreeMap<(&str, &Asset), (usize, i64)> = BTreeMap::new();
    let mut kept: BTreeMap<&Asset, i64> = BTreeMap::new();
    for line in lines {
        let (count, sum) = sums.entry((&line.status, &line.asset)).or_default();
        *count = count.saturating_add(1);
        *sum = sum.checked_add(line.amount).context("a total is too large")?;
        if let Some((amount, asset)) = &line.withheld {
            let sum = kept.entry(asset).or_default();
            *sum = sum.checked_add(*amount).context("a total is too large")?;
        }
    }
    let mut said = Vec::new();
    for ((status, asset), (count, sum)) in sums {
        said.push(format!("{status}: {count} of {} {asset} in all", format_minor(sum, asset)?));
    }
    for (asset, sum) in kept {
        said.push(format!("withheld for the tax authority: {} {asset}", format_minor(sum, asset)?));
    }
    if said.is_empty() {
        said.push("nothing has cleared that is not in a payout".to_owned());
    }
    Ok(said)
}
