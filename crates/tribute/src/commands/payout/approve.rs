use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::json;
use tribute_events::BrandId;
use tribute_payouts::{Bar, PayoutStatus};
use tribute_reports::Cell;
use tribute_services::Engine;
use tribute_store::entity::payout;

use super::totals::{Line, show, totals};
use crate::{
    Done,
    arguments::{Format, PayoutScope},
    feed::now,
    messages::{note, say},
};

/// Whether a payout waits for an approval: it is proposed, or how it is paid was entered after its approval.
fn waits(engine: &Engine, row: &payout::Model) -> Result<bool> {
    let status: PayoutStatus = row.status.parse()?;
    let new_details = || {
        let bar = super::bar(engine, &BrandId::trusted(&row.brand), row)?;
        Ok::<_, anyhow::Error>(matches!(bar, Some(Bar::NewDetails { .. })))
    };
    Ok(status == PayoutStatus::Proposed || (status == PayoutStatus::Approved && new_details()?))
}

/// Approves the payouts that are named, or every proposed one.
pub(super) async fn run(
    engine: &mut Engine,
    (by, dry_run): (&str, bool),
    named: &[String],
    scope: &PayoutScope,
    format: Format,
) -> Result<Done> {
    let mut rows = Vec::new();
    for row in super::rows(engine, scope).await?.into_iter().filter(|row| row.amount.is_some()) {
        if if named.is_empty() { waits(engine, &row)? } else { named.contains(&row.payout) } {
            rows.push(row);
        }
    }
    if let Some(unknown) = named.iter().find(|id| !rows.iter().any(|row| row.payout == **id)) {
        bail!("payout {unknown} is not known; see `tribute payout list`");
    }
    let lines = rows.iter().map(Line::of_row).collect::<Result<Vec<_>>>()?;
    if dry_run {
        show(&lines, format)?;
        return Ok(Done::Clean);
    }
    let approval = |row: &payout::Model| {
        let data = json!({"payout": row.payout, "by": by});
        let id = format!("{}/approved/{by}/{}", row.payout, now());
        super::event("tribute.payout_approval.given", &row.brand, &id, data)
    };
    let taken = super::super::take(engine, rows.iter().map(approval).collect()).await?;
    super::tell_refused(&taken);
    if format == Format::Table {
        let open = left_over(engine, scope, &rows).await?;
        totals(&lines)?.iter().for_each(say);
        say(format_args!("{} payout(s) approved by {by}", taken.accepted));
        if open.0 > 0 {
            note(format_args!("{} payout(s) wait for another person's approval", open.0));
        }
        if open.1 > 0 {
            note(format_args!(
                "{} balance(s) of these runs are carried or held: see `tribute payout list`",
                open.1
            ));
        }
    }
    super::super::finish(&taken, [("by", Cell::text(by))], format)
}

/// How many of these are still proposed, and how much of their runs is no payout.
async fn left_over(
    engine: &Engine,
    scope: &PayoutScope,
    approved: &[payout::Model],
) -> Result<(usize, usize)> {
    let rows = super::rows(engine, scope).await?;
    let run = |row: &payout::Model| (row.brand.clone(), row.program.clone(), row.run_at);
    let (ids, runs): (BTreeSet<_>, BTreeSet<_>) =
        approved.iter().map(|row| ((row.brand.clone(), row.payout.clone()), run(row))).unzip();
    let waits = rows.iter().filter(|row| {
        row.status == PayoutStatus::Proposed.as_str()
            && ids.contains(&(row.brand.clone(), row.payout.clone()))
    });
    let out = rows.iter().filter(|row| row.amount.is_none() && runs.contains(&run(row)));
    Ok((waits.count(), out.count()))
}
