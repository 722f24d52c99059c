//! What is earned: commissions of every credited order, recruiters' shares, bonuses.

use tribute_events::{AmbassadorId, OrderId, ProgramId, RuleId, Timestamp};
use tribute_money::Asset;
use tribute_terms::{CommissionRule, Pays, Stage, Terms, TierBy, TierTable};

use crate::{
    Source,
    brand::Brand,
    credit::Credited,
    exact::{MILLION, Weight, minor, round, split, ten_to},
    fact::Horizon,
    people::Person,
    rule::Circumstances,
    tally,
};

/// Value owed to an ambassador, in minor units.
#[derive(Debug, Clone)]
pub(crate) struct Earned {
    pub(crate) source: Source,
    pub(crate) ambassador: AmbassadorId,
    pub(crate) rule: RuleId,
    pub(crate) asset: Asset,
    pub(crate) amount: i128,
    pub(crate) clears_at: Timestamp,
}

/// One ambassador's part of one order under one rule. Amounts in millionths, `amount` in minor units.
pub(crate) struct Part<'a> {
    pub(crate) order: &'a OrderId,
    pub(crate) at: Timestamp,
    pub(crate) lock: Timestamp,
    pub(crate) ambassador: AmbassadorId,
    pub(crate) recruiter: Option<AmbassadorId>,
    pub(crate) buyer: Option<Person>,
    pub(crate) terms: &'a Terms,
    pub(crate) rule: &'a CommissionRule,
    pub(crate) asset: Asset,
    pub(crate) exponent: u32,
    /// The whole order's base under the rule, and this ambassador's part of it.
    pub(crate) base: i128,
    pub(crate) own_base: i128,
    pub(crate) units: i128,
    pub(crate) followers: u64,
    /// When its subscription began.
    pub(crate) began: Timestamp,
    pub(crate) weights: Vec<Weight>,
    pub(crate) place: usize,
    pub(crate) amount: i128,
}

impl Part<'_> {
    /// Whether the base reaches the rule's minimum.
    pub(crate) fn pays(&self) -> bool {
        let minimum = self.rule.minimum_order.map_or(0, |minimum| i128::from(minimum.get()));
        self.base > 0 && self.base >= minimum
    }

    /// This ambassador's part of a total of the order: never more than the cap per order, by largest remainder.
    pub(crate) fn share_of(&self, total: i128) -> i128 {
        split(self.capped(total), &self.weights).get(self.place).copied().unwrap_or(0)
    }

    fn capped(&self, total: i128) -> i128 {
        self.rule.caps.per_order.map_or(total, |cap| total.min(self.money(i128::from(cap.get()))))
    }

    /// Millionths of the major unit in minor units, rounded by the terms.
    pub(crate) fn money(&self, millionths: i128) -> i128 {
        minor(millionths, self.exponent, self.terms.program.rounding)
    }

    /// `millionths × rate`, the rate in millionths too, in minor units.
    pub(crate) fn times(&self, product: i128) -> i128 {
        round(product * ten_to(self.exponent), MILLION * MILLION, self.terms.program.rounding)
    }

    /// The part at one rate for the whole order.
    pub(crate) fn at_rate(&self, rate: i128) -> i128 {
        if self.pays() { self.share_of(self.times(self.base * rate)) } else { 0 }
    }

    /// What needs no other order to be known; `None` for tiers by period.
    fn alone(&self) -> Option<i128> {
        let flat = |millionths| if self.pays() { self.share_of(self.money(millionths)) } else { 0 };
        match &self.rule.pays {
            Pays::Percent(rate) => Some(self.at_rate(i128::from(rate.millionths()))),
            Pays::Stages(stages) => Some(self.at_rate(self.stage_rate(stages))),
            Pays::PerOrder(amount) => Some(flat(i128::from(amount.get()))),
            Pays::PerItem(amount) => Some(flat(i128::from(amount.get()) * self.units)),
            Pays::Tiers(table) if table.by == TierBy::Followers => {
                Some(self.at_rate(tally::rate_at(table, i128::from(self.followers) * MILLION)))
            }
            Pays::Tiers(_) => None,
        }
    }

    /// The rate of the stage in which the order lies; 0 after the last.
    fn stage_rate(&self, stages: &[Stage]) -> i128 {
        let mut ends = 0;
        let zone = &self.terms.program.time_zone;
        let lies_in = |stage: &&Stage| {
            ends += stage.months.unwrap_or(0);
            stage.months.is_none() || zone.months_after(self.began, ends) > self.at
        };
        stages.iter().find(lies_in).map_or(0, |stage| i128::from(stage.percent.millionths()))
    }

    /// The tier table, where the rate depends on other orders of the period.
    pub(crate) fn period_tiers(&self) -> Option<&TierTable> {
        match &self.rule.pays {
            Pays::Tiers(table) if table.by != TierBy::Followers => Some(table),
            _ => None,
        }
    }
}

impl Brand {
    /// Everything that a program's ambassadors have earned, at a horizon; the days of clicks that ended by `clock`.
    pub(crate) fn earnings(
        &self,
        program: &ProgramId,
        credited: &[Credited<'_>],
        horizon: Horizon,
        clock: Timestamp,
    ) -> Vec<Earned> {
        let mut parts = parts(credited);
        for part in &mut parts {
            part.amount = part.alone().unwrap_or(0);
        }
        tally::settle_tiers(&mut parts);
        tally::settle_caps(&mut parts);
        let mut fees = self.post_earnings(program, horizon);
        let mut clicks = self.click_earnings(program, horizon, clock);
        self.settle_budgets(program, &mut parts, (&mut fees, &mut clicks), horizon);
        let mut all: Vec<Earned> =
            parts.iter().map(|part| earned(part, &part.ambassador, &part.rule.id, part.amount)).collect();
        all.extend(credited.iter().flat_map(|order| recruited(order, &parts)));
        all.extend(self.bonuses(program, horizon));
        all.extend(fees);
        all.extend(clicks.into_iter().map(|(_, earned)| earned));
        all
    }
}

fn earned(part: &Part<'_>, ambassador: &AmbassadorId, rule: &RuleId, amount: i128) -> Earned {
    Earned {
        source: Source::Order(part.order.clone()),
        ambassador: ambassador.clone(),
        rule: rule.clone(),
        asset: part.asset.clone(),
        amount,
        clears_at: part.lock,
    }
}

/// The parts of every order, in their order.
pub(crate) fn parts<'a>(credited: &'a [Credited<'a>]) -> Vec<Part<'a>> {
    credited.iter().flat_map(parts_of).collect()
}

/// One order's parts: every line to its rule, for every ambassador by themselves.
fn parts_of<'a>(credited: &'a Credited<'a>) -> Vec<Part<'a>> {
    let Credited { case, credit, net } = credited;
    let conditional = case.terms.commission.iter().any(|rule| rule.when.customer.is_some());
    let returning = conditional && case.is_returning();
    let extras: Vec<_> = net.spread(net.shipping).into_iter().zip(net.spread(net.tax)).collect();
    let mut parts = Vec::new();
    for (place, (party, _)) in credit.shares.iter().enumerate() {
        let Some(ambassador) = party else { continue };
        let profile = case.profile(ambassador, case.at);
        if !profile.is_payable(case.terms) {
            continue;
        }
        let asked = case.terms.commission.iter().any(|rule| !rule.when.tiers.is_empty());
        let seen = (case.evidence, case.horizon);
        let tier = if asked { case.brand.tier(case.program, ambassador, case.at, seen) } else { None };
        let circumstances = Circumstances { case, ambassador, profile: &profile, tier, returning };
        let lines: Vec<_> = net.lines.iter().map(|line| (circumstances.rule(line), line)).collect();
        for (index, rule) in case.terms.commission.iter().enumerate() {
            let chosen = || lines.iter().zip(&extras).filter(|((chosen, _), _)| *chosen == Some(index));
            let own = || chosen().map(|((_, line), _)| *line);
            let Ok(exponent) = case.sale.currency.exponent() else { continue };
            if own().next().is_none() {
                continue;
            }
            let included = |(shipping, tax): &(i128, i128)| {
                let shipping = if rule.include_shipping { *shipping } else { 0 };
                shipping + if rule.include_tax { *tax } else { 0 }
            };
            let extra: i128 = chosen().map(|(_, extra)| included(extra)).sum();
            let base = own().map(|line| line.net).sum::<i128>() + extra;
            let weights = credit.weights(case.id);
            parts.push(Part {
                order: case.id,
                at: case.at,
                lock: case.lock,
                ambassador: ambassador.clone(),
                recruiter: profile.recruiter.clone(),
                buyer: case.buyer.clone(),
                terms: case.terms,
                rule,
                asset: case.sale.currency.clone(),
                exponent,
                base,
                own_base: split(base, &weights).get(place).copied().unwrap_or(0),
                units: own().map(|line| i128::from(line.units)).sum(),
                followers: match &rule.pays {
                    Pays::Tiers(table) => profile.followers_on(table.followers_on.as_deref()).unwrap_or(0),
                    _ => 0,
                },
                began: case.began().unwrap_or(case.at),
                weights,
                place,
                amount: 0,
            });
        }
    }
    parts
}

/// The recruiters' shares of an order's commissions, two levels up, of who is active at the order.
fn recruited(credited: &Credited<'_>, parts: &[Part<'_>]) -> Vec<Earned> {
    let case = &credited.case;
    let Some(terms) = &case.terms.recruiter else { return Vec::new() };
    let rule = RuleId::trusted("recruiter");
    let mut all = Vec::new();
    let first = parts.partition_point(|part| (part.at, part.order) < (case.at, case.id));
    for part in parts.iter().skip(first).take_while(|part| part.order == case.id) {
        let mut recruiter = part.recruiter.clone();
        for level in [Some(terms.first_level), terms.second_level] {
            let (Some(rate), Some(who)) = (level, recruiter) else { break };
            let profile = case.profile(&who, case.at);
            if profile.active && profile.is_payable(case.terms) && who != part.ambassador {
                let amount =
                    round(part.amount * i128::from(rate.millionths()), MILLION, case.terms.program.rounding);
                all.push(earned(part, &who, &rule, amount));
            }
            recruiter = profile.recruiter;
        }
    }
    all
}
