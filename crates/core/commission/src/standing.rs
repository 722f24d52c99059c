//! What earns without an order or a post: approved applications, and workshops that were held.

use tribute_events::{AmbassadorId, EventId, ProgramId, RuleId, Timestamp};
use tribute_money::{Millionths, MoneyError};
use tribute_terms::{Program, Standing, Terms, View, WorkshopFee};

use crate::{CommissionError, Earning, EarningKind, Source, Step, earning::stand};

/// What the first approval of an ambassador earns: for who recruited them, if they might earn then, and for the recruit.
///
/// The terms are those at the approval, and so is what is known of where both are: who may earn no money then gets
/// none, the other does. Who no longer stands approved when it clears brings nothing; what becomes of
/// them later changes nothing. What the terms themselves decide after the `clock`, by a `choose_at` that it has not come
/// to, earns nothing yet.
///
/// # Errors
/// [`CommissionError::Money`] where an amount does not fit.
pub fn recruit_earnings(
    recruit: &AmbassadorId,
    program_id: &ProgramId,
    program: &Program,
    clock: Timestamp,
) -> Result<Vec<Earning>, CommissionError> {
    let standings = program.standings_by(recruit, clock);
    let Some(approval) = standings.iter().find(|it| it.what == Standing::Approved) else {
        return Ok(Vec::new());
    };
    let Some(terms) = program.terms_at(approval.time) else { return Ok(Vec::new()) };
    let lock = clears_at(terms, approval.time, approval.recorded);
    let view = View { as_of: approval.time, recorded_before: lock };
    let Some(recruiter) = program.recruiter(recruit, view).filter(|it| it != recruit) else {
        return Ok(Vec::new());
    };
    if !program.is_active(&recruiter, view) {
        return Ok(Vec::new());
    }
    let changes: Vec<_> = standings
        .iter()
        .filter(|it| it.time >= approval.time && it.time < lock && it.recorded < lock)
        .map(|it| (it.time, &it.id, it.what == Standing::Approved))
        .collect();
    let draft = Draft { program_id, program, terms, source_at: approval.time, clears_at: lock };
    let mut earnings = Vec::new();
    for fee in &terms.application_fee {
        for (party, amount) in [(&recruiter, fee.recruiter), (recruit, fee.recruit)] {
            if amount != Millionths::ZERO && program.may_be_paid(terms, party, view) {
                let formula = format!("{amount} {} for the application of {recruit}", terms.program.currency);
                let source = Source::Recruit(recruit.clone());
                let made =
                    draft.earning((source, EarningKind::Referral), party, &fee.id, amount, &changes, formula);
                earnings
                    .push(made.map_err(CommissionError::of(format_args!("the application of {recruit}")))?);
            }
        }
    }
    Ok(earnings)
}

/// What a workshop earns its host, who may earn money when it begins, once it was held with enough people. The terms are those when it began; the last
/// word on who came counts from its own time on.
///
/// # Errors
/// [`CommissionError::Money`] where an amount does not fit.
pub fn workshop_earnings(
    workshop: &str,
    program_id: &ProgramId,
    program: &Program,
) -> Result<Vec<Earning>, CommissionError> {
    let (Some(announced), held) = (program.workshop(workshop), program.held(workshop)) else {
        return Ok(Vec::new());
    };
    let Some(terms) = program.terms_at(announced.what.starts_at) else { return Ok(Vec::new()) };
    let host = &announced.what.ambassador;
    let mut earnings = Vec::new();
    for fee in &terms.workshop_fee {
        let enough = |attendees: u32| attendees >= fee.attendees_from.max(1);
        let Some(first) = held.iter().find(|fact| enough(fact.what.attendees)) else { continue };
        let lock = clears_at(terms, first.time, first.recorded.max(announced.recorded));
        let view = View { as_of: announced.what.starts_at, recorded_before: lock };
        if !program.is_active(host, view) || !program.may_be_paid(terms, host, view) {
            continue;
        }
        let since = held.iter().filter(|fact| fact.time >= first.time);
        let words: Vec<_> = since.map(|fact| (fact.time, &fact.id, enough(fact.what.attendees))).collect();
        let source_at = announced.what.starts_at;
        let draft = Draft { program_id, program, terms, source_at, clears_at: lock };
        let source = Source::Workshop(workshop.into());
        let made =
            draft.earning((source, EarningKind::Fee), host, &fee.id, fee.amount, &words, formula(fee, terms));
        earnings.push(made.map_err(CommissionError::of(format_args!("workshop {workshop}")))?);
    }
    Ok(earnings)
}

fn formula(fee: &WorkshopFee, terms: &Terms) -> String {
    format!("{} {} for hosting", fee.amount, terms.program.currency)
}

/// When what was completed by a fact with these two times clears.
fn clears_at(terms: &Terms, time: Timestamp, recorded: Timestamp) -> Timestamp {
    time.max(recorded).plus(terms.attribution.hold.max(terms.attribution.grace).millis())
}

/// What the earnings of one source have in common.
struct Draft<'a> {
    program_id: &'a ProgramId,
    program: &'a Program,
    terms: &'a Terms,
    source_at: Timestamp,
    clears_at: Timestamp,
}

impl Draft<'_> {
    /// The facts with the verdicts on a person among them: nothing stands while they are judged invalid.
    fn judged<'f>(
        &'f self,
        party: &AmbassadorId,
        facts: &'f [(Timestamp, &'f EventId, bool)],
    ) -> Vec<(Timestamp, &'f EventId, bool)> {
        let Some((begins, ..)) = facts.first() else { return Vec::new() };
        let verdicts = self.program.verdicts_on(party, self.source_at);
        let verdicts = verdicts.map(|it| (it.time.max(*begins), &it.id));
        let mut instants: Vec<_> = facts.iter().map(|(at, id, _)| (*at, *id)).chain(verdicts).collect();
        instants.sort_unstable();
        let stands = |at: Timestamp| {
            let last = facts.iter().rev().find(|(since, ..)| *since <= at);
            last.is_some_and(|(.., holds)| *holds)
                && !self.program.is_judged_invalid(party, self.source_at, at)
        };
        instants.into_iter().map(|(at, id)| (at, id, stands(at))).collect()
    }

    /// A fixed amount that stands from each fact on that says so, until one says otherwise or a verdict takes it away.
    fn earning(
        &self,
        (source, kind): (Source, EarningKind),
        party: &AmbassadorId,
        rule: &RuleId,
        amount: Millionths,
        facts: &[(Timestamp, &EventId, bool)],
        formula: String,
    ) -> Result<Earning, MoneyError> {
        let (currency, rounding) = (&self.terms.program.currency, self.terms.program.rounding);
        let minor = amount.to_minor(currency.exponent()?, rounding)?;
        let mut steps = Vec::new();
        for (effective_at, cause, holds) in self.judged(party, facts) {
            let (cause, amount) = (cause.clone(), if holds { minor } else { 0 });
            let base =
                if holds { Millionths::from_minor(minor, currency.exponent()?)? } else { Millionths::ZERO };
            stand(&mut steps, Step { effective_at, cause, base, amount });
        }
        Ok(Earning {
            program: self.program_id.clone(),
            source,
            ambassador: party.clone(),
            rule: rule.clone(),
            kind,
            asset: currency.clone(),
            terms_version: self.terms.program.version.clone(),
            source_at: self.source_at,
            clears_at: self.clears_at,
            weight: 1,
            of_weight: 1,
            steps,
            formula,
            group: None,
            unsettled: Vec::new(),
            budgeted: None,
        })
    }
}
