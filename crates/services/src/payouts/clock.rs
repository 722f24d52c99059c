use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tribute_commission::click_days;
use tribute_events::{BrandId, Event, ProgramId, Timestamp};
use tribute_leaderboards::closes;
use tribute_payouts::{due, ends};
use tribute_terms::{Period, PeriodBounds, Program, Terms};

use super::{clearing, deliverables, guarantee, run};
use crate::{
    ServiceError, boards, clicks, commission,
    handover::{Service, Ticking},
    people, rewards,
    step::Step,
};

/// What the calendar asks for at one instant. Boards close and guarantees are added before payouts run, so that these pay
/// them; the clicks of a day are booked first, so that guarantees count them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Task {
    Clicks { day: String },
    Close { board: String, period: String },
    Guarantee { rule: String },
    Payout,
    Expire { token: String },
    Begin { perk: String },
    Choose,
    Recruit,
    Due { campaign: String },
}

/// Something that the calendar asks for.
pub(crate) type Appointment = (Timestamp, BrandId, ProgramId, Task);

impl Task {
    const fn service(&self) -> Service {
        match self {
            Self::Close { .. } => Service::Leaderboards,
            Self::Clicks { .. } | Self::Guarantee { .. } | Self::Payout | Self::Choose | Self::Due { .. } => {
                Service::Payouts
            }
            Self::Expire { .. } | Self::Begin { .. } | Self::Recruit => Service::Rewards,
        }
    }
}

/// Moves the clock to `at`, through every instant between at which something is due. Says whose turn it is where the
/// next appointment is none of `mine`; the clock stands there already then.
pub(crate) async fn tick(
    step: &mut Step<'_>,
    event: &Event,
    at: Timestamp,
    ticking: &mut Ticking,
    mine: &[Service],
) -> Result<Option<Service>, ServiceError> {
    if at <= ticking.since() {
        return Ok(None);
    }
    for appointment in appointments(step, ticking.since(), at) {
        if ticking.done.as_ref().is_some_and(|done| appointment <= *done) {
            continue;
        }
        let (instant, brand, program, task) = &appointment;
        if mine.contains(&Service::Payouts) {
            move_to(step, event, *instant).await?;
        } else if *instant > step.clock {
            return Ok(Some(Service::Payouts));
        }
        if !mine.contains(&task.service()) {
            return Ok(Some(task.service()));
        }
        match task {
            Task::Clicks { day } => clicks::end_day(step, brand, program, day).await?,
            Task::Close { board, period } => {
                boards::close(step, event, brand, program, board, period).await?
            }
            Task::Guarantee { rule } => guarantee::top_up(step, event, brand, program, rule).await?,
            Task::Payout => run::pay(step, event, brand, program, (*instant, None)).await?,
            Task::Expire { token } => {
                let token = token.parse().map_err(ServiceError::money("token"))?;
                rewards::expire(step, brand, program, &token, *instant).await?;
            }
            Task::Begin { perk } => {
                rewards::begin(step, brand, &perk.parse().map_err(ServiceError::money("perk"))?).await?;
            }
            Task::Choose => {
                people::tell_choice(step, brand, program);
                let chosen = people::chosen(step, brand, program);
                commission::choose(step, brand, program, &chosen).await?;
            }
            Task::Recruit => rewards::recruit(step, brand, program).await?,
            Task::Due { campaign } => deliverables::tell_missed(step, brand, program, campaign).await?,
        }
        step.flush().await?;
        ticking.done = Some(appointment);
    }
    if !mine.contains(&Service::Payouts) {
        return Ok(Some(Service::Payouts));
    }
    move_to(step, event, at).await?;
    Ok(None)
}

/// Sets the clock to `instant`, unless it stands there already, and clears what is due by then: also what was booked at
/// this very instant, such as the prize of a board that closes with the period that is paid out.
async fn move_to(step: &mut Step<'_>, event: &Event, instant: Timestamp) -> Result<(), ServiceError> {
    step.clock = step.clock.max(instant);
    clearing::clear_until(step, event, instant).await?;
    rewards::clear_until(step, event, instant).await
}

/// Everything that the terms ask for in `(since, until]`, in the order of time.
fn appointments(step: &Step<'_>, since: Timestamp, until: Timestamp) -> BTreeSet<Appointment> {
    let mut all = BTreeSet::new();
    for (brand, id, program) in step.registry.every_program() {
        let appointment = |at, task| (at, brand.clone(), id.clone(), task);
        all.extend(runs(program, since, until).into_iter().map(|at| appointment(at, Task::Payout)));
        let expiring = rewards::expiring(step.registry, brand, id).into_iter();
        all.extend(expiring.map(|it| appointment(until, Task::Expire { token: it.to_string() })));
        let beginning = rewards::beginning(step.registry, brand, id, since, until).into_iter();
        all.extend(beginning.map(|(at, it)| appointment(at, Task::Begin { perk: it.to_string() })));
        all.extend(program.choices(since, until).map(|at| appointment(at, Task::Choose)));
        if rewards::counts_recruits(program) {
            all.extend(program.choices(since, until).map(|at| appointment(at, Task::Recruit)));
        }
        let owed = deliverables::due(program, since, until).into_iter();
        all.extend(owed.map(|(at, it)| appointment(at, Task::Due { campaign: it.to_string() })));
        let clicked = click_days(program, since, until).into_iter();
        all.extend(clicked.map(|it| appointment(it.ends_at, Task::Clicks { day: it.name.to_string() })));
        for (terms, from, to) in stretches(program, since, until) {
            let zone = &terms.program.time_zone;
            for guarantee in &terms.guarantee {
                let rule = || Task::Guarantee { rule: guarantee.id.to_string() };
                let is_paid = matches!(guarantee.period, Period::Week | Period::Month);
                let ends = is_paid.then(|| ends(guarantee.period, zone, from.minus(1), to));
                all.extend(ends.into_iter().flatten().map(|end| appointment(end, rule())));
            }
            for board in &terms.leaderboard {
                let ends = closes(board, zone, from, to).into_iter();
                let close = |period: PeriodBounds| Task::Close {
                    board: board.id.to_string(),
                    period: period.name.to_string(),
                };
                all.extend(ends.map(|end| appointment(end.freezes_at, close(end.period))));
            }
        }
    }
    all
}

/// The payout runs in `(after, until]`: the instants at which a period of the schedule ends that is in force then.
fn runs(program: &Program, after: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let versions = program.versions();
    let ends = versions.iter().skip(1).map(|terms| terms.program.effective_from).chain([Timestamp::MAX]);
    let of_version = |(terms, end): (&Terms, Timestamp)| {
        let from = after.max(terms.program.effective_from.minus(1));
        due(&terms.payout, &terms.program.time_zone, from, until.min(end.minus(1)))
    };
    versions.iter().zip(ends).flat_map(of_version).collect()
}

/// The stretches of `(after, until]` in which each version of the terms was in force.
fn stretches(program: &Program, after: Timestamp, until: Timestamp) -> Vec<(&Terms, Timestamp, Timestamp)> {
    let versions = program.versions();
    let ends = versions.iter().skip(1).map(|terms| terms.program.effective_from).chain([Timestamp::MAX]);
    let stretch = |(terms, end): (_, Timestamp)| {
        let terms: &Terms = terms;
        let (from, to) = (after.max(terms.program.effective_from), until.min(end));
        (from < to).then_some((terms, from, to))
    };
    versions.iter().zip(ends).filter_map(stretch).collect()
}
