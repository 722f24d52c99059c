use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, ProgramId, RuleId, Timestamp};
use tribute_money::{Millionths, MoneyError, format_minor};
use tribute_terms::{Bonus, Program, Terms, TierBy};

use crate::{CommissionError, Earning, EarningKind, Source, Step, earning::stand, tier};

/// What an ambassador is owed for thresholds reached, one earning per bonus and period.
///
/// `members` are all of the ambassador's commissions in the periods in question, in any order; others are
/// passed over. A bonus counts what tiers by period count: the bases on which commission is paid. An order counts
/// once, with the sum of its bases, as long as that is above zero; revenue counts in the program's currency only.
///
/// What happens at one instant happens together. The bonus stands from the instant at which it is reached, as long as
/// it stays reached. Its threshold and amount are those of the terms of the latest order that counted when it was
/// reached: a later version changes neither. It clears when every order that counted when it was first reached has
/// cleared, whatever becomes of them.
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
    let mut races: BTreeMap<(RuleId, SmolStr), Vec<Happening<'_>>> = BTreeMap::new();
    for member in members.iter().filter(counted) {
        let Some(terms) = program.terms_at(member.source_at) else { continue };
        for bonus in &terms.bonus {
            if bonus.by == TierBy::Revenue && member.asset != terms.program.currency {
                continue;
            }
            let period = terms.program.time_zone.period(bonus.period, member.source_at);
            let steps = member.steps.iter().map(|step| Happening { member, step, bonus, terms });
            races.entry((bonus.id.clone(), period.name)).or_default().extend(steps);
        }
    }
    let mut earnings = Vec::new();
    for (key, happenings) in races {
        let subject = format!("bonus {} of {ambassador} in program {program_id}", key.0);
        let race = Race::run(happenings).map_err(CommissionError::of(subject))?;
        earnings.extend(race.earning(key, program_id, ambassador));
    }
    Ok(earnings)
}

/// A step of a commission, before one bonus.
#[derive(Clone, Copy)]
struct Happening<'a> {
    member: &'a Earning,
    step: &'a Step,
    bonus: &'a Bonus,
    terms: &'a Terms,
}

/// What an order counts for.
struct Counted<'a> {
    /// Its base over all rules.
    base: Millionths,
    clears_at: Timestamp,
    bonus: &'a Bonus,
    terms: &'a Terms,
}

/// One ambassador's way to one bonus in one period.
#[derive(Default)]
struct Race<'a> {
    bases: BTreeMap<(&'a Source, &'a RuleId), Millionths>,
    /// By (time, order).
    orders: BTreeMap<(Timestamp, &'a Source), Counted<'a>>,
    revenue: Millionths,
    /// The bonus as it was when it was last reached; `None` where it is lost.
    reached: Option<&'a Bonus>,
    /// When it was first reached: the terms then, the time, and when it clears.
    first: Option<(&'a Terms, Timestamp, Timestamp)>,
    steps: Vec<Step>,
    formula: String,
}

impl<'a> Race<'a> {
    fn run(mut happenings: Vec<Happening<'a>>) -> Result<Self, MoneyError> {
        // The steps of one commission are in order already: the sort keeps them so.
        happenings.sort_by_key(|it| {
            (it.step.effective_at, it.member.source_at, &it.member.source, &it.member.rule)
        });
        let mut race = Self::default();
        for together in happenings.chunk_by(|a, b| a.step.effective_at == b.step.effective_at) {
            for happening in together {
                race.count(happening)?;
            }
            if let Some(last) = together.last() {
                race.judge(last.step)?;
            }
        }
        Ok(race)
    }

    fn count(&mut self, it: &Happening<'a>) -> Result<(), MoneyError> {
        let Happening { member, step, bonus, terms } = *it;
        let base = self.bases.entry((&member.source, &member.rule)).or_default();
        let order = self.orders.entry((member.source_at, &member.source));
        let fresh = Counted { base: Millionths::ZERO, clears_at: member.clears_at, bonus, terms };
        let order = order.or_insert(fresh);
        order.base = order.base.minus(*base)?.plus(step.base)?;
        self.revenue = self.revenue.minus(*base)?.plus(step.base)?;
        *base = step.base;
        Ok(())
    }

    /// Whether the bonus is reached or lost by what has been counted.
    fn judge(&mut self, step: &Step) -> Result<(), MoneyError> {
        if let Some(reached) = self.reached {
            let measure = self.measure(reached)?;
            if measure < reached.from {
                self.reached = None;
                self.formula = format!("{} fell below {}: nothing", shown(reached, measure), reached.from);
                self.stand(step, measure, 0);
            }
            return Ok(());
        }
        let Some((bonus, terms)) = self.counting().next_back().map(|it| (it.bonus, it.terms)) else {
            return Ok(());
        };
        let measure = self.measure(bonus)?;
        if measure >= bonus.from && self.is_payable(terms) {
            self.reach(step, bonus, terms, measure)?;
        }
        Ok(())
    }

    fn counting(&self) -> impl DoubleEndedIterator<Item = &Counted<'a>> {
        self.orders.values().filter(|it| it.base > Millionths::ZERO)
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
        let clears_at = self.counting().map(|it| it.clears_at).max().unwrap_or(step.effective_at);
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
            budgeted: None,
        })
    }
}

fn shown(bonus: &Bonus, measure: Millionths) -> String {
    match bonus.by {
        TierBy::Revenue => format!("revenue of {measure}"),
        TierBy::Orders | TierBy::Followers => format!("{measure} orders"),
    }
}
