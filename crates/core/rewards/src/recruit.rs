use tribute_events::{AmbassadorId, Timestamp};
use tribute_terms::{AboutRecruit, Expression, Mission, Program, Standing, View};

use crate::{
    Counted, Need, Qualifying, needs,
    spell::{Change, found, spells},
};

/// When a person was first approved, and so recruited, as far as the clock has come.
#[must_use]
pub fn recruited_at(recruit: &AmbassadorId, program: &Program, clock: Timestamp) -> Option<Timestamp> {
    let standings = program.standings_by(recruit, clock);
    standings.iter().find(|it| it.what == Standing::Approved).map(|it| it.time)
}

/// When a person counts as a recruit of another towards a mission: they named the recruiter and were approved.
///
/// Who leaves later was recruited all the same; who is rejected or banned was not. The recruiter must have been active
/// themselves when the recruit was first approved, and not be judged invalid. A step's condition asks of the recruit as
/// they were known then. Nobody is recruited by places that the terms give out after the `clock`.
#[must_use]
pub fn recruit_qualifies(
    mission: &Mission,
    recruit: &AmbassadorId,
    recruiter: &AmbassadorId,
    program: &Program,
    clock: Timestamp,
) -> Option<Qualifying> {
    let person = program.ambassador(recruit)?;
    let standings = program.standings_by(recruit, clock);
    let approved = standings.iter().find(|it| it.what == Standing::Approved)?;
    let at = approved.time;
    let terms = program.terms_at(at)?;
    let wait = terms.attribution.hold.max(terms.attribution.grace).millis();
    let locks_at = at.max(approved.recorded).plus(wait);
    let view = View { as_of: at, recorded_before: locks_at };
    if !program.is_active(recruiter, view) {
        return None;
    }
    let counts = |then: Timestamp| {
        let view = View::at(then);
        let stands = !matches!(program.standing(recruit, view), Some(Standing::Rejected | Standing::Banned));
        stands
            && program.recruiter(recruit, view).as_ref() == Some(recruiter)
            && !program.is_judged_invalid(recruiter, at, then)
    };
    let said = person.changes().map(|it| (it.time, &it.id));
    let verdicts = program.verdicts_on(recruiter, at).map(|it| (it.time, &it.id));
    let mut instants: Vec<_> =
        said.chain(verdicts).chain(standings.iter().map(|it| (it.time, &it.id))).collect();
    instants.retain(|(time, _)| *time >= at);
    instants.sort_unstable();
    instants.dedup();
    let changes = || {
        instants.iter().map(|(time, cause)| Change {
            at: *time,
            cause,
            amount: u64::from(counts(*time)),
            locks_at: locks_at.max(time.plus(wait)),
        })
    };
    let profile = program.profile(recruit, view);
    let holds = |it: &Expression| it.holds(&AboutRecruit { recruit, profile: &profile });
    let wanted = |need: &Need<'_>| match need.of {
        Counted::Recruits(condition) => condition.is_none_or(holds),
        _ => false,
    };
    let wanted = needs(mission).into_iter().filter(wanted);
    let spells = wanted.flat_map(|need| spells(&need.name, changes())).collect();
    found(at, format!("ambassador:{recruit}"), spells)
}
