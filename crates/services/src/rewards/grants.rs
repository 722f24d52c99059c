use std::collections::BTreeMap;

use tribute_events::{
    AmbassadorId, BrandId, EventId, GrantId, ProgramId, RuleId, Timestamp,
    outgoing::{Outgoing, RewardState},
};
use tribute_ledger::{
    Value, Voucher,
    rewards::{grant_tokens, revoke_perk},
};
use tribute_money::Asset;
use tribute_rewards::{Grant, Qualifying, grants};
use tribute_store::entity::{mission_fact, reward};
use tribute_terms::{Mission, Program};

use super::facts::Count;
use crate::{
    ServiceError,
    step::{Step, key},
};

/// A mission as the terms in force at an instant have it.
pub(crate) fn mission_at<'p>(program: &'p Program, id: &RuleId, at: Timestamp) -> Option<&'p Mission> {
    program.terms_at(at)?.mission.iter().find(|mission| mission.id == *id)
}

/// A stored fact.
pub(crate) fn fact_of(row: mission_fact::Model) -> Result<Qualifying, ServiceError> {
    let spells =
        serde_json::from_str(&row.spells).map_err(ServiceError::stored("mission_fact", row.fact.as_str()))?;
    Ok(Qualifying { at: Timestamp::from_millis(row.at), id: row.fact, spells })
}

/// Perks whose grants changed in a batch, each with the grants that are new and not written yet: who has units of
/// it is asked of all of them together.
pub(super) type Perks = BTreeMap<(BrandId, Asset), Vec<reward::Model>>;

/// Grants what one ambassador's facts earn in one mission, and revokes what they no longer earn.
pub(super) async fn settle(
    step: &mut Step<'_>,
    (brand, program_id, mission, ambassador): &Count,
    perks: &mut Perks,
) -> Result<(), ServiceError> {
    let keys = [key([brand.as_str(), program_id.as_str(), mission.as_str(), ambassador.as_str()])];
    let facts = {
        use mission_fact::Column;
        let columns = [Column::Brand, Column::Program, Column::Mission, Column::Ambassador];
        step.transaction.find::<mission_fact::Entity>(&columns, &keys).await?
    };
    let booked = {
        use reward::Column;
        let columns = [Column::Brand, Column::Program, Column::Mission, Column::Ambassador];
        step.transaction.find::<reward::Entity>(&columns, &keys).await?
    };
    let facts = facts.into_iter().map(fact_of).collect::<Result<Vec<_>, _>>()?;
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    let in_force = |at| mission_at(program, mission, at);
    let wanted = grants(program_id, ambassador, in_force, &facts, Timestamp::MAX);
    for row in booked.iter().filter(|row| row.status != "revoked") {
        if !wanted.iter().any(|grant| grant.id.as_str() == row.grant_id) {
            revoke(step, row, perks).await?;
        }
    }
    for grant in wanted {
        let known = booked.iter().find(|row| row.grant_id == grant.id.as_str() && row.status != "revoked");
        match known {
            None => give(step, brand, program_id, &grant, perks).await?,
            // What was handed over stays handed over.
            Some(row) if row.status == "delivered" => {}
            Some(row)
                if (row.asset.as_str(), row.units) != (grant.asset.as_str(), i64::from(grant.units)) =>
            {
                revoke(step, row, perks).await?;
                give(step, brand, program_id, &grant, perks).await?;
            }
            Some(row)
                if (row.effective_at, row.cause.as_str())
                    != (grant.effective_at.millis(), grant.cause.as_str()) =>
            {
                date_anew(step, row, &grant, perks).await?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

async fn give(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    grant: &Grant,
    perks: &mut Perks,
) -> Result<(), ServiceError> {
    let mut row = reward::Model {
        brand: brand.to_string(),
        grant_id: grant.id.to_string(),
        program: program.to_string(),
        mission: grant.mission.to_string(),
        ambassador: grant.ambassador.to_string(),
        round: i64::from(grant.round),
        asset: grant.asset.to_string(),
        units: i64::from(grant.units),
        effective_at: grant.effective_at.millis(),
        cause: grant.cause.to_string(),
        status: "waiting".to_owned(),
        fair_value: grant.fair_value.map(tribute_money::Millionths::get),
    };
    if is_perk(&grant.asset) {
        perks.entry((brand.clone(), grant.asset.clone())).or_default().push(row);
        return Ok(());
    }
    let value = Value { asset: grant.asset.clone(), amount: row.units };
    let voucher = voucher(step, &row, grant.effective_at);
    step.post(brand, grant_tokens(&voucher, &grant.ambassador, &value)?).await?;
    "granted".clone_into(&mut row.status);
    keep(step, &row, "tribute.reward.granted").await
}

/// Perks are units of stock, not tokens.
pub(crate) fn is_perk(asset: &Asset) -> bool {
    asset.as_str().starts_with("SKU:")
}

/// A grant that stands, but on an earlier or later fact: tokens are booked back and granted anew at their time, and
/// who waits for a perk may overtake or be overtaken.
async fn date_anew(
    step: &mut Step<'_>,
    row: &reward::Model,
    grant: &Grant,
    perks: &mut Perks,
) -> Result<(), ServiceError> {
    let dated = reward::Model {
        effective_at: grant.effective_at.millis(),
        cause: grant.cause.to_string(),
        ..row.clone()
    };
    let brand = BrandId::trusted(&row.brand);
    if row.status == "granted" {
        let value = |amount| Value { asset: grant.asset.clone(), amount };
        let before = voucher(step, row, Timestamp::from_millis(row.effective_at));
        step.post(&brand, grant_tokens(&before, &grant.ambassador, &value(row.units.saturating_neg()))?)
            .await?;
        let after = voucher(step, &dated, grant.effective_at);
        step.post(&brand, grant_tokens(&after, &grant.ambassador, &value(row.units))?).await?;
    }
    if is_perk(&grant.asset) {
        perks.entry((brand, grant.asset.clone())).or_default();
    }
    let name = if row.status == "waiting" { "tribute.reward.waiting" } else { "tribute.reward.granted" };
    keep(step, &dated, name).await
}

async fn revoke(step: &mut Step<'_>, row: &reward::Model, perks: &mut Perks) -> Result<(), ServiceError> {
    let brand = BrandId::trusted(&row.brand);
    let asset: Asset = row.asset.parse().map_err(ServiceError::money(format!("grant {}", row.grant_id)))?;
    if is_perk(&asset) {
        perks.entry((brand.clone(), asset.clone())).or_default();
    }
    let voucher = voucher(step, row, Timestamp::from_millis(row.effective_at));
    match row.status.as_str() {
        "reserved" => step.post(&brand, revoke_perk(&voucher, &Value { asset, amount: row.units })?).await?,
        "granted" => {
            let back = Value { asset, amount: row.units.saturating_neg() };
            step.post(&brand, grant_tokens(&voucher, &AmbassadorId::trusted(&row.ambassador), &back)?)
                .await?;
        }
        // What was handed over stays handed over; what only waited was never given.
        "delivered" => return Ok(()),
        _ => {}
    }
    let revoked = reward::Model { status: "revoked".to_owned(), ..row.clone() };
    keep(step, &revoked, "tribute.reward.revoked").await
}

/// What a grant's ledger transactions are booked on.
pub(super) fn voucher(step: &Step<'_>, row: &reward::Model, effective_at: Timestamp) -> Voucher {
    let cause = EventId::trusted(&row.cause);
    step.voucher(&row.program, effective_at, &cause, format!("grant {}", row.grant_id))
}

/// Writes a grant as it now stands and says so.
pub(super) async fn keep(
    step: &mut Step<'_>,
    row: &reward::Model,
    name: &'static str,
) -> Result<(), ServiceError> {
    let state = RewardState {
        grant: GrantId::trusted(&row.grant_id),
        program: ProgramId::trusted(&row.program),
        ambassador: AmbassadorId::trusted(&row.ambassador),
        rule: RuleId::trusted(&row.mission),
        asset: row.asset.parse().map_err(ServiceError::money(format!("grant {}", row.grant_id)))?,
        units: row.units,
        cause: EventId::trusted(&row.cause),
    };
    let at = Timestamp::from_millis(row.effective_at);
    step.say(&BrandId::trusted(&row.brand), name, at, &row.ambassador, Outgoing::Reward(state));
    step.transaction.upsert::<reward::Entity>(std::slice::from_ref(row)).await?;
    step.flush().await
}
