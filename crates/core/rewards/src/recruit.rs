use tribute_events::{AmbassadorId, Timestamp};
use tribute_terms::{Mission, Program, Standing, View};

use crate::{
    Counted, Qualifying, needs,
    spell::{Change, spells},
};

/// When a person was first approved, and so recruited.
#[must_use]
pub fn recruited_at(recruit: &AmbassadorId, program: &Program) -> Option<Timestamp> {
    let person = program.ambassador(recruit)?;
    let approved = |at: Timestamp| person.standing(View::at(at)) == Some(Standing::Approved);
    person.changes().map(|it| it.time).find(|at| approved(*at))
}

/// When a person counts as a recruit of another towards a mission: they named the recruiter and were approved.
///
/// Who leaves later was recruited all the same; who is rejected or banned was not. The recruiter must have been active
/// themselves when the recruit was first approved.
#[must_use]
pub fn recruit_qualifies(
    mission: &Mission,
    recruit: &AmbassadorId,
    recruiter: &AmbassadorId,
    program: &Program,
) -> Option<Qualifying> {
    let person = program.ambassador(recruit)?;
    let approved =
        person.changes().find(|it| person.standing(View::at(it.time)) == Some(Standing::Approved))?;
    let at = approved.time;
    let terms = program.terms_at(at)?;
    let wait = terms.attribution.hold.max(terms.attribution.grace).millis();
    let recorded = person.changes().find(|it| it.time == at).map_or(at, |it| it.recorded);
    let locks_at = at.max(recorded).plus(wait);
    let of_recruiter = program.ambassador(recruiter)?;
    if !of_recruiter.is_active(View { as_of: at, recorded_before: locks_at }) {
        return None;
    }
    let counts = |then: Timestamp| {
        let stands = !matches!(person.standing(View::at(then)), Some(Standing::Rejected | Standing::Banned));
        stands && person.profile(View::at(then)).recruiter.as_ref() == Some(recruiter)
    };
    let changes = || {
        person.changes().filter(|it| it.time >= at).map(|it| {
            let amount = u64::from(counts(it.time));
            Change { at: it.time, cause: &it.id, amount, locks_at }
        })
    };
    let wanted = needs(mission).into_iter().filter(|need| need.of == Counted::Recruits);
    let found: Vec<_> = wanted.flat_map(|need| spells(&need.name, changes())).collect();
    (!found.is_empty()).then(|| Qualifying { at, id: format!("ambassador:{recruit}"), spells: found })
}
