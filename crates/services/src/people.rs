//! Whom a batch's configuration concerns: those of whom something was said, those whose standing changed by it, and
//! whoever they recruited.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tribute_events::{AmbassadorId, BrandId, Event, Payload, ProgramId, Timestamp, outgoing::StandingState};
use tribute_terms::{Program, Registry, Terms, Turn};

use crate::step::Step;

/// The people of one program whom a batch concerns.
#[derive(Debug, Default)]
pub(crate) struct Concerned {
    /// Of whom something was said, or whose standing changed.
    pub(crate) people: BTreeSet<AmbassadorId>,
    /// Who may have become somebody's recruit, or may be none any more.
    pub(crate) recruits: BTreeSet<AmbassadorId>,
}

/// The people whom a batch concerns, by program.
pub(crate) type ByProgram = BTreeMap<(BrandId, ProgramId), Concerned>;

/// The programs of a batch in which somebody's standing may change.
fn programs<'e>(facts: &'e [&Event]) -> impl Iterator<Item = (BrandId, ProgramId)> + use<'e> {
    let program = |event: &Event| match &event.payload {
        Payload::Ambassador(_, what) => Some(what.program.clone()),
        Payload::Program(published) => Some(Terms::parse(&published.terms).ok()?.program.id),
        _ => None,
    };
    let named = facts.iter().filter_map(move |event| Some((event.brand.clone(), program(event)?)));
    named.collect::<BTreeSet<_>>().into_iter()
}

/// From now on it is noted whose standing changes in the programs that a batch names.
pub(crate) fn watch(registry: &mut Registry, facts: &[&Event]) {
    programs(facts).for_each(|(brand, program)| registry.watch(&brand, &program));
}

/// Whom the batch concerns, once its configuration is folded in.
pub(crate) fn concerned(registry: &Registry, facts: &[&Event]) -> ByProgram {
    let mut all = ByProgram::new();
    for (brand, id) in programs(facts) {
        let Some(program) = registry.program(&brand, &id) else { continue };
        let moved = program.moved().into_keys().cloned();
        all.entry((brand, id)).or_default().people.extend(moved);
    }
    for event in facts {
        let (id, what) = match &event.payload {
            Payload::Ambassador(_, what) => (&what.program, Named::Person(&what.ambassador)),
            Payload::AmbassadorJudged(what) => (&what.program, Named::Person(&what.ambassador)),
            Payload::LinkIssued(what) => (&what.program, Named::Link(what)),
            _ => continue,
        };
        let Some(program) = registry.program(&event.brand, id) else { continue };
        let of = all.entry((event.brand.clone(), id.clone())).or_default();
        match what {
            Named::Person(who) => drop(of.people.insert(who.clone())),
            Named::Link(issued) => of.recruits.extend(program.came_by(&issued.link).cloned()),
        }
    }
    for ((brand, id), of) in &mut all {
        let Some(program) = registry.program(brand, id) else { continue };
        for who in &of.people {
            of.recruits.insert(who.clone());
            of.recruits.extend(program.recruits_of(who).cloned());
        }
    }
    all
}

enum Named<'a> {
    Person(&'a AmbassadorId),
    Link(&'a tribute_events::LinkIssued),
}

/// Where somebody stood before a batch, and where they stand after it, one after the other.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Moved {
    brand: BrandId,
    before: Vec<StandingState>,
    after: Vec<StandingState>,
}

/// Everybody whose turns a batch changed.
pub(crate) fn moved(registry: &Registry, facts: &[&Event]) -> Vec<Moved> {
    let mut all = Vec::new();
    for (brand, id) in programs(facts) {
        let Some(program) = registry.program(&brand, &id) else { continue };
        for (who, before) in program.moved() {
            let states = |turns: &[Turn]| turns.iter().map(|turn| state(&id, who, turn)).collect();
            let (before, after) = (states(before), states(program.turns(who)));
            all.push(Moved { brand: brand.clone(), before, after });
        }
    }
    all
}

/// Tells what a batch changed, as of the clock: what the terms decide is told when the clock comes to it.
pub(crate) fn tell(step: &mut Step<'_>, moved: &Moved) {
    let clock = step.clock;
    let due = |states: &'_ [StandingState]| -> Vec<StandingState> {
        states.iter().filter(|it| it.cause.is_some() || it.since <= clock).cloned().collect()
    };
    let (before, after) = (due(&moved.before), due(&moved.after));
    for state in news(&before, &after) {
        step.tell_standing(&moved.brand, state.clone());
    }
}

/// What is told of what came after what is unchanged: each turn that puts somebody elsewhere; where they only fell back,
/// the one on which they stand again.
fn news<'t>(before: &[StandingState], after: &'t [StandingState]) -> Vec<&'t StandingState> {
    let same = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let stood = |place: usize| after.get(place).map(|it| &it.standing);
    let elsewhere = |place: &usize| place.checked_sub(1).and_then(stood) != stood(*place);
    let told: Vec<_> = (same..after.len()).filter(elsewhere).filter_map(|place| after.get(place)).collect();
    let falls_back = before.last().map(|it| &it.standing) != after.last().map(|it| &it.standing);
    if told.is_empty() && falls_back { after.last().into_iter().collect() } else { told }
}

fn state(program: &ProgramId, who: &AmbassadorId, turn: &Turn) -> StandingState {
    StandingState {
        program: program.clone(),
        ambassador: who.clone(),
        standing: turn.standing.as_str().into(),
        since: turn.at,
        why: Some(turn.why.clone()).filter(|why| !why.is_empty()),
        cause: turn.cause.clone(),
    }
}

/// Tells what the terms decide at the clock's present instant.
pub(crate) fn tell_choice(step: &mut Step<'_>, brand: &BrandId, id: &ProgramId) {
    let at = step.clock;
    let program = step.registry.program(brand, id);
    let states = |program| decided(program, at).map(|(who, turn)| state(id, who, turn)).collect::<Vec<_>>();
    for state in program.map(states).unwrap_or_default() {
        step.tell_standing(brand, state);
    }
}

/// Of whom the terms decide something at the clock's present instant.
pub(crate) fn chosen(step: &Step<'_>, brand: &BrandId, id: &ProgramId) -> BTreeSet<AmbassadorId> {
    let program = step.registry.program(brand, id);
    program.into_iter().flat_map(|it| decided(it, step.clock)).map(|(who, _)| who.clone()).collect()
}

fn decided(program: &Program, at: Timestamp) -> impl Iterator<Item = (&AmbassadorId, &Turn)> {
    let people = program.ambassadors().keys();
    let turns = people.flat_map(|who| program.turns(who).iter().map(move |turn| (who, turn)));
    turns.filter(move |(_, turn)| turn.cause.is_none() && turn.at == at)
}

#[cfg(test)]
mod tests {
    use tribute_terms::Standing::{self, Applied, Approved, Rejected, Waitlisted};

    use super::*;

    fn states(told: &[(i64, Standing)]) -> Vec<StandingState> {
        let turn = |(at, standing): &(i64, _)| Turn {
            at: Timestamp::from_millis(*at),
            standing: *standing,
            cause: None,
            why: String::new(),
        };
        let (program, who) = (ProgramId::trusted("p"), AmbassadorId::trusted("ann"));
        told.iter().map(|it| state(&program, &who, &turn(it))).collect()
    }

    #[test]
    fn what_changed_is_told_and_what_was_tried_in_vain_is_not() {
        let told = |before: &[_], after: &[_]| -> Vec<String> {
            let (before, after) = (states(before), states(after));
            news(&before, &after)
                .into_iter()
                .map(|it| format!("{} {}", it.since.millis(), it.standing))
                .collect()
        };
        assert_eq!(told(&[], &[(1, Applied), (2, Approved)]), ["1 applied", "2 approved"]);
        assert!(told(&[(1, Rejected)], &[(1, Rejected), (2, Rejected)]).is_empty());
        assert_eq!(told(&[(1, Waitlisted), (3, Approved)], &[(1, Waitlisted)]), ["1 waitlisted"]);
        let (before, after) = ([(1, Applied), (5, Approved)], [(1, Applied), (5, Waitlisted), (9, Approved)]);
        assert_eq!(told(&before, &after), ["5 waitlisted", "9 approved"]);
    }
}
