//! Tokens that nobody spent in time.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, BrandId, GrantId, ProgramId, Timestamp};
use tribute_ledger::{Account, Holding, Value, rewards::expire_tokens};
use tribute_money::Asset;
use tribute_rewards::{Lot, expiries};
use tribute_store::entity::reward;
use tribute_terms::{Program, Registry, Span};

use super::{
    caps::token_at,
    grants::{keep, live, voucher},
    ration::serve,
    stock::balance_of,
};
use crate::{ServiceError, step::Step};

/// The tokens of a program that expire.
pub(crate) fn expiring(registry: &Registry, brand: &BrandId, program: &ProgramId) -> BTreeSet<Asset> {
    let versions = registry.program(brand, program).map(|it| it.versions()).unwrap_or_default();
    let all = versions.iter().flat_map(|terms| &terms.token);
    all.filter(|token| token.expires_after.is_some()).map(|token| token.asset.clone()).collect()
}

/// Expires, of tokens whose grants changed, those that the clock has passed already.
pub(super) async fn catch_up(step: &mut Step<'_>, tokens: &[(BrandId, Asset)]) -> Result<(), ServiceError> {
    for (brand, asset) in tokens {
        let programs: Vec<_> =
            step.registry.programs(brand).into_iter().flat_map(BTreeMap::keys).cloned().collect();
        for program in programs {
            if expiring(step.registry, brand, &program).contains(asset) {
                expire(step, brand, &program, asset, step.clock).await?;
            }
        }
    }
    Ok(())
}

/// Expires what is left of a program's grants of a token that are too old at `at`, the oldest first; what is free then
/// goes to who waits for it.
pub(crate) async fn expire(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    asset: &Asset,
    at: Timestamp,
) -> Result<(), ServiceError> {
    let Some(shortest) = shortest(step.registry, brand, program, asset) else { return Ok(()) };
    note_waiting(step, (brand, program), asset, at).await?;
    let condition = "brand = $1 AND asset = $2 AND status = 'granted' AND effective_at <= $3";
    let oldest =
        vec![brand.as_str().into(), asset.as_str().into(), at.minus(shortest.millis()).millis().into()];
    let old = step.transaction.select::<reward::Entity>(condition, oldest).await?;
    let of_program = old.iter().filter(|row| row.program == program.as_str() && live(row) > 0);
    let known = step.registry.program(brand, program);
    let mut due: BTreeMap<String, Timestamp> = BTreeMap::new();
    let mut holders = BTreeSet::new();
    for row in of_program {
        let expired_at = known.and_then(|it| expires_at(it, asset, row)).filter(|expires| *expires <= at);
        if let Some(expired_at) = expired_at {
            due.insert(row.grant_id.clone(), expired_at);
            holders.insert(row.ambassador.clone());
        }
    }
    for holder in &holders {
        expire_of(step, (brand, asset), holder, &due).await?;
    }
    if holders.is_empty() { Ok(()) } else { serve(step, brand, asset, Vec::new()).await }
}

/// Puts on record, of grants that still wait for units, that they do: what is given late expires so much later.
async fn note_waiting(
    step: &mut Step<'_>,
    (brand, program): (&BrandId, &ProgramId),
    asset: &Asset,
    at: Timestamp,
) -> Result<(), ServiceError> {
    let sql = "UPDATE reward SET waited_until = $1 WHERE brand = $2 AND program = $3 AND asset = $4 \
        AND status = 'waiting' AND effective_at <= $1 AND (waited_until IS NULL OR waited_until < $1)";
    let values =
        vec![at.millis().into(), brand.as_str().into(), program.as_str().into(), asset.as_str().into()];
    step.transaction.execute(sql, values).await?;
    Ok(())
}

/// When the tokens of a grant expire, by the terms in force when it was won: counted from then, or from when the clock
/// last saw it wait.
fn expires_at(program: &Program, asset: &Asset, row: &reward::Model) -> Option<Timestamp> {
    let won_at = Timestamp::from_millis(row.effective_at);
    let span = token_at(program, asset, won_at)?.expires_after?;
    let given_at = row.waited_until.map_or(won_at, |until| won_at.max(Timestamp::from_millis(until)));
    Some(given_at.plus(span.millis()))
}

/// The shortest time after which a token expires by any version of a program's terms.
fn shortest(registry: &Registry, brand: &BrandId, program: &ProgramId, asset: &Asset) -> Option<Span> {
    let tokens = registry.program(brand, program)?.versions().iter().flat_map(|terms| &terms.token);
    tokens.filter(|token| token.asset == *asset).filter_map(|token| token.expires_after).min()
}

async fn expire_of(
    step: &mut Step<'_>,
    (brand, asset): (&BrandId, &Asset),
    holder: &str,
    due: &BTreeMap<String, Timestamp>,
) -> Result<(), ServiceError> {
    let condition = "brand = $1 AND ambassador = $2 AND asset = $3 AND status = 'granted'";
    let values = crate::step::key([brand.as_str(), holder, asset.as_str()]);
    let rows = step.transaction.select::<reward::Entity>(condition, values).await?;
    let ambassador = AmbassadorId::trusted(holder);
    // A wallet is what the brand owes: a credit, so its balance is negative.
    let wallet = Account::of(&ambassador, Holding::Wallet);
    let held = balance_of(step, brand, &wallet, asset).await?.saturating_neg();
    let granted = rows.iter().map(live).fold(0, i64::saturating_add);
    let lots: Vec<_> = rows
        .iter()
        .map(|row| Lot {
            grant: GrantId::trusted(&row.grant_id),
            effective_at: Timestamp::from_millis(row.effective_at),
            units: live(row),
        })
        .collect();
    for (grant, units) in expiries(&lots, granted.saturating_sub(held), Timestamp::MAX) {
        let Some(row) = rows.iter().find(|row| row.grant_id == grant.as_str()) else { continue };
        let Some(expired_at) = due.get(&row.grant_id).copied() else { continue };
        let value = Value { asset: asset.clone(), amount: units };
        let posted = expire_tokens(&voucher(step, row, expired_at), &ambassador, &value)?;
        step.post(brand, posted).await?;
        let expired = row.expired.unwrap_or_default().saturating_add(units);
        let row = reward::Model { expired: Some(expired), ..row.clone() };
        keep(step, &row, "tribute.reward.expired").await?;
    }
    Ok(())
}
