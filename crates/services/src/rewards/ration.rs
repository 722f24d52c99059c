//! Who gets what there is only so much of: perks out of the stock, places at an event, tokens of a limited supply.

use std::collections::BTreeMap;

use tribute_events::{BrandId, GrantId, ProgramId, Timestamp};
use tribute_ledger::{
    Account, Value,
    rewards::{reserve_perk, revoke_perk},
};
use tribute_money::Asset;
use tribute_rewards::{PerkClaim, reserve};
use tribute_store::entity::reward;
use tribute_terms::{Experience, Registry};

use super::{
    grants::{keep, live, post_tokens, voucher},
    stock::balance_of,
};
use crate::{ServiceError, step::Step};

/// What is rationed and whose grants changed in a batch, each with the grants that are new and not written yet: who
/// has units of it is asked of all of them together.
pub(super) type Rations = BTreeMap<(BrandId, Asset), Vec<reward::Model>>;

/// Whether grants of it may have to wait.
pub(super) fn is_rationed(registry: &Registry, brand: &BrandId, asset: &Asset) -> bool {
    asset.is_perk() || supply(registry, brand, asset).is_some()
}

/// The most of a token that there may be: the largest that any version of the terms allows, so that one that allows
/// less takes nothing back.
pub(super) fn supply(registry: &Registry, brand: &BrandId, asset: &Asset) -> Option<i64> {
    let programs = registry.programs(brand).into_iter().flat_map(BTreeMap::values);
    let tokens = programs.flat_map(|it| it.versions()).flat_map(|terms| &terms.token);
    let supplies = tokens.filter(|token| token.asset == *asset).filter_map(|token| token.supply);
    supplies.max().map(|most| i64::try_from(most).unwrap_or(i64::MAX))
}

/// When the event begins that a perk is a place at.
fn starts_at(registry: &Registry, brand: &BrandId, perk: &Asset) -> Option<Timestamp> {
    let programs = registry.programs(brand).into_iter().flat_map(BTreeMap::values);
    let all = programs.flat_map(|it| it.versions()).flat_map(|terms| &terms.experience);
    all.filter(|it| it.perk == *perk).map(|it| it.starts_at).max()
}

/// The experiences that begin in `(since, until]`.
pub(crate) fn beginning(
    registry: &Registry,
    brand: &BrandId,
    program: &ProgramId,
    since: Timestamp,
    until: Timestamp,
) -> Vec<(Timestamp, Asset)> {
    let versions = registry.program(brand, program).map(|it| it.versions()).unwrap_or_default();
    let all = versions.iter().flat_map(|terms| &terms.experience);
    let dated = all.map(|Experience { perk, .. }| (starts_at(registry, brand, perk), perk));
    let due =
        dated.filter_map(|(at, perk)| Some((at.filter(|at| since < *at && *at <= until)?, perk.clone())));
    due.collect()
}

/// An experience begins: who still waits for a place goes without one.
pub(crate) async fn begin(step: &mut Step<'_>, brand: &BrandId, perk: &Asset) -> Result<(), ServiceError> {
    serve(step, brand, perk, Vec::new()).await
}

/// Reserves units for the grants that are still open, in the order in which they were won: what is told late may
/// overtake a reservation as long as nothing was handed over, so that who has a unit depends on the grants and not on
/// when they became known. `fresh` are grants that are not written yet.
pub(super) async fn serve(
    step: &mut Step<'_>,
    brand: &BrandId,
    asset: &Asset,
    fresh: Vec<reward::Model>,
) -> Result<(), ServiceError> {
    let Some(ration) = Ration::of(step, brand, asset, &fresh).await? else { return Ok(()) };
    let claim = |row: &reward::Model| PerkClaim {
        grant: GrantId::trusted(&row.grant_id),
        effective_at: Timestamp::from_millis(row.effective_at),
        units: u32::try_from(live(row)).unwrap_or(u32::MAX),
    };
    let all = || ration.open.iter().map(|row| (row, false)).chain(fresh.iter().map(|row| (row, true)));
    let claims: Vec<_> = all().filter(|(row, _)| ration.may_have(row)).map(|(row, _)| claim(row)).collect();
    let found = reserve(ration.units, &claims);
    let has = |row: &reward::Model| found.reserved.iter().any(|grant| grant.as_str() == row.grant_id);
    // Units are given back before they are given out.
    for (row, _) in all().filter(|(row, _)| ration.holds(row) && !has(row)) {
        turn(step, asset, row, Turn::GivenBack(ration.waits())).await?;
    }
    for (row, is_new) in all().filter(|(row, _)| !ration.holds(row)) {
        let waits = ration.waits_as(row);
        if has(row) {
            turn(step, asset, row, Turn::GivenOut).await?;
        } else if is_new || row.status != waits.0 {
            let name = if waits.0 == "missed" { "tribute.reward.missed" } else { "tribute.reward.waiting" };
            keep(step, &waiting(row, waits), name).await?;
        }
    }
    Ok(())
}

/// What there is, and who is after it.
struct Ration {
    /// The status of a grant that has its units.
    given: &'static str,
    /// How many units there are, those included that are given out and may be given back.
    units: i64,
    open: Vec<reward::Model>,
    starts_at: Option<Timestamp>,
    clock: Timestamp,
}

/// How a grant without units stands, and why.
type Waits = (&'static str, &'static str);

impl Ration {
    /// Nothing where everybody has what they won.
    async fn of(
        step: &mut Step<'_>,
        brand: &BrandId,
        asset: &Asset,
        fresh: &[reward::Model],
    ) -> Result<Option<Self>, ServiceError> {
        let limit = supply(step.registry, brand, asset);
        if !asset.is_perk() && limit.is_none() {
            return Ok(None);
        }
        let values = || crate::step::key([brand.as_str(), asset.as_str()]);
        let condition = "brand = $1 AND asset = $2 AND status IN ('waiting', 'reserved')";
        let mut open = step.transaction.select::<reward::Entity>(condition, values()).await?;
        let starts_at = starts_at(step.registry, brand, asset);
        let (given, units) = match limit.filter(|_| !asset.is_perk()) {
            None => {
                let reserved = open.iter().filter(|row| row.status == "reserved").map(|row| row.units);
                let reserved = reserved.fold(0, i64::saturating_add);
                let stock = balance_of(step, brand, &Account::PERK_STOCK, asset).await?;
                if starts_at.is_some() {
                    let missed = "brand = $1 AND asset = $2 AND status = 'missed'";
                    open.extend(step.transaction.select::<reward::Entity>(missed, values()).await?);
                }
                ("reserved", stock.saturating_add(reserved))
            }
            Some(most) => {
                let issued = balance_of(step, brand, &Account::TOKEN_ISSUED, asset).await?;
                let asked = fresh.iter().map(|row| row.units).fold(issued, i64::saturating_add);
                if open.is_empty() && asked <= most {
                    return Ok(Some(Self {
                        given: "granted",
                        units: most,
                        open,
                        starts_at,
                        clock: step.clock,
                    }));
                }
                let granted = "brand = $1 AND asset = $2 AND status = 'granted'";
                open.extend(step.transaction.select::<reward::Entity>(granted, values()).await?);
                ("granted", most)
            }
        };
        Ok(Some(Self { given, units, open, starts_at, clock: step.clock }))
    }

    fn holds(&self, row: &reward::Model) -> bool {
        row.status == self.given
    }

    /// Whether a grant was won in time, and the event has not begun without it.
    fn may_have(&self, row: &reward::Model) -> bool {
        let won_at = Timestamp::from_millis(row.effective_at);
        self.starts_at.is_none_or(|begins| won_at < begins && (self.clock < begins || self.holds(row)))
    }

    fn waits_as(&self, row: &reward::Model) -> Waits {
        if self.may_have(row) { self.waits() } else { ("missed", "the event began before a place was free") }
    }

    fn waits(&self) -> Waits {
        match self.given {
            "reserved" => ("waiting", "the stock is out"),
            _ => ("waiting", "the supply is out"),
        }
    }
}

fn waiting(row: &reward::Model, (status, reason): Waits) -> reward::Model {
    reward::Model { status: status.to_owned(), reason: Some(reason.to_owned()), ..row.clone() }
}

/// What may become of a grant's units.
enum Turn {
    GivenOut,
    GivenBack(Waits),
}

async fn turn(
    step: &mut Step<'_>,
    asset: &Asset,
    row: &reward::Model,
    turn: Turn,
) -> Result<(), ServiceError> {
    let out = matches!(turn, Turn::GivenOut);
    let name = if out { "tribute.reward.granted" } else { "tribute.reward.waiting" };
    if asset.is_perk() {
        let voucher = voucher(step, row, Timestamp::from_millis(row.effective_at));
        let value = Value { asset: asset.clone(), amount: row.units };
        let posted = if out { reserve_perk(&voucher, &value)? } else { revoke_perk(&voucher, &value)? };
        step.post(&BrandId::trusted(&row.brand), posted).await?;
    } else {
        let units = live(row);
        post_tokens(step, row, if out { units } else { units.saturating_neg() }).await?;
    }
    let given = if asset.is_perk() { "reserved" } else { "granted" };
    let turned = match turn {
        Turn::GivenOut => reward::Model { status: given.to_owned(), reason: None, ..row.clone() },
        Turn::GivenBack(waits) => reward::Model { expired: None, ..waiting(row, waits) },
    };
    keep(step, &turned, name).await
}
