//! Whom a batch's configuration concerns: those of whom something was said, those whose standing changed by it, and
//! whoever they recruited.

use std::collections::{BTreeMap, BTreeSet};

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

/// A change of somebody's standing that is to be told.
pub(crate) type Told = (BrandId, StandingState);

/// The changes of standing that a batch brings about, as of the clock: what the terms decide is told when the clock
/// comes to it.
pub(crate) fn changes(registry: &Registry, facts: &[&Event], clock: Timestamp) -> Vec<Told> {
    let mut told = Vec::new();
    for (brand, id) in programs(facts) {
        let Some(program) = registry.program(&brand, &id) else { continue };
        for (who, before) in program.moved() {
            let due =
                |turns: &[Turn]| turns.iter().filter(|it| is_due(it, clock)).cloned().collect::<Vec<_>>();
            let (before, after) = (due(before), due(program.turns(who)));
            let news = news(&before, &after).into_iter();
            told.extend(news.map(|turn| (brand.clone(), state(&id, who, turn))));
        }
    }
    told
}

fn is_due(turn: &Turn, clock: Timestamp) -> bool {
    turn.cause.is_some() || turn.at <= clock
}

/// The turns that are told of those that came after what is unchanged: each that puts somebody elsewhere; where they
/// only fell back, the one on which they stand again.
fn news<'t>(before: &[Turn], after: &'t [Turn]) -> Vec<&'t Turn> {
    let same = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let stood = |place: usize| after.get(place).map(|turn| turn.standing);
    let elsewhere = |place: &usize| place.checked_sub(1).and_then(stood) != stood(*place);
    let told: Vec<_> = (same..after.len()).filter(elsewhere).filter_map(|place| after.get(place)).collect();
    let falls_back = before.last().map(|it| it.standing) != after.last().map(|it| it.standing);
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
    let chosen = |program: &Program| -> Vec<StandingState> {
        let people = program.ambassadors().keys();
        let turns = people.flat_map(|who| program.turns(who).iter().map(move |turn| (who, turn)));
        let now = turns.filter(|(_, turn)| turn.cause.is_none() && turn.at == at);
        now.map(|(who, turn)| state(id, who, turn)).collect()
    };
    for state in step.registry.program(brand, id).map(chosen).unwrap_or_default() {
        step.tell_standing(brand, state);
    }
}

#[cfg(test)]
mod tests {
    use tribute_terms::Standing::{Applied, Approved, Rejected, Waitlisted};

    use super::*;

    fn turns(told: &[(i64, tribute_terms::Standing)]) -> Vec<Turn> {
        let turn = |(at, standing): &(i64, _)| Turn {
            at: Timestamp::from_millis(*at),
            standing: *standing,
            cause: None,
            why: String::new(),
        };
        told.iter().map(turn).collect()
    }

    #[test]
    fn what_changed_is_told_and_what_was_tried_in_vain_is_not() {
        let told = |before: &[_], after: &[_]| -> Vec<(i64, tribute_terms::Standing)> {
            let (before, after) = (turns(before), turns(after));
            news(&before, &after).into_iter().map(|turn| (turn.at.millis(), turn.standing)).collect()
        };
        assert_eq!(told(&[], &[(1, Applied), (2, Approved)]), [(1, Applied), (2, Approved)]);
        assert_eq!(told(&[(1, Rejected)], &[(1, Rejected), (2, Rejected)]), []);
        assert_eq!(told(&[(1, Waitlisted), (3, Approved)], &[(1, Waitlisted)]), [(1, Waitlisted)]);
        let (before, after) = ([(1, Applied), (5, Approved)], [(1, Applied), (5, Waitlisted), (9, Approved)]);
        assert_eq!(told(&before, &after), [(5, Waitlisted), (9, Approved)]);
    }
}
