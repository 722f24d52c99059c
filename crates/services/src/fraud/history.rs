use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_fraud::Ordered;
use tribute_store::{
    RangeKey,
    entity::{earning, mission_fact},
};
use tribute_terms::Program;

use super::orders::{conversions, parties, sales};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// The orders that ambassadors are credited with, as far back as they were asked for. It is kept while the clock clears
/// what is due at one instant, so that what clears in many pieces is read once.
#[derive(Default)]
pub(crate) struct History(BTreeMap<(BrandId, ProgramId), BTreeMap<AmbassadorId, Past>>);

struct Past {
    since: Timestamp,
    orders: Vec<Ordered>,
}

impl History {
    pub(super) fn of(&self, brand: &BrandId, program: &ProgramId, ambassador: &AmbassadorId) -> &[Ordered] {
        let known = self.0.get(&(brand.clone(), program.clone()));
        known.and_then(|it| it.get(ambassador)).map(|it| it.orders.as_slice()).unwrap_or_default()
    }

    /// Reads the orders of these people since an instant, up to the clock.
    pub(super) async fn read(
        &mut self,
        step: &mut Step<'_>,
        (brand, program): (&BrandId, &ProgramId),
        people: &BTreeSet<AmbassadorId>,
        since: Timestamp,
    ) -> Result<(), ServiceError> {
        let known = self.0.entry((brand.clone(), program.clone())).or_default();
        let lacks = |who: &&AmbassadorId| known.get(*who).is_none_or(|past| since < past.since);
        let people: Vec<_> = people.iter().filter(lacks).cloned().collect();
        let ids = orders_of(step, (brand, program), &people, since).await?;
        let ids: BTreeSet<_> = ids.iter().map(String::as_str).collect();
        let conversions = conversions(step, brand, program, &ids).await?;
        let sales = sales(step, brand, conversions.keys()).await?;
        let mut pasts: BTreeMap<_, _> =
            people.into_iter().map(|who| (who, Past { since, orders: Vec::new() })).collect();
        for (id, conversion) in &conversions {
            let Some(sale) = sales.get(id) else { continue };
            for (who, ordered) in parties(conversion, sale)? {
                if let Some(past) = pasts.get_mut(&who) {
                    past.orders.push(ordered);
                }
            }
        }
        known.extend(pasts);
        Ok(())
    }
}

/// The orders for which people earned something, or which count for a mission of theirs.
async fn orders_of(
    step: &mut Step<'_>,
    (brand, program_id): (&BrandId, &ProgramId),
    people: &[AmbassadorId],
    since: Timestamp,
) -> Result<BTreeSet<String>, ServiceError> {
    let of = |who: &AmbassadorId| key([brand.as_str(), program_id.as_str(), who.as_str()]);
    let keys: Vec<RangeKey> =
        people.iter().map(|who| (of(who), since.minus(1).millis(), step.clock.millis())).collect();
    let columns = [earning::Column::Brand, earning::Column::Program, earning::Column::Ambassador];
    let earned =
        step.transaction.find_between::<earning::Entity>(&columns, earning::Column::SourceAt, &keys).await?;
    let mut orders: BTreeSet<_> =
        earned.iter().filter_map(|row| row.source.strip_prefix("order:")).map(str::to_owned).collect();
    let versions = step.registry.program(brand, program_id).map(Program::versions).unwrap_or_default();
    let missions: BTreeSet<_> = versions.iter().flat_map(|terms| &terms.mission).map(|it| &it.id).collect();
    let of = |mission: &str, who: &AmbassadorId| {
        let key = key([brand.as_str(), program_id.as_str(), mission, who.as_str()]);
        (key, since.minus(1).millis(), step.clock.millis())
    };
    let keys: Vec<RangeKey> =
        missions.iter().flat_map(|it| people.iter().map(|who| of(it.as_str(), who))).collect();
    let columns = [
        mission_fact::Column::Brand,
        mission_fact::Column::Program,
        mission_fact::Column::Mission,
        mission_fact::Column::Ambassador,
    ];
    let facts = step
        .transaction
        .find_between::<mission_fact::Entity>(&columns, mission_fact::Column::At, &keys)
        .await?;
    for row in facts {
        orders.extend(row.fact.strip_prefix("order:").map(str::to_owned));
    }
    Ok(orders)
}
