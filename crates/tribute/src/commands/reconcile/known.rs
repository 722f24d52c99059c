use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tribute_events::{
    BrandId, EventId, PayoutId,
    statement::{Amount, Day},
};
use tribute_payouts::{
    PayoutStatus,
    matching::{KnownEntry, KnownPayout, Movement},
};
use tribute_services::Engine;
use tribute_store::entity::{bank_entry, payout};

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
        accepted_by: reference(PayoutStatus::Sent),
    })
}

/// The entries of a brand's accounts that were read before.
pub(super) async fn entries(engine: &Engine, brand: &BrandId) -> Result<Vec<KnownEntry>> {
    let query = bank_entry::Entity::find().filter(bank_entry::Column::Brand.eq(brand.as_str()));
    query.all(engine.database().connection()).await?.iter().map(entry).collect()
}

fn entry(row: &bank_entry::Model) -> Result<KnownEntry> {
    let unreadable = || format!("bank entry {} can not be read", row.entry);
    let movement = Movement {
        entry: EventId::trusted(&row.entry),
        account: row.account.as_str().into(),
        statement: row.statement.as_str().into(),
        reference: row.reference.as_str().into(),
        day: Some(row.day.parse().with_context(unreadable)?),
        amount: Amount { minor: row.amount, asset: row.asset.parse().with_context(unreadable)? },
    };
    Ok(KnownEntry {
        movement,
        kind: serde_json::from_value(row.kind.as_str().into()).with_context(unreadable)?,
        payouts: serde_json::from_str(&row.payouts).with_context(unreadable)?,
    })
}

/// The day in UTC.
fn day(at: &str) -> Result<Day> {
    Ok(at.split('T').next().unwrap_or_default().parse()?)
}
