//! Sources that lie in the configuration: approved applications, and workshops that were held.

use std::collections::BTreeSet;

use tribute_commission::{recruit_earnings, workshop_earnings};
use tribute_events::{AmbassadorId, BrandId, Event, Payload, ProgramId, Timestamp};
use tribute_terms::{Program, Registry, Terms};

use super::{ByRule, SourceKey};
use crate::{
    ServiceError,
    people::{ByProgram, Concerned},
    step::Step,
};

/// The applications and workshops that the configuration of a batch may bear on, where any terms pay for them.
pub(crate) fn concerned(registry: &Registry, facts: &[&Event], people: &ByProgram) -> BTreeSet<SourceKey> {
    let mut found = BTreeSet::new();
    let mut add = |brand: &BrandId, id: &ProgramId, names: &dyn Fn(&Program) -> Vec<String>| {
        let Some(program) = registry.program(brand, id) else { return };
        let paid = names(program).into_iter().filter(|name| is_paid(program, name));
        found.extend(paid.map(|name| (brand.clone(), id.clone(), name)));
    };
    for event in facts {
        match &event.payload {
            Payload::Workshop(what) => {
                add(&event.brand, &what.program, &|_| vec![format!("workshop:{}", what.workshop)]);
            }
            Payload::WorkshopHeld(what) => {
                add(&event.brand, &what.program, &|_| vec![format!("workshop:{}", what.workshop)]);
            }
            Payload::Program(published) => {
                if let Ok(terms) = Terms::parse(&published.terms) {
                    add(&event.brand, &terms.program.id, &everything);
                }
            }
            _ => {}
        }
    }
    for ((brand, id), concerned) in people {
        add(brand, id, &|program| of_people(program, concerned));
    }
    found
}

fn is_paid(program: &Program, source: &str) -> bool {
    let workshop = source.starts_with("workshop:");
    program.versions().iter().any(|terms| {
        if workshop { !terms.workshop_fee.is_empty() } else { !terms.application_fee.is_empty() }
    })
}

/// The applications of whoever may be a recruit, and the workshops of whoever may host one.
fn of_people(program: &Program, concerned: &Concerned) -> Vec<String> {
    let recruits = concerned.recruits.iter().filter(|who| !program.recruiters_of(who).is_empty());
    let recruits = recruits.map(|who| format!("recruit:{who}"));
    let hosted = concerned.people.iter().flat_map(|host| program.hosted_by(host));
    recruits.chain(hosted.map(|workshop| format!("workshop:{workshop}"))).collect()
}

fn everything(program: &Program) -> Vec<String> {
    let recruits = program.recruited().map(|(id, _)| format!("recruit:{id}"));
    let workshops = program.workshops().map(|it| format!("workshop:{}", it.what.workshop));
    recruits.chain(workshops).collect()
}

/// Books what the applications earn that the terms decide at the clock's present instant.
pub(crate) async fn choose(
    step: &mut Step<'_>,
    brand: &BrandId,
    id: &ProgramId,
    chosen: &BTreeSet<AmbassadorId>,
) -> Result<(), ServiceError> {
    let Some(program) = step.registry.program(brand, id) else { return Ok(()) };
    let sources = chosen.iter().map(|who| format!("recruit:{who}"));
    let paid = sources.filter(|source| is_paid(program, source));
    let sources = paid.map(|source| (brand.clone(), id.clone(), source)).collect();
    super::run(step, &[], &[], &sources, &[]).await
}

/// What such a source earns.
pub(super) fn desired(
    registry: &Registry,
    source: &SourceKey,
    clock: Timestamp,
) -> Result<ByRule, ServiceError> {
    let (brand, program_id, name) = source;
    let Some(program) = registry.program(brand, program_id) else { return Ok(ByRule::new()) };
    let earnings = match name.split_once(':') {
        Some(("recruit", who)) => recruit_earnings(&AmbassadorId::trusted(who), program_id, program, clock),
        Some(("workshop", which)) => workshop_earnings(which, program_id, program),
        _ => return Ok(ByRule::new()),
    };
    let earnings = earnings.map_err(|source| ServiceError::Commission { cause: name.clone(), source })?;
    Ok(earnings.into_iter().map(|it| ((it.ambassador.to_string(), it.rule.to_string()), it)).collect())
}
