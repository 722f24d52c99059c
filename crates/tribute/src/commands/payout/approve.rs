use anyhow::{Result, bail};
use serde_json::json;
use tribute_payouts::PayoutStatus;
use tribute_reports::Cell;
use tribute_services::Engine;
use tribute_store::entity::payout;

use crate::{
    Done,
    arguments::{Format, PayoutScope},
    messages::say,
};

/// Approves the payouts that are named, or every proposed one.
pub(super) async fn run(
    engine: &mut Engine,
    by: &str,
    named: &[String],
    scope: &PayoutScope,
    format: Format,
) -> Result<Done> {
    let proposed = |row: &payout::Model| row.status == PayoutStatus::Proposed.as_str();
    let wanted =
        |row: &payout::Model| if named.is_empty() { proposed(row) } else { named.contains(&row.payout) };
    let mut rows = super::rows(engine, scope).await?;
    rows.retain(|row| row.amount.is_some() && wanted(row));
    if let Some(unknown) = named.iter().find(|id| !rows.iter().any(|row| row.payout == **id)) {
        bail!("payout {unknown} is not known; see `tribute payout list`");
    }
    let approval = |row: &payout::Model| {
        let data = json!({"payout": row.payout, "by": by});
        let id = format!("{}/approved", row.payout);
        super::event("tribute.payout_approval.given", &row.brand, &id, data)
    };
    let taken = super::super::take(engine, rows.iter().map(approval).collect()).await?;
    if format == Format::Table {
        say(format_args!("{} payout(s) approved by {by}", taken.accepted));
    }
    super::super::finish(&taken, [("by", Cell::text(by))], format)
}
