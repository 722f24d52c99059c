//! Which commission rule a line of an order falls under, for one ambassador.

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, RuleId};
use tribute_terms::{Budget, CommissionRule, Conditions, Customer, Pays, Terms, TierBy};

use crate::{
    case::Case,
    order::Line,
    people::{Person, Profile},
};

/// What a rule asks of the order and the ambassador.
pub(crate) struct Circumstances<'a> {
    pub(crate) case: &'a Case<'a>,
    pub(crate) ambassador: &'a AmbassadorId,
    pub(crate) profile: &'a Profile,
    /// Where a rule asks.
    pub(crate) tier: Option<SmolStr>,
    pub(crate) returning: bool,
}

impl Circumstances<'_> {
    /// The most specific rule that matches the line; the first of equals.
    pub(crate) fn rule(&self, line: &Line) -> Option<usize> {
        let rules = self.case.terms.commission.iter().enumerate();
        let matching = rules.filter(|(_, rule)| self.matches(rule, line));
        let best = matching.max_by_key(|(index, rule)| (specificity(&rule.when), std::cmp::Reverse(*index)));
        best.map(|(index, _)| index)
    }

    fn matches(&self, rule: &CommissionRule, line: &Line) -> bool {
        let (when, sale, at) = (&rule.when, self.case.sale, self.case.at);
        let category = line.category.as_ref();
        let followers = self.profile.followers_on(when.followers_on.as_deref());
        let within = |list: &[SmolStr], value: Option<&SmolStr>| {
            list.is_empty() || value.is_some_and(|value| list.contains(value))
        };
        let customer = match when.customer {
            None => true,
            Some(Customer::New) => !self.returning,
            Some(Customer::Returning) => self.returning,
        };
        (when.ambassadors.is_empty() || when.ambassadors.contains(self.ambassador))
            && within(&when.skus, Some(&line.sku))
            && within(&when.categories, category)
            && !category.is_some_and(|category| when.not_categories.contains(category))
            && within(&when.channels, sale.channel.as_ref())
            && within(&when.regions, sale.region.as_ref())
            && customer
            && when.from.is_none_or(|from| from <= at)
            && when.until.is_none_or(|until| at < until)
            && when.followers_from.is_none_or(|from| followers.is_some_and(|it| from <= it))
            && when.followers_below.is_none_or(|below| followers.is_some_and(|it| it < below))
            && within(&when.tiers, self.tier.as_ref())
            && (!matches!(rule.pays, Pays::Stages(_)) || self.case.began().is_some())
            && (rule.caps.per_customer.is_none() || matches!(self.case.buyer, Some(Person::Account(_))))
            && (sale.currency == self.case.terms.program.currency
                || !(names_money(rule) || budget_of(self.case.terms, &rule.id).is_some()))
    }
}

/// The budget that a rule has a part in.
pub(crate) fn budget_of<'t>(terms: &'t Terms, rule: &RuleId) -> Option<&'t Budget> {
    terms.budget.iter().find(|it| it.rules.contains(rule) || it.rules.iter().any(|all| all.as_str() == "*"))
}

/// Whether the rule names amounts, which are in the program's currency and so say nothing of another.
fn names_money(rule: &CommissionRule) -> bool {
    let amounts = match &rule.pays {
        Pays::Percent(_) | Pays::Stages(_) => false,
        Pays::PerOrder(_) | Pays::PerItem(_) => true,
        Pays::Tiers(table) => table.by == TierBy::Revenue,
    };
    amounts
        || rule.minimum_order.is_some()
        || rule.caps.per_order.is_some()
        || rule.caps.per_ambassador.is_some()
        || rule.caps.per_customer.is_some()
        || rule.caps.budget.is_some()
        || rule.buyer_reward.is_some()
}

/// The place of the strongest condition, then how many kinds of conditions there are.
fn specificity(when: &Conditions) -> (usize, usize) {
    let kinds = [
        when.from.is_some() || when.until.is_some(),
        when.followers_from.is_some() || when.followers_below.is_some(),
        !when.tiers.is_empty(),
        !when.regions.is_empty(),
        !when.channels.is_empty(),
        when.customer.is_some(),
        !when.categories.is_empty() || !when.not_categories.is_empty(),
        !when.skus.is_empty(),
        !when.ambassadors.is_empty(),
    ];
    let strongest = kinds.iter().rposition(|given| *given).map_or(0, |place| place + 1);
    (strongest, kinds.iter().filter(|given| **given).count())
}
