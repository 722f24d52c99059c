//! Earnings that share a budget.

use tribute_events::Timestamp;
use tribute_money::{MoneyError, format_minor};
use tribute_terms::{Budget, Program, Terms};

use crate::{
    Budgeted, CommissionError, Earning, EarningKind, Step,
    earning::{part, stand},
};

/// Notes on an earning which budget it shares, and how it stands without it; what was noted before is forgotten.
pub fn note_budget(earning: &mut Earning, program: &Program) {
    forget_budget(earning);
    let terms = program.terms_at(earning.source_at);
    let Some((terms, budget)) = terms.and_then(|terms| Some((terms, budget_of(terms, earning)?))) else {
        return;
    };
    let period = terms.program.time_zone.period(budget.period, earning.source_at).name;
    let key = format!("{}/{}/{period}", part(earning.program.as_str()), part(budget.id.as_str()));
    let (steps, formula) = (earning.steps.clone(), earning.formula.clone());
    earning.budgeted = Some(Budgeted { key, steps, formula });
}

/// Makes an earning what it would be without its budget.
pub fn forget_budget(earning: &mut Earning) {
    if let Some(own) = earning.budgeted.take() {
        (earning.steps, earning.formula) = (own.steps, own.formula);
    }
}

fn budget_of<'t>(terms: &'t Terms, earning: &Earning) -> Option<&'t Budget> {
    let counts = matches!(earning.kind, EarningKind::Commission | EarningKind::Fee | EarningKind::Referral);
    terms.budget_of(&earning.rule).filter(|_| counts && earning.asset == terms.program.currency)
}

/// One earning in the row for a budget.
struct Place {
    cap: i64,
    /// What it would be now without the budget.
    own: Option<Step>,
    due: i64,
    steps: Vec<Step>,
}

/// Settles all earnings that share a budget in one period, given in any order: each gets what those before it in the row
/// of (time, source, ambassador, rule) leave. Every change takes effect with the fact that brought it about. How much
/// there is the terms of each earning's own time say.
///
/// Settling again, or with the members in another order, changes nothing.
///
/// # Errors
/// [`CommissionError::Money`] where an amount does not fit.
pub fn settle_budget(program: &Program, members: &mut [&mut Earning]) -> Result<(), CommissionError> {
    members.sort_by(|a, b| {
        let key = |it: &Earning| (it.source_at, it.source.clone(), it.ambassador.clone(), it.rule.clone());
        key(a).cmp(&key(b))
    });
    let failed = |why| CommissionError::of("a budget")(why);
    let mut row = Vec::with_capacity(members.len());
    for member in members.iter() {
        let cap = cap_of(program, member).map_err(failed)?;
        row.push(Place { cap, own: None, due: 0, steps: Vec::new() });
    }
    run(&mut row, members).map_err(failed)?;
    for (member, place) in members.iter_mut().zip(row) {
        let (own, rule) = (place.own.map_or(0, |step| step.amount), &member.rule);
        let terms = program.terms_at(member.source_at);
        let id = terms.and_then(|it| it.budget_of(rule)).map(|it| it.id.to_string()).unwrap_or_default();
        let formula = member.budgeted.as_ref().map(|it| it.formula.clone()).unwrap_or_default();
        let left = format_minor(place.due, &member.asset).map_err(failed)?;
        member.formula = if place.due < own {
            format!("{formula}; budget {id} leaves {left} {}", member.asset)
        } else {
            formula
        };
        member.steps = place.steps;
    }
    Ok(())
}

fn cap_of(program: &Program, member: &Earning) -> Result<i64, MoneyError> {
    let terms = program.terms_at(member.source_at);
    let Some((terms, budget)) = terms.and_then(|terms| Some((terms, budget_of(terms, member)?))) else {
        return Ok(i64::MAX);
    };
    budget.amount.to_minor(member.asset.exponent()?, terms.program.rounding)
}

/// Lets everything happen that any member's own steps say, in effective time.
fn run(row: &mut [Place], members: &[&mut Earning]) -> Result<(), MoneyError> {
    let mut happenings: Vec<(Timestamp, usize, usize)> = Vec::with_capacity(members.len());
    for (rank, member) in members.iter().enumerate() {
        let steps = member.budgeted.iter().flat_map(|it| &it.steps).enumerate();
        happenings.extend(steps.map(|(number, step)| (step.effective_at, rank, number)));
    }
    happenings.sort_unstable();
    let (mut taken, mut begun) = (0_i64, 0_usize);
    for (_, rank, number) in happenings {
        let step = members.get(rank).and_then(|it| it.budgeted.as_ref()?.steps.get(number));
        let (Some(step), Some(place)) = (step, row.get_mut(rank)) else { continue };
        place.own = Some(step.clone());
        begun = begun.max(rank.saturating_add(1));
        taken = serve(row.get_mut(rank..begun).unwrap_or_default(), step, taken)?;
    }
    Ok(())
}

/// Serves a place in the row anew, and those behind it as far as that changes anything for them. Says what is taken
/// out of the budget then.
fn serve(row: &mut [Place], cause: &Step, taken: i64) -> Result<i64, MoneyError> {
    let sum = |from: i64, by: i64| from.checked_add(by).ok_or(MoneyError::Overflow);
    let mut before = taken;
    for place in row.iter() {
        before = before.checked_sub(place.due).ok_or(MoneyError::Overflow)?;
    }
    let mut change = 0_i64;
    for (index, place) in row.iter_mut().enumerate() {
        if index > 0 && change == 0 {
            break;
        }
        let Some(own) = &place.own else { continue };
        let room = place.cap.checked_sub(before).ok_or(MoneyError::Overflow)?.max(0);
        let due = own.amount.min(room);
        if index == 0 || due != place.due {
            let (effective_at, cause, base) = (cause.effective_at, cause.cause.clone(), own.base);
            stand(&mut place.steps, Step { effective_at, cause, base, amount: due });
        }
        change = sum(change, due.checked_sub(place.due).ok_or(MoneyError::Overflow)?)?;
        place.due = due;
        before = sum(before, due)?;
    }
    sum(taken, change)
}
