//! Fees for clicks.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, EventId, ProgramId, RuleId, Timestamp};
use tribute_money::{Millionths, MoneyError};
use tribute_terms::{ClickFee, PeriodBounds, Program, Terms};

use crate::{
    Click, ClickLock, CommissionError, Earning, EarningKind, Source, Step, click::Visitor, earning::stand,
    formula,
};

/// What an ambassador's clicks of one day earn: one earning per rule by which any of them ever counted, given in any order.
///
/// A visitor counts once, with their first click that counts: one in the season of the rule, while the ambassador was
/// approved and might earn money, on no account of theirs, recorded in time. The terms are those at each click; currency,
/// rounding and the return window are those at the end of the day, in whose last instant it takes effect. Verdicts count
/// from their own times on, whenever they were recorded, and so do logins that tell whose device it was.
///
/// A click under terms in another currency than the one in which the day ends earns nothing.
///
/// # Errors
/// [`CommissionError::Money`] where an amount does not fit.
pub fn click_earnings(
    clicks: &[Click],
    ambassador: &AmbassadorId,
    day: &PeriodBounds,
    program_id: &ProgramId,
    program: &Program,
) -> Result<Vec<Earning>, CommissionError> {
    let Some(terms) = program.terms_at(day.ends_at.minus(1)) else { return Ok(Vec::new()) };
    let Some(lock) = ClickLock::of(clicks, day, program) else { return Ok(Vec::new()) };
    let of_day = Day { ambassador, day, program_id, program, terms, lock };
    let mut rules: BTreeMap<&RuleId, Vec<Entry<'_>>> = BTreeMap::new();
    for click in clicks.iter().filter(|click| of_day.admits(click)) {
        let (Some(visitor), Some(then)) = (click.visitor(), program.terms_at(click.at)) else { continue };
        let paying = then.program.currency == terms.program.currency;
        let fees = then.click_fee.iter().filter(|fee| paying && fee.is_for(ambassador, click.at));
        fees.for_each(|fee| rules.entry(&fee.id).or_default().push(Entry { click, visitor, fee }));
    }
    let subject = || format!("clicks of {ambassador} on {} in program {program_id}", day.name);
    let earned = rules.into_iter().filter_map(|(rule, entries)| of_day.earning(rule, entries).transpose());
    earned.collect::<Result<_, _>>().map_err(|error| CommissionError::of(subject())(error))
}

/// One ambassador's day.
struct Day<'a> {
    ambassador: &'a AmbassadorId,
    day: &'a PeriodBounds,
    program_id: &'a ProgramId,
    program: &'a Program,
    /// Those at its end.
    terms: &'a Terms,
    lock: ClickLock,
}

/// A click that a rule pays, unless the same visitor clicked before.
#[derive(Clone, Copy)]
struct Entry<'a> {
    click: &'a Click,
    visitor: Visitor<'a>,
    fee: &'a ClickFee,
}

impl Day<'_> {
    /// Whether a click may count, as far as no later fact decides that.
    fn admits(&self, click: &Click) -> bool {
        let (who, view) = (self.ambassador, self.lock.view(click.at));
        let owns = |account| self.program.ambassador(who).is_some_and(|it| it.owns(account, view));
        let theirs = |link| self.program.link(link, view) == Some(who);
        let paid = |then| self.program.may_be_paid(then, who, view);
        view.sees(click.at, click.recorded)
            && click.link.as_ref().is_none_or(theirs)
            && self.program.is_active(who, view)
            && self.program.terms_at(click.at).is_some_and(paid)
            && !click.account.as_ref().is_some_and(owns)
    }

    fn earning(&self, rule: &RuleId, mut entries: Vec<Entry<'_>>) -> Result<Option<Earning>, MoneyError> {
        entries.sort_by_key(|it| (it.click.at, &it.click.id));
        let (currency, rounding) = (&self.terms.program.currency, self.terms.program.rounding);
        let (exponent, last) = (currency.exponent()?, self.day.ends_at.minus(1));
        let mut tally = Tally::new(&entries, self);
        let mut steps = Vec::new();
        tally.count_all(last)?;
        let mut base = tally.sum()?;
        if let Some(cause) = tally.paid().last().map(|it| it.click.event.clone()) {
            steps.push(Step { effective_at: last, cause, base, amount: base.to_minor(exponent, rounding)? });
        }
        for ((effective_at, cause), visitors) in self.turns(&entries, last) {
            tally.recount(visitors.as_ref(), effective_at)?;
            base = tally.sum()?;
            if !steps.is_empty() || base != Millionths::ZERO {
                let amount = base.to_minor(exponent, rounding)?;
                stand(&mut steps, Step { effective_at, cause: cause.clone(), base, amount });
            }
        }
        let Some(amount) = steps.last().map(|step| step.amount) else { return Ok(None) };
        let paid: Vec<_> = tally.paid().map(|it| it.fee.amount).collect();
        let counts = formula::Clicks { clicks: entries.len(), visitors: tally.visitors(), paid: &paid };
        Ok(Some(Earning {
            program: self.program_id.clone(),
            source: Source::Clicks(self.day.name.clone()),
            ambassador: self.ambassador.clone(),
            rule: rule.clone(),
            kind: EarningKind::Fee,
            asset: currency.clone(),
            terms_version: self.terms.program.version.clone(),
            source_at: last,
            clears_at: self.lock.clears_at,
            weight: 1,
            of_weight: 1,
            steps,
            formula: formula::clicks(&counts, base, amount, currency, rounding)?,
            group: None,
            unsettled: Vec::new(),
            budgeted: None,
        }))
    }

    /// Every instant after the day at which clicks may come or go, with its cause and whose clicks; everybody's where
    /// it is a verdict on the ambassador.
    fn turns<'e>(
        &'e self,
        entries: &[Entry<'e>],
        last: Timestamp,
    ) -> BTreeMap<(Timestamp, &'e EventId), Option<BTreeSet<Visitor<'e>>>> {
        let mut turns: BTreeMap<_, Option<BTreeSet<_>>> = BTreeMap::new();
        for entry in entries {
            let said = entry.click.verdicts.iter().chain(&entry.click.own).filter(|it| it.at > last);
            for it in said {
                let of = turns.entry((it.at, &it.id)).or_insert_with(|| Some(BTreeSet::new()));
                of.get_or_insert_default().insert(entry.visitor);
            }
        }
        let on_ambassador = self.program.verdicts_on(self.ambassador, last).filter(|it| it.time > last);
        turns.extend(on_ambassador.map(|it| ((it.time, &it.id), None)));
        turns
    }
}

/// The clicks that count at an instant, brought forward from one instant to the next.
struct Tally<'t, 'a> {
    entries: &'t [Entry<'a>],
    day: &'t Day<'t>,
    of_visitor: BTreeMap<Visitor<'a>, Vec<usize>>,
    /// The places of those that count, one a visitor.
    counting: BTreeMap<usize, Entry<'a>>,
    /// What they come to without a limit.
    whole: Millionths,
    limited: bool,
}

impl<'t, 'a> Tally<'t, 'a> {
    fn new(entries: &'t [Entry<'a>], day: &'t Day<'t>) -> Self {
        let mut of_visitor: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (place, entry) in entries.iter().enumerate() {
            of_visitor.entry(entry.visitor).or_default().push(place);
        }
        let limited = entries.iter().any(|it| it.fee.per_day.is_some());
        Self { entries, day, of_visitor, counting: BTreeMap::new(), whole: Millionths::ZERO, limited }
    }

    fn visitors(&self) -> usize {
        self.of_visitor.len()
    }

    fn count_all(&mut self, as_of: Timestamp) -> Result<(), MoneyError> {
        let all: Vec<_> = self.of_visitor.keys().copied().collect();
        all.into_iter().try_for_each(|visitor| self.count(visitor, as_of))
    }

    fn recount(
        &mut self,
        visitors: Option<&BTreeSet<Visitor<'a>>>,
        as_of: Timestamp,
    ) -> Result<(), MoneyError> {
        match visitors {
            Some(some) => some.iter().try_for_each(|visitor| self.count(*visitor, as_of)),
            None => self.count_all(as_of),
        }
    }

    /// Lets the first click of a visitor count that stands.
    fn count(&mut self, visitor: Visitor<'a>, as_of: Timestamp) -> Result<(), MoneyError> {
        let places = self.of_visitor.get(&visitor).map(Vec::as_slice).unwrap_or_default();
        for place in places {
            if let Some(gone) = self.counting.remove(place) {
                self.whole = self.whole.minus(gone.fee.amount)?;
            }
        }
        let (day, entries) = (self.day, self.entries);
        let stands = |entry: &Entry<'_>| {
            let at = entry.click.at;
            entry.click.stands_at(as_of) && !day.program.is_judged_invalid(day.ambassador, at, as_of)
        };
        let known = places.iter().filter_map(|place| Some((*place, *entries.get(*place)?)));
        if let Some((place, entry)) = known.into_iter().find(|(_, entry)| stands(entry)) {
            self.whole = self.whole.plus(entry.fee.amount)?;
            self.counting.insert(place, entry);
        }
        Ok(())
    }

    /// Those that are paid: each while fewer than its terms allow a day were paid before it.
    fn paid(&self) -> impl Iterator<Item = &Entry<'a>> {
        let mut before = 0_u32;
        self.counting.values().filter(move |entry| {
            let within = entry.fee.per_day.is_none_or(|most| before < most);
            before = before.saturating_add(u32::from(within));
            within
        })
    }

    fn sum(&self) -> Result<Millionths, MoneyError> {
        if !self.limited {
            return Ok(self.whole);
        }
        self.paid().try_fold(Millionths::ZERO, |sum, entry| sum.plus(entry.fee.amount))
    }
}
