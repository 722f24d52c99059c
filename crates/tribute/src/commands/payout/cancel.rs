use anyhow::{Result, bail};
use serde_json::json;
use tribute_reports::Cell;
use tribute_services::Engine;

use crate::{
    Done,
    arguments::{Format, PayoutCancel},
    feed::now,
    messages::say,
};

/// Calls payouts off.
pub(super) async fn run(engine: &mut Engine, what: &PayoutCancel) -> Result<Done> {
    let PayoutCancel { payouts, brand, by, reason, file_withdrawn, shape } = what;
    let known = super::paid(engine, brand.as_str()).await?;
    if let Some(unknown) = payouts.iter().find(|id| !known.iter().any(|row| row.payout == **id)) {
        bail!("payout {unknown} is not known; see `tribute payout list`");
    }
    let cancellation = |payout: &String| {
        let data = json!({"payout": payout, "by": by, "reason": reason, "file_withdrawn": file_withdrawn});
        let id = format!("{payout}/cancelled/{}", now());
        super::event("tribute.payout_cancellation.given", brand.as_str(), &id, data)
    };
    let taken = super::super::take(engine, payouts.iter().map(cancellation).collect()).await?;
    super::tell_refused(&taken);
    if shape.format == Format::Table {
        say(format_args!("{} payout(s) cancelled by {by}: their money is available again", taken.accepted));
    }
    super::super::finish(&taken, [("by", Cell::text(by.as_str()))], shape.format)
}
