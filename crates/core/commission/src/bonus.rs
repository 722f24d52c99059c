use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, ProgramId, RuleId, Timestamp};
use tribute_money::{Millionths, MoneyError, format_minor};
use tribute_terms::{Bonus, Program, Terms, TierBy};

use crate::{CommissionError, Earning, EarningKind, Source, Step, earning::stand, tier};

/// What an ambassador is owed for thresholds reached, one earning per bonus and period.
///
/// `members` are all of the ambassador's commissions in the periods in question, in any order; others are
/// passed over. An order counts once, with the sum of its bases; revenue counts in the program's currency only.
/// The bonus stands from the fact that reached the threshold on, as long as it stays reached, and clears when
/// every order that counted towards it has cleared. Its threshold and amount are those of the terms of the order
/// that reached it: a later version changes neither.
///
/// # Errors
/// [`CommissionError::Money`] where an amount does not fit.
pub fn bonuses(
    program_id: &ProgramId,
    program: &Program,
    ambassador: &AmbassadorId,
    members: &[Earning],
) -> Result<Vec<Earning>, CommissionError> {
    let counted =
        |member: &&Earning| member.kind == EarningKind::Commission && member.ambassador == *ambassador;
    let mut races: BTreeMap<(RuleId, SmolStr), Race<'_>> = BTreeMap::new();
    for (member, happening) in happenings(members.iter().filter(counted)) {
        let Some(terms) = program.terms_at(member.source_at) else { continue };
        for bonus in &terms.bonus {
            let period = terms.program.time_zone.period(bonus.period, member.source_at);
            let race = races.entry((bonus.id.clone(), period.name)).or_default();
            race.happen(member, happening, bonus, terms).map_err(CommissionError::of(format_args!(
                "bonus {} of {ambassador} in program {program_id}",
                bonus.id
            )))?;
        }
    }
    Ok(races.into_iter().filter_map(|(key, race)| race.earning(key, program_id, ambassador)).collect())
}

/// Every step of every member, in effective time.
fn happenings<'a>(members: impl Iterator<Item = &'a Earning>) -> Vec<(&'a Earning, &'a Step)> {
    let mut all: Vec<_> = members
        .flat_map(|member| member.steps.iter().enumerate().map(move |(number, step)| (member, number, step)))
        .collect();
    all.sort_by_key(|(member, number, step)| {
        (step.effective_at, member.source_at, &member.source, &member.rule, *number)
    });
    all.into_iter().map(|(member, _, step)| (member, step)).collect()
}

/// One ambassador's way to one bonus in one period.
#[derive(Default)]
struct Race<'a> {
    bases: BTreeMap<(&'a Source, &'a RuleId), Millionths>,
    /// Each order's base over all rules, and when it clears.
    orders: BTreeMap<&'a Source, (Millionths, Timestamp)>,
    revenue: Millionths,
    /// The bonus as it was when it was last reached; `None` where it is lost.
    reached: Option<&'a Bonus>,
    /// When it was first reached: the terms then, the time, and when it clears.
    first: Option<(&'a Terms, Timestamp, Timestamp)>,
    steps: Vec<Step>,
    formula: String,
}

impl<'a> Race<'a> {
    fn happen(
        &mut self,
        member: &'a Earning,
        step: &Step,
        bonus: &'a Bonus,
        terms: &'a Terms,
    ) -> Result<(), MoneyError> {
        if bonus.by == TierBy::Revenue && member.asset != terms.program.currency {
            return Ok(());
        }
        self.count(member, step)?;
        let measure = self.measure(bonus)?;
        match self.reached {
            Some(reached) if measure < reached.from => {
                self.reached = None;
                self.formula = format!("{} fell below {}: nothing", shown(bonus, measure), reached.from);
                self.stand(step, measure, 0);
            }
            None if measure >= bonus.from && self.is_payable(terms) => {
                self.reach(step, bonus, terms, measure)?
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    fn count(&mut self, member: &'a Earning, step: &Step) -> Result<(), MoneyError> {
        let base = self.bases.entry((&member.source, &member.rule)).or_default();
        let order = self.orders.entry(&member.source).or_insert((Millionths::ZERO, member.clears_at));
        order.0 = order.0.minus(*base)?.plus(step.base)?;
        self.revenue = self.revenue.minus(*base)?.plus(step.base)?;
        *base = step.base;
        Ok(())
    }

    fn counting(&self) -> impl Iterator<Item = Timestamp> {
        self.orders.values().filter(|(base, _)| *base > Millionths::ZERO).map(|(_, clears_at)| *clears_at)
    }

    fn measure(&self, bonus: &Bonus) -> Result<Millionths, MoneyError> {
        if bonus.by == TierBy::Revenue {
            return Ok(self.revenue);
        }
        tier::count(u64::try_from(self.counting().count()).map_err(|_| MoneyError::Overflow)?)
    }

    /// A bonus keeps the currency in which it was first reached.
    fn is_payable(&self, terms: &Terms) -> bool {
        self.first.is_none_or(|(first, ..)| first.program.currency == terms.program.currency)
    }

    fn reach(
        &mut self,
        step: &Step,
        bonus: &'a Bonus,
        terms: &'a Terms,
        measure: Millionths,
    ) -> Result<(), MoneyError> {
        let currency = &terms.program.currency;
        let amount = bonus.amount.to_minor(currency.exponent()?, terms.program.rounding)?;
        let clears_at = self.counting().max().unwrap_or(step.effective_at);
        self.first.get_or_insert((terms, step.effective_at, clears_at));
        self.reached = Some(bonus);
        let paid = format_minor(amount, currency)?;
        self.formula = format!("{} reached {} → {paid} {currency}", shown(bonus, measure), bonus.from);
        self.stand(step, measure, amount);
        Ok(())
    }

    fn stand(&mut self, step: &Step, base: Millionths, amount: i64) {
        let (effective_at, cause) = (step.effective_at, step.cause.clone());
        stand(&mut self.steps, Step { effective_at, cause, base, amount });
    }

    fn earning(
        self,
        (rule, period): (RuleId, SmolStr),
        program: &ProgramId,
        ambassador: &AmbassadorId,
    ) -> Option<Earning> {
        let (terms, source_at, clears_at) = self.first?;
        Some(Earning {
            program: program.clone(),
            source: Source::Period(period),
            ambassador: ambassador.clone(),
            rule,
            kind: EarningKind::Bonus,
            asset: terms.program.currency.clone(),
            terms_version: terms.program.version.clone(),
            source_at,
            clears_at,
            weight: 1,
            of_weight: 1,
            steps: self.steps,
            formula: self.formula,
            group: None,
            unsettled: Vec::new(),
        })
    }
}

fn shown(bonus: &Bonus, measure: Millionths) -> String {
    match bonus.by {
        TierBy::Revenue => format!("revenue of {measure}"),
        TierBy::Orders | TierBy::Followers => format!("{measure} orders"),
    }
}
