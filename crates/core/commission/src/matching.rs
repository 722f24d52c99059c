//! Which rule a line of an order goes to.

use std::cmp::Reverse;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, Conversion, NetLine};
use tribute_terms::{
    AboutOrder, CommissionRule, Conditions, Customer, Pays, Profile, Program, Terms, TierBy, View,
};

use crate::stage;

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
        let profile = if terms.commission.iter().any(asks_for_profile) {
            let view = View { as_of: conversion.ordered_at, recorded_before: conversion.locks_at };
            program.profile(ambassador, view)
        } else {
            Profile::default()
        };
        let tier = conversion.tiers.get(ambassador);
        let about = AboutOrder { conversion, terms, ambassador, profile: &profile, tier };
        let in_currency = conversion.currency == terms.program.currency;
        let view = View { as_of: conversion.ordered_at, recorded_before: conversion.locks_at };
        let may_be_paid = program.may_be_paid(terms, ambassador, view);
        let matches = |rule: &&CommissionRule| {
            may_be_paid
                && (in_currency || !(rule.is_in_program_currency() || terms.budget_of(&rule.id).is_some()))
                && !stage::is_unknown(rule, conversion)
                && (rule.caps.per_customer.is_none() || conversion.buyer.is_some())
                && matches_order(&rule.when, conversion)
                && matches_payee(&rule.when, ambassador, &profile)
                && matches_tier(&rule.when, tier)
                && rule.when.expression.as_ref().is_none_or(|it| it.holds(&about))
        };
        let mut rules: Vec<_> = terms.commission.iter().filter(matches).collect();
        // Stable: of equally specific rules the earlier one in the file stays first.
        rules.sort_by_key(|rule| Reverse(rule.when.specificity()));
        Self { ambassador, rules, profile }
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

fn matches_order(when: &Conditions, conversion: &Conversion) -> bool {
    let customer = if conversion.returning { Customer::Returning } else { Customer::New };
    let at = conversion.ordered_at;
    let listed = |list: &[SmolStr], value: Option<&SmolStr>| {
        list.is_empty() || value.is_some_and(|value| list.contains(value))
    };
    when.customer.is_none_or(|wanted| wanted == customer)
        && when.from.is_none_or(|from| from <= at)
        && when.until.is_none_or(|until| at < until)
        && listed(&when.channels, conversion.channel.as_ref())
        && listed(&when.regions, conversion.region.as_ref())
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
fn matches_line(when: &Conditions, line: &NetLine) -> bool {
    let category = |list: &[SmolStr]| line.category.as_ref().is_some_and(|it| list.contains(it));
    (when.skus.is_empty() || when.skus.contains(&line.sku))
        && (when.categories.is_empty() || category(&when.categories))
        && !category(&when.not_categories)
}
