//! A credited order becomes earnings.

use tribute_events::{AccountId, AmbassadorId, Conversion, Moment};
use tribute_money::{Millionths, MoneyError, Part};
use tribute_terms::{CapOf, CommissionRule, Pays, Program, Terms, TierBy};

use crate::{
    CommissionError, Earning, EarningKind, Source, Split, Step, Unsettled,
    amount::{Lines, Ruling, spread},
    buyer,
    earning::part,
    formula,
    matching::Payee,
    settle_group, share,
};

/// What an order earns: one earning per ambassador and rule, with a step for each moment that changed it.
///
/// Each moment is computed from its net lines alone, so a refund takes back what the sale gave. A moment names
/// each ambassador once. An earning
/// with a [`Earning::group`] comes out as if it were the only one of its group; settle it with its siblings
/// by [`settle_group`]. An earning on which a minimum is not met is listed, with an amount of 0.
///
/// # Errors
/// [`CommissionError::NoTerms`], or [`CommissionError::Money`] where an amount does not fit.
pub fn order_earnings(conversion: &Conversion, program: &Program) -> Result<Vec<Earning>, CommissionError> {
    let terms = program.terms_at(conversion.ordered_at).ok_or_else(|| CommissionError::NoTerms {
        program: conversion.program.clone(),
        origin: Source::Order(conversion.order.clone()),
        at: conversion.ordered_at,
    })?;
    let subject = || format!("order {} in program {}", conversion.order, conversion.program);
    let drafts = drafts(conversion, program, terms).map_err(|error| CommissionError::of(subject())(error))?;
    let rewards =
        buyer::rewards(&drafts, conversion, program, terms).map_err(CommissionError::of(subject()))?;
    let earnings = drafts.into_iter().map(|draft| draft.finish(conversion, program, terms));
    earnings.chain(rewards.into_iter().map(Ok)).collect()
}

fn drafts<'a>(
    conversion: &'a Conversion,
    program: &Program,
    terms: &'a Terms,
) -> Result<Vec<Draft<'a>>, MoneyError> {
    let mut order = Order {
        conversion,
        program,
        terms,
        exponent: conversion.currency.exponent()?,
        payees: Vec::with_capacity(1),
        drafts: Vec::with_capacity(1),
    };
    for (number, moment) in conversion.moments.iter().enumerate() {
        order.enter(number, moment)?;
    }
    Ok(order.drafts)
}

/// An order on its way to earnings.
struct Order<'a, 'p> {
    conversion: &'a Conversion,
    program: &'p Program,
    terms: &'a Terms,
    exponent: u32,
    payees: Vec<Payee<'a>>,
    drafts: Vec<Draft<'a>>,
}

/// One ambassador's earning under one rule, on its way.
pub(crate) struct Draft<'a> {
    ambassador: &'a AmbassadorId,
    pub(crate) rule: &'a CommissionRule,
    pub(crate) steps: Vec<Unsettled>,
    /// The number of the last moment that spoke of it.
    seen: usize,
    weight: u64,
    of_weight: u64,
    formula: String,
}

/// A moment and what is the same for all its shares.
struct Scene<'a> {
    number: usize,
    moment: &'a Moment,
    parts: Vec<Part>,
    of_weight: u64,
    tax: Vec<Millionths>,
    shipping: Vec<Millionths>,
}

impl<'a> Order<'a, '_> {
    fn enter(&mut self, number: usize, moment: &'a Moment) -> Result<(), MoneyError> {
        let any = |includes: fn(&CommissionRule) -> bool| self.terms.commission.iter().any(includes);
        let extra = |included: bool, amount| if included { spread(amount, moment) } else { Ok(Vec::new()) };
        let scene = Scene {
            number,
            moment,
            parts: share::parts(self.conversion.order.as_str(), &moment.shares),
            of_weight: share::weights(&moment.shares)?,
            tax: extra(any(|rule| rule.include_tax), moment.tax)?,
            shipping: extra(any(|rule| rule.include_shipping), moment.shipping)?,
        };
        for (index, share) in moment.shares.iter().enumerate() {
            if let Some(ambassador) = &share.ambassador {
                let payee = self.payee(ambassador);
                self.pay(&scene, index, payee)?;
            }
        }
        self.withdraw(&scene);
        Ok(())
    }

    fn payee(&mut self, ambassador: &'a AmbassadorId) -> usize {
        let known = self.payees.iter().position(|payee| payee.ambassador == ambassador);
        known.unwrap_or_else(|| {
            self.payees.push(Payee::new(ambassador, self.conversion, self.program, self.terms));
            self.payees.len().saturating_sub(1)
        })
    }

    fn pay(&mut self, scene: &Scene<'a>, index: usize, payee: usize) -> Result<(), MoneyError> {
        let Some(payee) = self.payees.get(payee) else { return Ok(()) };
        for (rule, lines) in sums(scene, payee)? {
            let Some(rule) = payee.rules.get(rule) else { continue };
            let ruling = Ruling {
                rule,
                terms: self.terms,
                conversion: self.conversion,
                exponent: self.exponent,
                profile: &payee.profile,
            };
            let last = scene.number.saturating_add(1) == self.conversion.moments.len();
            let draft = draft_of(&mut self.drafts, payee.ambassador, rule);
            draft.record(scene, index, &ruling, &lines, last)?;
        }
        Ok(())
    }

    /// What a moment no longer speaks of falls to zero.
    fn withdraw(&mut self, scene: &Scene<'a>) {
        for draft in self.drafts.iter_mut().filter(|draft| draft.seen != scene.number) {
            draft.weight = 0;
            draft.formula = "no longer credited".to_owned();
            draft.push(scene, Millionths::ZERO, 0, None);
        }
    }
}

/// The lines of a moment by the rule that they go to, in the order of the lines.
fn sums(scene: &Scene<'_>, payee: &Payee<'_>) -> Result<Vec<(usize, Lines)>, MoneyError> {
    let mut sums: Vec<(usize, Lines)> = Vec::with_capacity(1);
    for (number, line) in scene.moment.lines.iter().enumerate() {
        let Some(index) = payee.rule_of(line) else { continue };
        let Some(rule) = payee.rules.get(index) else { continue };
        let of = |extra: &[Millionths], included: bool| {
            if included { extra.get(number).copied().unwrap_or_default() } else { Millionths::ZERO }
        };
        let extra = of(&scene.tax, rule.include_tax).plus(of(&scene.shipping, rule.include_shipping))?;
        match sums.iter_mut().find(|(known, _)| *known == index) {
            Some((_, lines)) => lines.add(line, extra)?,
            None => {
                let mut lines = Lines::default();
                lines.add(line, extra)?;
                sums.push((index, lines));
            }
        }
    }
    Ok(sums)
}

fn draft_of<'d, 'a>(
    drafts: &'d mut Vec<Draft<'a>>,
    ambassador: &'a AmbassadorId,
    rule: &'a CommissionRule,
) -> &'d mut Draft<'a> {
    let same = |draft: &Draft<'_>| draft.ambassador == ambassador && draft.rule.id == rule.id;
    let index = drafts.iter().position(same).unwrap_or(drafts.len());
    if index == drafts.len() {
        drafts.push(Draft {
            ambassador,
            rule,
            steps: Vec::with_capacity(1),
            seen: usize::MAX,
            weight: 0,
            of_weight: 0,
            formula: String::new(),
        });
    }
    &mut drafts[index]
}

impl<'a> Draft<'a> {
    fn record(
        &mut self,
        scene: &Scene<'a>,
        index: usize,
        ruling: &Ruling<'_>,
        lines: &Lines,
        last: bool,
    ) -> Result<(), MoneyError> {
        let (whole, total) = (ruling.base(lines), ruling.total(lines)?);
        let base = share::part_of_base(whole, &scene.parts, index)?;
        let amount = share::part_of(total, &scene.parts, index)?;
        let shares = &scene.moment.shares;
        let shared = shares.len() > 1 && tiers_by_period(self.rule);
        self.push(scene, base, amount, shared.then(|| Split { whole, shares: shares.clone() }));
        self.weight = shares.get(index).map_or(0, |share| share.weight);
        self.of_weight = scene.of_weight;
        if last {
            self.formula = formula::order(ruling, lines, total)?;
            self.formula += &formula::share(self.weight, self.of_weight, amount, ruling.asset())?;
        }
        Ok(())
    }

    fn push(&mut self, scene: &Scene<'a>, base: Millionths, amount: i64, split: Option<Split>) {
        self.seen = scene.number;
        let (effective_at, cause) = (scene.moment.effective_at, &scene.moment.cause);
        if self.steps.last().is_some_and(|last| (last.effective_at, &last.cause) == (effective_at, cause)) {
            self.steps.pop();
        }
        let same = |last: &Unsettled| (last.base, last.amount, &last.split) == (base, amount, &split);
        if !self.steps.last().is_some_and(same) {
            self.steps.push(Unsettled { effective_at, cause: cause.clone(), base, amount, split });
        }
    }

    fn finish(
        self,
        conversion: &Conversion,
        program: &Program,
        terms: &Terms,
    ) -> Result<Earning, CommissionError> {
        let group = group_of(self.rule, self.ambassador, conversion, terms);
        let mut earning = Earning {
            program: conversion.program.clone(),
            source: Source::Order(conversion.order.clone()),
            ambassador: self.ambassador.clone(),
            rule: self.rule.id.clone(),
            kind: EarningKind::Commission,
            asset: conversion.currency.clone(),
            terms_version: terms.program.version.clone(),
            source_at: conversion.ordered_at,
            clears_at: conversion.locks_at,
            weight: self.weight,
            of_weight: self.of_weight,
            steps: Vec::new(),
            formula: self.formula,
            group,
            unsettled: Vec::new(),
            budgeted: None,
        };
        if earning.group.is_some() {
            earning.unsettled = self.steps;
            settle_group(program, std::slice::from_mut(&mut earning))?;
        } else {
            earning.steps = self.steps.into_iter().map(settled).collect();
        }
        Ok(earning)
    }
}

fn settled(step: Unsettled) -> Step {
    Step { effective_at: step.effective_at, cause: step.cause, base: step.base, amount: step.amount }
}

/// Whether what an order earns under the rule depends on the period's other orders by way of tiers.
pub(crate) fn tiers_by_period(rule: &CommissionRule) -> bool {
    matches!(&rule.pays, Pays::Tiers(table) if table.by != TierBy::Followers)
}

/// The key of the earnings that must be settled together; `None` where the order's own facts suffice.
///
/// It does not name the version of the terms: whoever has made nine orders does not start anew when a version
/// is published. Each earning is still paid by its own version's table and caps.
fn group_of(
    rule: &CommissionRule,
    ambassador: &AmbassadorId,
    conversion: &Conversion,
    terms: &Terms,
) -> Option<String> {
    let period = match &rule.pays {
        Pays::Tiers(table) if table.by != TierBy::Followers => table.period,
        _ if rule.caps.over_period().is_some() => rule.caps.period,
        _ => return None,
    };
    let period = terms.program.time_zone.period(period, conversion.ordered_at).name;
    let (program, rule_id) = (part(conversion.program.as_str()), part(rule.id.as_str()));
    let whose = match rule.caps.over_period() {
        Some((_, CapOf::Customer)) => {
            format!("customer:{}", conversion.buyer.as_ref().map_or("", AccountId::as_str))
        }
        Some((_, CapOf::Everybody)) => "everybody:".to_owned(),
        Some((_, CapOf::Ambassador)) | None => ambassador.to_string(),
    };
    let key = format!("{program}/{rule_id}/{}/{period}", part(&whose));
    Some(if rule.is_in_program_currency() { format!("{key}/{}", conversion.currency) } else { key })
}
