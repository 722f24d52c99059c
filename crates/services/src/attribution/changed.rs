use std::collections::BTreeMap;

use tribute_events::{BrandId, Event, Payload, ProgramId, Rejection, RejectionCode, Timestamp};
use tribute_terms::{Registry, Terms};

use crate::{ServiceError, commission::PostOutcome, people, step::Step};

/// What the configuration of a batch may bear on.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    /// Orders and posts of a program from this instant on.
    pub(crate) programs: BTreeMap<(BrandId, ProgramId), Timestamp>,
    /// Posts of a program from this instant on.
    pub(crate) posts: BTreeMap<(BrandId, ProgramId), Timestamp>,
    /// Everything of a brand from this instant on: terms that orders were waiting for.
    pub(crate) brands: BTreeMap<BrandId, Timestamp>,
}

impl Changed {
    fn program(&mut self, event: &Event, program: &ProgramId, from: Timestamp) {
        widen(&mut self.programs, (event.brand.clone(), program.clone()), from);
        widen(&mut self.posts, (event.brand.clone(), program.clone()), from);
    }

    /// Orders that posts may claim, where the terms let them.
    pub(crate) fn note_posts(&mut self, registry: &Registry, posts: &[PostOutcome]) {
        for outcome in posts {
            for facts in [Some(&outcome.facts), outcome.before.as_ref()].into_iter().flatten() {
                let Some(published) = facts.published() else { continue };
                let program = registry.program(&outcome.brand, &published.what.program);
                let claims =
                    program.is_some_and(|it| it.versions().iter().any(|terms| terms.attribution.posts));
                if claims {
                    widen(
                        &mut self.programs,
                        (outcome.brand.clone(), published.what.program.clone()),
                        published.at,
                    );
                }
            }
        }
    }
}

fn widen<K: Ord>(spans: &mut BTreeMap<K, Timestamp>, key: K, from: Timestamp) {
    let known = spans.entry(key).or_insert(from);
    *known = (*known).min(from);
}

/// Folds a batch's configuration into the registry.
pub(crate) async fn configure(step: &mut Step<'_>, facts: &[&Event]) -> Result<Changed, ServiceError> {
    let mut changed = Changed::default();
    people::watch(step.registry, facts);
    for event in facts.iter().filter(|event| Registry::concerns(&event.payload)) {
        if let Err(rejection) = may_be_published(step, event) {
            step.refuse(event, &rejection).await?;
            continue;
        }
        let again = is_announced_again(step.registry, event);
        step.registry.apply(event).map_err(|problems| ServiceError::Configuration {
            key: event.id.to_string(),
            problem: problems.first().map(ToString::to_string).unwrap_or_default(),
        })?;
        note(&mut changed, event, again);
    }
    Ok(changed)
}

/// Terms that were published stay as they are, and a later change of terms never rewrites what was earned: a version
/// is published once, no two take effect at one instant, and none does before the clock where another was in force.
fn may_be_published(step: &Step<'_>, event: &Event) -> Result<(), Rejection> {
    let Payload::Program(published) = &event.payload else { return Ok(()) };
    let Ok(terms) = Terms::parse(&published.terms) else { return Ok(()) };
    let program = &terms.program;
    let known = step.registry.program(&event.brand, &program.id).map_or(&[][..], |it| it.versions());
    let (id, version) = (&program.id, &program.version);
    if let Some(same) = known.iter().find(|it| it.program.version == *version) {
        let reason = format!(
            "version {version} of program {id} was published with other terms, which stand; publish the change as a \
             version of its own"
        );
        return if *same == terms { Ok(()) } else { Err(Rejection::new(RejectionCode::Conflict, reason)) };
    }
    let (from, clock) = (program.effective_from, step.clock);
    if let Some(other) = known.iter().find(|it| it.program.effective_from == from) {
        let reason = format!(
            "version {version} of program {id} takes effect at {from}, as version {} does, which stands: two cannot be in \
             force at once; publish it with an effective_from of its own",
            other.program.version
        );
        return Err(Rejection::new(RejectionCode::Conflict, reason));
    }
    if from < clock && known.iter().any(|it| it.program.effective_from < clock) {
        let reason = format!(
            "version {version} of program {id} takes effect at {from}, but the clock has come to {clock}: it would \
             rewrite what was earned by then; publish it with an effective_from not before {clock}"
        );
        return Err(Rejection::new(RejectionCode::NotPossible, reason));
    }
    Ok(())
}

/// Whether a campaign, workshop or shipment was told of before: then its old dates count too.
fn is_announced_again(registry: &Registry, event: &Event) -> bool {
    let program = |id| registry.program(&event.brand, id);
    match &event.payload {
        Payload::Campaign(what) => program(&what.program)
            .is_some_and(|it| it.campaigns().any(|known| known.what.campaign == what.campaign)),
        Payload::Workshop(what) => program(&what.program)
            .is_some_and(|it| it.workshops().any(|known| known.what.workshop == what.workshop)),
        Payload::ShipmentSent(what) => {
            program(&what.program).is_some_and(|it| it.shipment(&what.shipment).is_some())
        }
        _ => false,
    }
}

fn note(changed: &mut Changed, event: &Event, again: bool) {
    let since = |starts_at: Timestamp| if again { Timestamp::MIN } else { starts_at };
    match &event.payload {
        Payload::Program(published) => {
            if let Ok(terms) = Terms::parse(&published.terms) {
                let known = changed.brands.entry(event.brand.clone()).or_insert(Timestamp::MAX);
                // Tiers are reached by what was sold before.
                let from = terms.program.effective_from;
                let before = terms.periods_before(from).map(|period| period.starts_at);
                *known = before.fold((*known).min(from), Timestamp::min);
            }
        }
        Payload::Ambassador(_, what) => changed.program(event, &what.program, event.time),
        Payload::AmbassadorJudged(what) => {
            changed.program(event, &what.program, what.orders_from.unwrap_or(Timestamp::MIN));
        }
        Payload::CodeIssued(what) => {
            changed.program(event, &what.program, what.valid_from.unwrap_or(event.time).min(event.time));
        }
        Payload::CodeWithdrawn(what) => changed.program(event, &what.program, event.time),
        Payload::LinkIssued(what) => changed.program(event, &what.program, event.time),
        Payload::Campaign(what) => {
            widen(&mut changed.posts, (event.brand.clone(), what.program.clone()), since(what.starts_at));
        }
        Payload::Workshop(what) => changed.program(event, &what.program, since(what.starts_at)),
        Payload::ShipmentSent(what) => {
            widen(&mut changed.posts, (event.brand.clone(), what.program.clone()), since(event.time));
        }
        _ => {}
    }
}
