//! Money that missions give: a prize, as an earning.

use std::collections::{BTreeMap, BTreeSet};

use tribute_commission::{CommissionError, Earning, EarningKind, Source, Step as AmountStep};
use tribute_events::{AmbassadorId, ProgramId, RuleId};
use tribute_rewards::Round;
use tribute_store::entity::earning;
use tribute_terms::{Program, View};

use super::grants::Counts;
use crate::{
    ServiceError,
    commission::{self, ByRule, SourceKey, read, source_of},
    step::{Step, key},
};

/// The money that a round brings who may earn money where they are known to be then. It clears once no late evidence can undo the round.
pub(super) fn prize(
    program_id: &ProgramId,
    program: &Program,
    ambassador: &AmbassadorId,
    round: &Round<'_>,
) -> Result<Option<Earning>, ServiceError> {
    let (mission, at) = (&round.mission.id, round.effective_at);
    let Some((money, terms)) = round.money().zip(program.terms_at(at)) else { return Ok(None) };
    let view = View { as_of: at, recorded_before: round.locks_at };
    if !program.may_be_paid(terms, ambassador, view) {
        return Ok(None);
    }
    let failed = |why| ServiceError::Commission {
        cause: format!("mission {mission}"),
        source: CommissionError::Money { subject: format!("mission {mission}"), error: why },
    };
    let currency = &terms.program.currency;
    let exponent = currency.exponent().map_err(failed)?;
    let amount = money.to_minor(exponent, terms.program.rounding).map_err(failed)?;
    Ok(Some(Earning {
        program: program_id.clone(),
        source: Source::Mission(format!("{mission}/{}", round.number).into()),
        ambassador: ambassador.clone(),
        rule: mission.clone(),
        kind: EarningKind::Prize,
        asset: currency.clone(),
        terms_version: terms.program.version.clone(),
        source_at: at,
        clears_at: round.locks_at,
        steps: vec![AmountStep { effective_at: at, cause: round.cause.clone(), base: money, amount }],
        formula: format!("round {} of mission {mission}", round.number),
        group: None,
        unsettled: Vec::new(),
        budgeted: None,
        weight: 1,
        of_weight: 1,
    }))
}

/// The missions of a program that ever give money.
pub(super) fn giving(program: &Program) -> BTreeSet<RuleId> {
    let missions = program.versions().iter().flat_map(|terms| &terms.mission);
    missions.filter(|it| it.gives.iter().any(|gift| gift.money.is_some())).map(|it| it.id.clone()).collect()
}

/// Books what differs between the money that these missions give an ambassador and what they gave.
pub(super) async fn book(
    step: &mut Step<'_>,
    (brand, program_id, ambassador): &Counts,
    missions: &BTreeSet<RuleId>,
    wanted: Vec<Earning>,
) -> Result<(), ServiceError> {
    let program = step.registry.program(brand, program_id);
    if program.is_none_or(|it| giving(it).is_disjoint(missions)) {
        return Ok(());
    }
    let columns = [earning::Column::Brand, earning::Column::Program, earning::Column::Ambassador];
    let keys = [key([brand.as_str(), program_id.as_str(), ambassador.as_str()])];
    let mut booked: BTreeMap<SourceKey, ByRule> = BTreeMap::new();
    for row in step.transaction.find::<earning::Entity>(&columns, &keys).await? {
        if row.source.starts_with("mission:") && missions.contains(&RuleId::trusted(&row.rule)) {
            let one = ((row.ambassador.clone(), row.rule.clone()), read(&row)?);
            booked.entry(source_of(&row)).or_default().extend([one]);
        }
    }
    let mut desired: BTreeMap<SourceKey, ByRule> = BTreeMap::new();
    for earning in wanted {
        let source = (brand.clone(), program_id.clone(), earning.source.to_string());
        let one = ((ambassador.to_string(), earning.rule.to_string()), earning);
        desired.entry(source).or_default().extend([one]);
    }
    let sources: BTreeSet<_> = desired.keys().chain(booked.keys()).cloned().collect();
    for source in sources {
        let before = booked.remove(&source).unwrap_or_default();
        commission::book(step, &source, before, desired.remove(&source).unwrap_or_default()).await?;
    }
    Ok(())
}
