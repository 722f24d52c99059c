use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, BrandId, Event, Payload, ProgramId, Timestamp};
use tribute_terms::{Registry, Terms};

use crate::{ServiceError, step::Step};

/// What the configuration of a batch may bear on.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    /// Orders and posts of a program from this instant on.
    pub(crate) programs: BTreeMap<(BrandId, ProgramId), Timestamp>,
    /// Everything of a brand from this instant on: terms that orders were waiting for.
    pub(crate) brands: BTreeMap<BrandId, Timestamp>,
    /// Orders credited to an ambassador, whenever they were placed.
    pub(crate) ambassadors: BTreeSet<(BrandId, ProgramId, AmbassadorId)>,
}

impl Changed {
    fn program(&mut self, event: &Event, program: &ProgramId, from: Timestamp) {
        let known = self.programs.entry((event.brand.clone(), program.clone())).or_insert(from);
        *known = (*known).min(from);
    }
}

/// Folds a batch's configuration into the registry.
pub(crate) fn configure(step: &mut Step<'_>, facts: &[Event]) -> Result<Changed, ServiceError> {
    let mut changed = Changed::default();
    for event in facts.iter().filter(|event| Registry::concerns(&event.payload)) {
        step.registry.apply(event).map_err(|problems| ServiceError::Configuration {
            key: event.id.to_string(),
            problem: problems.first().map(ToString::to_string).unwrap_or_default(),
        })?;
        note(&mut changed, event);
    }
    Ok(changed)
}

fn note(changed: &mut Changed, event: &Event) {
    match &event.payload {
        Payload::Program(published) => {
            if let Ok(terms) = Terms::parse(&published.terms) {
                let known = changed.brands.entry(event.brand.clone()).or_insert(Timestamp::MAX);
                *known = (*known).min(terms.program.effective_from);
            }
        }
        Payload::Ambassador(_, what) => changed.program(event, &what.program, event.time),
        Payload::AmbassadorJudged(what) if what.valid => {
            changed.program(event, &what.program, what.orders_from.unwrap_or(Timestamp::MIN));
        }
        Payload::AmbassadorJudged(what) => {
            changed.ambassadors.insert((event.brand.clone(), what.program.clone(), what.ambassador.clone()));
        }
        Payload::CodeIssued(what) => {
            changed.program(event, &what.program, what.valid_from.unwrap_or(event.time).min(event.time));
        }
        Payload::CodeWithdrawn(what) => changed.program(event, &what.program, event.time),
        Payload::LinkIssued(what) => changed.program(event, &what.program, event.time),
        Payload::Campaign(what) => changed.program(event, &what.program, what.starts_at),
        Payload::Workshop(what) => changed.program(event, &what.program, what.starts_at),
        _ => {}
    }
}
