//! Which rule a line of an order goes to.

use std::cmp::Reverse;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, Conversion, NetLine};
use tribute_terms::{
    AboutOrder, CommissionRule, Conditions, Customer, Pays, Profile, Program, Terms, TierBy, View,
};

use crate::{stage, unpaid::Miss};

/// An ambassador with the rules that may match the order for them, most specific first.
pub(crate) struct Payee<'a> {
    pub(crate) ambassador: &'a AmbassadorId,
    pub(crate) rules: Vec<&'a CommissionRule>,
    /// What was known of them at the order, where a rule asks.
    pub(crate) profile: Profile,
}

impl<'a> Payee<'a> {
    pub(crate) fn new(
        ambassador: &'a AmbassadorId,
        conversion: &Conversion,
        program: &Program,
        terms: &'a Terms,
    ) -> Self {
        let asked = Asked::new(ambassador, conversion, program, terms);
        let mut rules: Vec<_> = terms.commission.iter().filter(|rule| asked.miss(rule).is_none()).collect();
        // Stable: of equally specific rules the earlier one in the file stays first.
        rules.sort_by_key(|rule| Reverse(rule.when.specificity()));
        Self { ambassador, rules, profile: asked.profile }
    }

    /// The number of the rule that a line goes to.
    pub(crate) fn rule_of(&self, line: &NetLine) -> Option<usize> {
        self.rules.iter().position(|rule| matches_line(&rule.when, line))
    }
}

fn asks_for_profile(rule: &CommissionRule) -> bool {
    let tiers = matches!(&rule.pays, Pays::Tiers(table) if table.by == TierBy::Followers);
    let when = &rule.when;
    tiers || when.followers_from.is_some() || when.followers_below.is_some() || when.expression.is_some()
}

/// An order and somebody who may be paid for it.
pub(crate) struct Asked<'a> {
    ambassador: &'a AmbassadorId,
    conversion: &'a Conversion,
    terms: &'a Terms,
    profile: Profile,
    may_be_paid: bool,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(
        ambassador: &'a AmbassadorId,
        conversion: &'a Conversion,
        program: &Program,
        terms: &'a Terms,
    ) -> Self {
        let view = View { as_of: conversion.ordered_at, recorded_before: conversion.locks_at };
        let profile = if terms.commission.iter().any(asks_for_profile) {
            program.profile(ambassador, view)
        } else {
            Profile::default()
        };
        let may_be_paid = program.may_be_paid(terms, ambassador, view);
        Self { ambassador, conversion, terms, profile, may_be_paid }
    }

    /// Why a rule does not match the order for them, whatever its lines; nothing where it does.
    pub(crate) fn miss(&self, rule: &CommissionRule) -> Option<Miss> {
        let (when, conversion) = (&rule.when, self.conversion);
        let is_foreign = conversion.currency != self.terms.program.currency;
        let tier = conversion.tiers.get(self.ambassador);
        let about = AboutOrder {
            conversion,
            terms: self.terms,
            ambassador: self.ambassador,
            profile: &self.profile,
            tier,
        };
        match () {
            () if !self.may_be_paid => Some(Miss::NoMoney),
            () if is_foreign && rule.is_in_program_currency() => Some(Miss::Currency),
            () if is_foreign && self.terms.budget_of(&rule.id).is_some() => Some(Miss::Budget),
            () if stage::is_unknown(rule, conversion) => Some(Miss::Age),
            () if rule.caps.per_customer.is_some() && conversion.buyer.is_none() => Some(Miss::NoBuyer),
            () if !matches_payee(when, self.ambassador, &self.profile) => Some(Miss::Payee),
            () if !matches_tier(when, tier) => Some(Miss::Tier),
            () => miss_of_order(when, conversion).or_else(|| {
                when.expression.as_ref().filter(|it| !it.holds(&about)).map(|_| Miss::Expression)
            }),
        }
    }
}

fn miss_of_order(when: &Conditions, conversion: &Conversion) -> Option<Miss> {
    let customer = if conversion.returning { Customer::Returning } else { Customer::New };
    let at = conversion.ordered_at;
    let listed = |list: &[SmolStr], value: Option<&SmolStr>| {
        list.is_empty() || value.is_some_and(|value| list.contains(value))
    };
    match () {
        () if when.customer.is_some_and(|wanted| wanted != customer) => Some(Miss::Customer),
        () if when.from.is_some_and(|from| at < from) || when.until.is_some_and(|until| until <= at) => {
            Some(Miss::Season)
        }
        () if !listed(&when.channels, conversion.channel.as_ref()) => Some(Miss::Channel),
        () if !listed(&when.regions, conversion.region.as_ref()) => Some(Miss::Region),
        () => None,
    }
}

/// Unknown followers meet no condition on followers.
fn matches_payee(when: &Conditions, ambassador: &AmbassadorId, profile: &Profile) -> bool {
    let followers = profile.followers_on(when.followers_on.as_deref());
    let meets = |bound: Option<u64>, holds: fn(u64, u64) -> bool| {
        bound.is_none_or(|bound| followers.is_some_and(|count| holds(count, bound)))
    };
    (when.ambassadors.is_empty() || when.ambassadors.contains(ambassador))
        && meets(when.followers_from, |count, from| count >= from)
        && meets(when.followers_below, |count, below| count < below)
}

/// Who is in no tier is in none of the wanted ones.
fn matches_tier(when: &Conditions, tier: Option<&SmolStr>) -> bool {
    when.tiers.is_empty() || tier.is_some_and(|it| when.tiers.contains(it))
}

/// A line without a category is in none of the wanted and none of the unwanted ones.
pub(crate) fn matches_line(when: &Conditions, line: &NetLine) -> bool {
    let category = |list: &[SmolStr]| line.category.as_ref().is_some_and(|it| list.contains(it));
    (when.skus.is_empty() || when.skus.contains(&line.sku))
        && (when.categories.is_empty() || category(&when.categories))
        && !category(&when.not_categories)
}
