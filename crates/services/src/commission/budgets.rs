//! Earnings that share a budget.

use std::collections::{BTreeMap, BTreeSet};

use tribute_commission::{Earning, EarningKind, note_budget, settle_budget};
use tribute_events::{BrandId, ProgramId, Timestamp};
use tribute_store::entity::earning;
use tribute_terms::Program;

use super::{ByRule, SourceKey, load, source_of};
use crate::{ServiceError, step::Step};

/// A budget in one period.
type Key = (BrandId, ProgramId, String);

/// Brings in the earnings that share a budget with those of the batch, and settles each budget as a whole.
pub(super) async fn join(
    step: &mut Step<'_>,
    desired: &mut BTreeMap<SourceKey, ByRule>,
    booked: &mut BTreeMap<SourceKey, ByRule>,
) -> Result<(), ServiceError> {
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    let mut spans: BTreeMap<(BrandId, ProgramId), (Timestamp, Timestamp)> = BTreeMap::new();
    for ((brand, id, _), earnings) in desired.iter_mut() {
        let Some(program) = step.registry.program(brand, id).filter(|it| has_budgets(it)) else { continue };
        for earning in earnings.values_mut() {
            note_budget(earning, program);
            note(&mut keys, &mut spans, (brand, id, program), earning);
        }
    }
    for ((brand, id, _), earnings) in booked.iter() {
        let Some(program) = step.registry.program(brand, id).filter(|it| has_budgets(it)) else { continue };
        earnings.values().for_each(|it| note(&mut keys, &mut spans, (brand, id, program), it));
    }
    if keys.is_empty() {
        return Ok(());
    }
    let others = sources_between(step, &spans, desired).await?;
    for (source, earnings) in load(step, &others).await? {
        let own = earnings.iter().filter(|(_, it)| it.kind != EarningKind::Recruiter);
        desired.insert(source.clone(), own.map(|(rule, it)| (rule.clone(), it.clone())).collect());
        booked.insert(source, earnings);
    }
    for key in keys {
        let Some(program) = step.registry.program(&key.0, &key.1) else { continue };
        let of_program = desired.iter_mut().filter(|(source, _)| (&source.0, &source.1) == (&key.0, &key.1));
        let earnings = of_program.flat_map(|(_, earnings)| earnings.values_mut());
        let mut members: Vec<&mut Earning> =
            earnings.filter(|it| it.budgeted.as_ref().is_some_and(|it| it.key == key.2)).collect();
        settle_budget(program, &mut members)
            .map_err(|source| ServiceError::Commission { cause: format!("budget {}", key.2), source })?;
    }
    Ok(())
}

fn has_budgets(program: &Program) -> bool {
    program.versions().iter().any(|terms| !terms.budget.is_empty())
}

/// Notes the budget of an earning, and the period in which others may share it.
fn note(
    keys: &mut BTreeSet<Key>,
    spans: &mut BTreeMap<(BrandId, ProgramId), (Timestamp, Timestamp)>,
    (brand, id, program): (&BrandId, &ProgramId, &Program),
    earning: &Earning,
) {
    let Some(budgeted) = &earning.budgeted else { return };
    keys.insert((brand.clone(), id.clone(), budgeted.key.clone()));
    let (at, versions) = (earning.source_at, program.versions());
    for (terms, budget) in versions.iter().flat_map(|terms| terms.budget.iter().map(move |it| (terms, it))) {
        let period = terms.program.time_zone.period(budget.period, at);
        let span = spans.entry((brand.clone(), id.clone())).or_insert((period.starts_at, period.ends_at));
        *span = (span.0.min(period.starts_at), span.1.max(period.ends_at));
    }
}

/// The sources within spans of time that are not at hand yet.
async fn sources_between(
    step: &mut Step<'_>,
    spans: &BTreeMap<(BrandId, ProgramId), (Timestamp, Timestamp)>,
    known: &BTreeMap<SourceKey, ByRule>,
) -> Result<BTreeSet<SourceKey>, ServiceError> {
    let mut found = BTreeSet::new();
    for ((brand, program), (from, until)) in spans {
        let condition = "brand = $1 AND program = $2 AND source_at >= $3 AND source_at < $4 \
                         AND kind IN ('commission', 'fee', 'referral')";
        let values =
            vec![brand.as_str().into(), program.as_str().into(), from.millis().into(), until.millis().into()];
        let rows = step.transaction.select::<earning::Entity>(condition, values).await?;
        found.extend(rows.iter().map(source_of).filter(|source| !known.contains_key(source)));
    }
    Ok(found)
}
