use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{
    AmbassadorId, BrandId, EventId, GrantId, ProgramId, RuleId, Timestamp,
    outgoing::{Outgoing, RewardState},
};
use tribute_ledger::{
    Value, Voucher,
    rewards::{grant_tokens, revoke_perk},
};
use tribute_money::{Asset, Millionths};
use tribute_rewards::{Grant, Qualifying, Spell, rounds};
use tribute_store::entity::{mission_fact, reward};
use tribute_terms::{Mission, Program};

use super::{
    caps::{self, Capped},
    locks::{self, Locks},
    money,
    ration::{self, Rations},
};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// A mission as the terms in force at an instant have it.
pub(crate) fn mission_at<'p>(program: &'p Program, id: &RuleId, at: Timestamp) -> Option<&'p Mission> {
    program.terms_at(at)?.mission.iter().find(|mission| mission.id == *id)
}

/// A fact that counts for a mission, as it is stored.
///
/// # Errors
/// Where it cannot be read back.
pub fn fact_of(row: mission_fact::Model) -> Result<Qualifying, ServiceError> {
    let mut spells: Vec<Spell> =
        serde_json::from_str(&row.spells).map_err(ServiceError::stored("mission_fact", row.fact.as_str()))?;
    // Kept when a mission had a single need.
    let only = if row.fact.starts_with("order:") { "0/conversions" } else { "0/posts.0" };
    for spell in spells.iter_mut().filter(|spell| spell.need.is_empty()) {
        spell.need = only.into();
    }
    Ok(Qualifying { at: Timestamp::from_millis(row.at), id: row.fact, spells })
}

/// The facts and grants of one ambassador in one program.
pub(super) type Counts = (BrandId, ProgramId, AmbassadorId);

/// Grants what one ambassador's facts earn in these missions, and revokes what they no longer earn.
pub(super) async fn settle(
    step: &mut Step<'_>,
    counts: &Counts,
    missions: BTreeSet<RuleId>,
    rations: &mut Rations,
) -> Result<(), ServiceError> {
    let (brand, program_id, ambassador) = counts;
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    let missions = caps::joined(program, missions);
    let keys: Vec<_> = missions
        .iter()
        .map(|mission| key([brand.as_str(), program_id.as_str(), mission.as_str(), ambassador.as_str()]))
        .collect();
    let mut facts: BTreeMap<RuleId, Vec<Qualifying>> = BTreeMap::new();
    {
        use mission_fact::Column;
        let columns = [Column::Brand, Column::Program, Column::Mission, Column::Ambassador];
        for row in step.transaction.find::<mission_fact::Entity>(&columns, &keys).await? {
            facts.entry(RuleId::trusted(&row.mission)).or_default().push(fact_of(row)?);
        }
    }
    let booked = {
        use reward::Column;
        let columns = [Column::Brand, Column::Program, Column::Mission, Column::Ambassador];
        step.transaction.find::<reward::Entity>(&columns, &keys).await?
    };
    let locks = locks::read(step, brand, &booked).await?;
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    let (mut granted, mut money) = (Vec::new(), Vec::new());
    for mission in &missions {
        let of_mission = facts.get(mission).map(Vec::as_slice).unwrap_or_default();
        for round in rounds(|at| mission_at(program, mission, at), of_mission, Timestamp::MAX) {
            granted.extend(round.grants(program_id, ambassador));
            money.extend(money::prize(program_id, program, ambassador, &round)?);
        }
    }
    let granted = caps::within(program, granted);
    money::book(step, counts, &missions, money).await?;
    book(step, (brand, program_id), granted, &(booked, locks), rations).await
}

/// Books what differs between the grants that ought to be and those that are.
async fn book(
    step: &mut Step<'_>,
    (brand, program_id): (&BrandId, &ProgramId),
    granted: Vec<Capped>,
    (booked, locks): &(Vec<reward::Model>, Locks),
    rations: &mut Rations,
) -> Result<(), ServiceError> {
    for row in booked.iter().filter(|row| row.status != "revoked") {
        if !granted.iter().any(|it| it.grant.id.as_str() == row.grant_id) {
            revoke(step, row, rations).await?;
        }
    }
    for Capped { grant, reason } in granted {
        let known = booked.iter().find(|row| row.grant_id == grant.id.as_str() && row.status != "revoked");
        let fresh = || fresh(brand, program_id, &grant, reason.clone());
        match known {
            None => give(step, fresh(), grant.locks_at, rations).await?,
            // What was handed over stays handed over.
            Some(row) if row.status == "delivered" => regain(step, row).await?,
            Some(row)
                if (row.asset.as_str(), row.units) != (grant.asset.as_str(), i64::from(grant.units)) =>
            {
                revoke(step, row, rations).await?;
                give(step, fresh(), grant.locks_at, rations).await?;
            }
            Some(row)
                if (row.effective_at, row.cause.as_str())
                    != (grant.effective_at.millis(), grant.cause.as_str()) =>
            {
                locks::move_to(step, locks, row, grant.locks_at).await?;
                date_anew(step, row, &grant, rations).await?;
            }
            Some(row) => locks::move_to(step, locks, row, grant.locks_at).await?,
        }
    }
    Ok(())
}

pub(super) fn fresh(
    brand: &BrandId,
    program: &ProgramId,
    grant: &Grant,
    reason: Option<String>,
) -> reward::Model {
    reward::Model {
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
        status: if grant.units == 0 { "capped" } else { "waiting" }.to_owned(),
        fair_value: grant.fair_value.map(Millionths::get),
        expired: None,
        reason,
        waited_until: None,
    }
}

async fn give(
    step: &mut Step<'_>,
    row: reward::Model,
    locks_at: Timestamp,
    rations: &mut Rations,
) -> Result<(), ServiceError> {
    let (brand, asset) = (BrandId::trusted(&row.brand), asset_of(&row)?);
    if row.status == "capped" {
        return keep(step, &row, "tribute.reward.capped").await;
    }
    if !asset.is_badge() {
        locks::lock(step, &row, locks_at).await?;
    }
    if ration::is_rationed(step.registry, &brand, &asset) {
        rations.entry((brand, asset)).or_default().push(row);
        return Ok(());
    }
    if !asset.is_badge() {
        // Tokens that are won so late that they have expired already go again at once.
        rations.entry((brand.clone(), asset.clone())).or_default();
    }
    post_tokens(step, &row, row.units).await?;
    keep(step, &reward::Model { status: "granted".to_owned(), ..row }, "tribute.reward.granted").await
}

pub(super) fn asset_of(row: &reward::Model) -> Result<Asset, ServiceError> {
    row.asset.parse().map_err(ServiceError::money(format!("grant {}", row.grant_id)))
}

/// Tokens of a grant go into the wallet; a negative number of them goes back.
pub(super) async fn post_tokens(
    step: &mut Step<'_>,
    row: &reward::Model,
    units: i64,
) -> Result<(), ServiceError> {
    if units == 0 {
        return Ok(());
    }
    let voucher = voucher(step, row, Timestamp::from_millis(row.effective_at));
    let value = Value { asset: asset_of(row)?, amount: units };
    let posted = grant_tokens(&voucher, &AmbassadorId::trusted(&row.ambassador), &value)?;
    step.post(&BrandId::trusted(&row.brand), posted).await
}

/// The tokens of a grant that are in the wallet, or were spent out of it.
pub(super) fn live(row: &reward::Model) -> i64 {
    row.units.saturating_sub(row.expired.unwrap_or_default())
}

/// A grant that stands, but on an earlier or later fact: tokens are booked back and granted anew at their time, and
/// who waits for a perk may overtake or be overtaken.
async fn date_anew(
    step: &mut Step<'_>,
    row: &reward::Model,
    grant: &Grant,
    rations: &mut Rations,
) -> Result<(), ServiceError> {
    let dated = reward::Model {
        effective_at: grant.effective_at.millis(),
        cause: grant.cause.to_string(),
        expired: None,
        ..row.clone()
    };
    if row.status == "granted" {
        post_tokens(step, row, live(row).saturating_neg()).await?;
        post_tokens(step, &dated, dated.units).await?;
    }
    rations.entry((BrandId::trusted(&row.brand), asset_of(row)?)).or_default();
    keep(step, &dated, name_of(&row.status)).await
}

/// What is said of a grant that stands as this status says.
fn name_of(status: &str) -> &'static str {
    match status {
        "waiting" => "tribute.reward.waiting",
        "missed" => "tribute.reward.missed",
        "capped" => "tribute.reward.capped",
        "cancelled" => "tribute.reward.cancelled",
        "delivered" => "tribute.reward.delivered",
        _ => "tribute.reward.granted",
    }
}

/// Why a grant that was handed over stands on nothing.
pub(super) const LOST_GROUND: &str = "what it was won by is gone, after it was handed over";

/// What was handed over cannot be taken back: it is put on record.
async fn lose_ground(step: &mut Step<'_>, row: &reward::Model) -> Result<(), ServiceError> {
    if row.reason.as_deref() == Some(LOST_GROUND) {
        return Ok(());
    }
    let lost = reward::Model { reason: Some(LOST_GROUND.to_owned()), ..row.clone() };
    keep(step, &lost, "tribute.reward.lost_ground").await
}

/// What it was won by is there again.
async fn regain(step: &mut Step<'_>, row: &reward::Model) -> Result<(), ServiceError> {
    if row.reason.as_deref() != Some(LOST_GROUND) {
        return Ok(());
    }
    keep(step, &reward::Model { reason: None, ..row.clone() }, name_of(&row.status)).await
}

async fn revoke(step: &mut Step<'_>, row: &reward::Model, rations: &mut Rations) -> Result<(), ServiceError> {
    let (brand, asset) = (BrandId::trusted(&row.brand), asset_of(row)?);
    rations.entry((brand.clone(), asset.clone())).or_default();
    match row.status.as_str() {
        "reserved" => {
            let voucher = voucher(step, row, Timestamp::from_millis(row.effective_at));
            step.post(&brand, revoke_perk(&voucher, &Value { asset, amount: row.units })?).await?;
        }
        "granted" => post_tokens(step, row, live(row).saturating_neg()).await?,
        "delivered" => return lose_ground(step, row).await,
        // What only waited was never given.
        _ => {}
    }
    locks::unlock(step, std::slice::from_ref(row)).await?;
    let revoked = reward::Model { status: "revoked".to_owned(), expired: None, reason: None, ..row.clone() };
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
    say(step, row, name)?;
    step.transaction.upsert::<reward::Entity>(std::slice::from_ref(row)).await?;
    if asset_of(row)?.is_perk() {
        step.changed_grants.insert((row.brand.clone(), row.grant_id.clone()));
    }
    step.flush().await
}

/// Says what became of a grant.
pub(super) fn say(step: &mut Step<'_>, row: &reward::Model, name: &'static str) -> Result<(), ServiceError> {
    let at = Timestamp::from_millis(row.effective_at);
    let (brand, program) = (BrandId::trusted(&row.brand), ProgramId::trusted(&row.program));
    let worth = row.fair_value.map(|value| Millionths::new(value).to_string());
    let terms = step.registry.program(&brand, &program).and_then(|it| it.terms_at(at));
    let currency = terms.map(|it| it.program.currency.clone()).filter(|_| worth.is_some());
    let state = RewardState {
        grant: GrantId::trusted(&row.grant_id),
        program,
        ambassador: AmbassadorId::trusted(&row.ambassador),
        rule: RuleId::trusted(&row.mission),
        asset: row.asset.parse().map_err(ServiceError::money(format!("grant {}", row.grant_id)))?,
        units: row.units,
        fair_value: worth.filter(|_| currency.is_some()),
        fair_value_currency: currency,
        reason: row.reason.clone(),
        cause: EventId::trusted(&row.cause),
    };
    step.say(&brand, name, at, &row.ambassador, Outgoing::Reward(state));
    Ok(())
}
