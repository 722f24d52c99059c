//! Sources that lie in the configuration: approved applications, and workshops that were held.

use std::collections::BTreeSet;

use tribute_commission::{recruit_earnings, workshop_earnings};
use tribute_events::{AmbassadorId, Event, Payload};
use tribute_terms::{Program, Registry, Terms};

use super::{ByRule, SourceKey};
use crate::{ServiceError, attribution::Changed};

/// The applications and workshops that the configuration of a batch may bear on, where any terms pay for them.
pub(crate) fn concerned(registry: &Registry, facts: &[&Event], changed: &Changed) -> BTreeSet<SourceKey> {
    let mut found = BTreeSet::new();
    for ((brand, id), moved) in &changed.moved {
        let Some(program) = registry.program(brand, id) else { continue };
        let names = moved.iter().flat_map(|who| of_person(program, who));
        let paid = names.filter(|name| is_paid(program, name));
        found.extend(paid.map(|name| (brand.clone(), id.clone(), name)));
    }
    for event in facts {
        let (program_id, names) = match &event.payload {
            Payload::Workshop(what) => (&what.program, vec![format!("workshop:{}", what.workshop)]),
            Payload::WorkshopHeld(what) => (&what.program, vec![format!("workshop:{}", what.workshop)]),
            Payload::Ambassador(_, what) => {
                let Some(program) = registry.program(&event.brand, &what.program) else { continue };
                (&what.program, of_person(program, &what.ambassador))
            }
            Payload::AmbassadorJudged(what) => {
                let Some(program) = registry.program(&event.brand, &what.program) else { continue };
                (&what.program, of_person(program, &what.ambassador))
            }
            Payload::LinkIssued(what) => {
                let Some(program) = registry.program(&event.brand, &what.program) else { continue };
                (&what.program, program.came_by(&what.link).map(|who| format!("recruit:{who}")).collect())
            }
            Payload::Program(published) => {
                let Ok(terms) = Terms::parse(&published.terms) else { continue };
                let Some(program) = registry.program(&event.brand, &terms.program.id) else { continue };
                let names = everything(program);
                found.extend(names.into_iter().map(|it| (event.brand.clone(), terms.program.id.clone(), it)));
                continue;
            }
            _ => continue,
        };
        let Some(program) = registry.program(&event.brand, program_id) else { continue };
        let paid = names.into_iter().filter(|name| is_paid(program, name));
        found.extend(paid.map(|name| (event.brand.clone(), program_id.clone(), name)));
    }
    found
}

fn is_paid(program: &Program, source: &str) -> bool {
    let workshop = source.starts_with("workshop:");
    program.versions().iter().any(|terms| {
        if workshop { !terms.workshop_fee.is_empty() } else { !terms.application_fee.is_empty() }
    })
}

/// Somebody's own application, those of whom they recruited, and the workshops that they host.
fn of_person(program: &Program, person: &AmbassadorId) -> Vec<String> {
    if !is_paid(program, "workshop:") && !is_paid(program, "recruit:") {
        return Vec::new();
    }
    let recruits = program.recruits_of(person).map(|id| format!("recruit:{id}"));
    let hosted = program.workshops().filter(|it| it.what.ambassador == *person);
    let hosted = hosted.map(|it| format!("workshop:{}", it.what.workshop));
    std::iter::once(format!("recruit:{person}")).chain(recruits).chain(hosted).collect()
}

fn everything(program: &Program) -> Vec<String> {
    let recruits = program.recruited().map(|(id, _)| format!("recruit:{id}"));
    let workshops = program.workshops().map(|it| format!("workshop:{}", it.what.workshop));
    recruits.chain(workshops).filter(|name| is_paid(program, name)).collect()
}

/// What such a source earns.
pub(super) fn desired(registry: &Registry, source: &SourceKey) -> Result<ByRule, ServiceError> {
    let (brand, program_id, name) = source;
    let Some(program) = registry.program(brand, program_id) else { return Ok(ByRule::new()) };
    let earnings = match name.split_once(':') {
        Some(("recruit", who)) => recruit_earnings(&AmbassadorId::trusted(who), program_id, program),
        Some(("workshop", which)) => workshop_earnings(which, program_id, program),
        _ => return Ok(ByRule::new()),
    };
    let earnings = earnings.map_err(|source| ServiceError::Commission { cause: name.clone(), source })?;
    Ok(earnings.into_iter().map(|it| ((it.ambassador.to_string(), it.rule.to_string()), it)).collect())
}
