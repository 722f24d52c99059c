use anyhow::{Result, bail};
use tribute_events::{
    BrandId, PayoutId,
    statement::{Amount, Day},
};
use tribute_payouts::{PayoutStatus, matching::KnownPayout};
use tribute_services::Engine;
use tribute_store::entity::payout;

use crate::commands::payout::{history, paid};

/// The payouts of a brand as they are now.
pub(super) async fn payouts(engine: &Engine, brand: &BrandId) -> Result<Vec<KnownPayout>> {
    paid(engine, brand.as_str()).await?.iter().map(known).collect()
}

fn known(row: &payout::Model) -> Result<KnownPayout> {
    let (Some(minor), Some(asset)) = (row.amount, &row.asset) else {
        bail!("payout {} has no amount", row.payout);
    };
    let history = history(row)?;
    let last = |status: PayoutStatus| history.iter().rev().find(|line| line.status == status.as_str());
    let reference = |status| last(status).and_then(|line| line.reference.as_deref()).map(Into::into);
    let exported = last(PayoutStatus::Exported);
    Ok(KnownPayout {
        payout: PayoutId::trusted(&row.payout),
        amount: Amount { minor, asset: asset.parse()? },
        status: row.status.parse()?,
        references: exported.and_then(|line| line.references.clone()).unwrap_or_default(),
        file: reference(PayoutStatus::Exported),
        exported: exported.map(|line| day(&line.at.to_string())).transpose()?,
        settled_by: reference(PayoutStatus::Settled),
        returned_by: reference(PayoutStatus::Returned),
    })
}

/// The day in UTC.
fn day(at: &str) -> Result<Day> {
    Ok(at.split('T').next().unwrap_or_default().parse()?)
}
