//! The tokens that missions had given by an instant, as caps and supplies let them.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, BrandId, ProgramId, RuleId, Timestamp};
use tribute_rewards::{Grant, PerkClaim, Qualifying, reserve, rounds};
use tribute_store::{
    Transaction,
    entity::{mission_fact, reward},
};
use tribute_terms::{Program, Registry};

use super::{caps, fact_of, mission_at, ration};
use crate::{ServiceError, step::key};

/// A program's grants of tokens by `as_of`: cut to the caps of their ambassadors, and without those that wait for a
/// supply.
pub(crate) async fn tokens_won(
    transaction: &mut Transaction,
    registry: &Registry,
    brand: &BrandId,
    program: &ProgramId,
    as_of: Timestamp,
) -> Result<Vec<Grant>, ServiceError> {
    let mut won = of_program(transaction, registry, brand, program, as_of).await?;
    let limited: BTreeSet<_> = won.iter().map(|grant| grant.asset.clone()).collect();
    let limited = limited.into_iter().filter_map(|asset| {
        let supply = ration::supply(registry, brand, &asset)?;
        Some((asset, supply))
    });
    for (asset, supply) in limited.collect::<Vec<_>>() {
        // A supply is the brand's: grants of other programs count as well.
        let mut all: Vec<Grant> = won.iter().filter(|grant| grant.asset == asset).cloned().collect();
        let programs = registry.programs(brand).into_iter().flat_map(BTreeMap::keys);
        for other in programs.filter(|other| *other != program) {
            let grants = of_program(transaction, registry, brand, other, as_of).await?;
            all.extend(grants.into_iter().filter(|grant| grant.asset == asset));
        }
        let given = given(transaction, brand, supply, &all).await?;
        won.retain(|grant| grant.asset != asset || given.contains(grant.id.as_str()));
    }
    Ok(won)
}

/// What every ambassador won in one program, cut to the caps.
async fn of_program(
    transaction: &mut Transaction,
    registry: &Registry,
    brand: &BrandId,
    id: &ProgramId,
    as_of: Timestamp,
) -> Result<Vec<Grant>, ServiceError> {
    let Some(program) = registry.program(brand, id) else { return Ok(Vec::new()) };
    let mut won: BTreeMap<AmbassadorId, Vec<Grant>> = BTreeMap::new();
    for ((mission, ambassador), facts) in facts_of(transaction, brand, id).await? {
        let in_force = |at| mission_at(program, &mission, at);
        let grants = rounds(in_force, &facts, as_of);
        let grants = grants.iter().flat_map(|round| round.grants(id, &ambassador));
        won.entry(ambassador.clone()).or_default().extend(grants.filter(is_of_tokens));
    }
    Ok(won.into_values().flat_map(|grants| capped(program, grants)).collect())
}

fn is_of_tokens(grant: &Grant) -> bool {
    !grant.asset.is_perk() && !grant.asset.is_badge()
}

fn capped(program: &Program, grants: Vec<Grant>) -> impl Iterator<Item = Grant> {
    caps::within(program, grants).into_iter().map(|it| it.grant)
}

/// The facts that the missions of a program count, by mission and ambassador.
pub(crate) async fn facts_of(
    transaction: &mut Transaction,
    brand: &BrandId,
    program: &ProgramId,
) -> Result<BTreeMap<(RuleId, AmbassadorId), Vec<Qualifying>>, ServiceError> {
    let columns = [mission_fact::Column::Brand, mission_fact::Column::Program];
    let keys = [key([brand.as_str(), program.as_str()])];
    let mut counts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in transaction.find::<mission_fact::Entity>(&columns, &keys).await? {
        let count = (RuleId::trusted(&row.mission), AmbassadorId::trusted(&row.ambassador));
        counts.entry(count).or_default().push(fact_of(row)?);
    }
    Ok(counts)
}

/// Which of all grants of a token have their units out of its supply. What expired has gone back to it: only the clock
/// lets tokens expire, so what is stored of that was known by then.
async fn given(
    transaction: &mut Transaction,
    brand: &BrandId,
    supply: i64,
    all: &[Grant],
) -> Result<BTreeSet<String>, ServiceError> {
    let keys: Vec<_> = all.iter().map(|grant| key([brand.as_str(), grant.id.as_str()])).collect();
    let columns = [reward::Column::Brand, reward::Column::GrantId];
    let rows = transaction.find::<reward::Entity>(&columns, &keys).await?;
    let expired: BTreeMap<_, _> =
        rows.iter().map(|row| (row.grant_id.as_str(), row.expired.unwrap_or_default())).collect();
    let claim = |grant: &Grant| {
        let gone = expired.get(grant.id.as_str()).copied().unwrap_or_default();
        let units = u32::try_from(i64::from(grant.units).saturating_sub(gone)).unwrap_or_default();
        PerkClaim { grant: grant.id.clone(), effective_at: grant.effective_at, units }
    };
    let claims: Vec<_> = all.iter().map(claim).collect();
    Ok(reserve(supply, &claims).reserved.iter().map(ToString::to_string).collect())
}
