//! Products that were sent out without a grant.

use smol_str::SmolStr;
use tribute_events::{BrandId, ProgramId, Timestamp};
use tribute_ledger::{Value, rewards::ship_perk};
use tribute_rewards::shipment_id;
use tribute_store::entity::reward;

use super::grants::{asset_of, keep, voucher};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// Books a shipment as it was told first; what was booked of it before, where another word on it came first, is taken
/// back. It does not touch the stock that missions draw on.
pub(super) async fn book(
    step: &mut Step<'_>,
    brand: &BrandId,
    program_id: &ProgramId,
    id: &SmolStr,
) -> Result<(), ServiceError> {
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    let Some(sent) = program.shipment(id) else { return Ok(()) };
    let row = reward::Model {
        brand: brand.to_string(),
        grant_id: shipment_id(program_id, id).to_string(),
        program: program_id.to_string(),
        mission: "shipment".to_owned(),
        ambassador: sent.what.to.to_string(),
        round: 1,
        asset: sent.what.perk.to_string(),
        units: i64::from(sent.what.units),
        effective_at: sent.time.millis(),
        cause: sent.id.to_string(),
        status: "delivered".to_owned(),
        fair_value: sent.what.fair_value.map(tribute_money::Millionths::get),
        expired: None,
        reason: None,
        waited_until: None,
    };
    let columns = [reward::Column::Brand, reward::Column::GrantId];
    let keys = [key([brand.as_str(), &row.grant_id])];
    let booked = step.transaction.find::<reward::Entity>(&columns, &keys).await?;
    if booked.first() == Some(&row) {
        return Ok(());
    }
    if let Some(before) = booked.first() {
        post(step, before, before.units.saturating_neg()).await?;
    }
    post(step, &row, row.units).await?;
    keep(step, &row, "tribute.reward.delivered").await
}

async fn post(step: &mut Step<'_>, row: &reward::Model, units: i64) -> Result<(), ServiceError> {
    let voucher = voucher(step, row, Timestamp::from_millis(row.effective_at));
    let value = Value { asset: asset_of(row)?, amount: units };
    step.post(&BrandId::trusted(&row.brand), ship_perk(&voucher, &value)?).await
}
