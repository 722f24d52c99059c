use std::cmp::Reverse;

use smol_str::SmolStr;

use crate::{CommissionRule, Conditions, FeeRow, ORDER_FACTS, demand::Demand};

/// How specific a rule's conditions are; the greater one is tried first.
///
/// The strongest kind of condition decides: ambassadors, then SKUs, then product categories (wanted or
/// unwanted), then new or returning customers, then channels, then regions, then tiers, then followers, then a season
/// (`from`, `until`), then an expression, then none. Of two rules alike in that the one with more conditions is more specific.
/// Of two alike in that too, the one that stands earlier in the file is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specificity {
    kind: Reverse<usize>,
    conditions: usize,
}

impl Conditions {
    /// How specific these conditions are.
    #[must_use]
    pub fn specificity(&self) -> Specificity {
        let given = self.given();
        let kind = given.iter().position(|count| *count > 0).unwrap_or(given.len());
        let conditions = given.iter().fold(0_usize, |sum, count| sum.saturating_add(*count));
        Specificity { kind: Reverse(kind), conditions }
    }

    /// How many conditions of each kind are given, strongest kind first.
    fn given(&self) -> [usize; 10] {
        let list = |empty: bool| usize::from(!empty);
        let both = |first: bool, second: bool| usize::from(first).saturating_add(usize::from(second));
        [
            list(self.ambassadors.is_empty()),
            list(self.skus.is_empty()),
            both(!self.categories.is_empty(), !self.not_categories.is_empty()),
            usize::from(self.customer.is_some()),
            list(self.channels.is_empty()),
            list(self.regions.is_empty()),
            list(self.tiers.is_empty()),
            both(self.followers_from.is_some(), self.followers_below.is_some()),
            both(self.from.is_some(), self.until.is_some()),
            usize::from(self.expression.is_some()),
        ]
    }

    /// Why no line of an order can ever meet these conditions and what is demanded `beside` them; `None` where one might.
    pub(crate) fn contradiction(&self, beside: &[Demand]) -> Option<String> {
        if let (Some(from), Some(below)) = (self.followers_from, self.followers_below)
            && from >= below
        {
            return Some(format!(
                "nobody has at least {from} and fewer than {below} followers; let followers_from be the smaller number"
            ));
        }
        let excluded = !self.categories.is_empty()
            && self.categories.iter().all(|category| self.not_categories.contains(category));
        if excluded {
            return Some(
                "every category that it wants is also one that it does not want; take it out of not_categories".to_owned(),
            );
        }
        let demands = [beside, &self.demands()].concat();
        self.expression.as_ref().and_then(|it| it.never_holds(ORDER_FACTS, &demands))
    }

    /// Whether one line of one order might meet both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let customers =
            self.customer.is_none() || other.customer.is_none() || self.customer == other.customer;
        let categories = self.categories.is_empty()
            || other.categories.is_empty()
            || self.categories.iter().any(|it| {
                other.categories.contains(it)
                    && !self.not_categories.contains(it)
                    && !other.not_categories.contains(it)
            });
        let excluded = |wanted: &Self, unwanted: &Self| {
            !wanted.categories.is_empty()
                && wanted.categories.iter().all(|it| unwanted.not_categories.contains(it))
        };
        meet(&self.ambassadors, &other.ambassadors)
            && meet(&self.skus, &other.skus)
            && meet(&self.channels, &other.channels)
            && meet(&self.tiers, &other.tiers)
            && meet(&self.regions, &other.regions)
            && categories
            && !excluded(self, other)
            && !excluded(other, self)
            && customers
            && ranges_meet((self.from, self.until), (other.from, other.until))
            && (self.followers_on != other.followers_on
                || ranges_meet(
                    (self.followers_from, self.followers_below),
                    (other.followers_from, other.followers_below),
                ))
    }
}

/// Whether two lists, of which an empty one stands for everything, have something in common.
fn meet<T: PartialEq>(first: &[T], second: &[T]) -> bool {
    first.is_empty() || second.is_empty() || first.iter().any(|it| second.contains(it))
}

/// Whether two half-open ranges have something in common.
pub(crate) fn ranges_meet<T: PartialOrd + Copy>(
    first: (Option<T>, Option<T>),
    second: (Option<T>, Option<T>),
) -> bool {
    let before =
        |end: Option<T>, start: Option<T>| matches!((end, start), (Some(end), Some(start)) if end <= start);
    !before(first.1, second.0) && !before(second.1, first.0)
}

impl FeeRow {
    /// Whether every post that `other` matches is matched by this one too.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let within = |mine: &[SmolStr], others: &[SmolStr]| {
            mine.is_empty() || (!others.is_empty() && others.iter().all(|it| mine.contains(it)))
        };
        within(&self.kinds, &other.kinds)
            && within(&self.platforms, &other.platforms)
            && within(&self.tiers, &other.tiers)
            && self.followers_from.is_none_or(|from| other.followers_from.is_some_and(|it| it >= from))
            && self.followers_below.is_none_or(|below| other.followers_below.is_some_and(|it| it <= below))
            && self.from.is_none_or(|from| other.from.is_some_and(|it| it >= from))
            && self.until.is_none_or(|until| other.until.is_some_and(|it| it <= until))
    }
}

impl CommissionRule {
    /// Whether it names amounts of the program's currency: flat pay, a minimum, caps, a reward for
    /// the buyer, or tiers by revenue.
    ///
    /// Such a rule does not match an order in another currency: no exchange rate is guessed.
    #[must_use]
    pub fn is_in_program_currency(&self) -> bool {
        let flat = match &self.pays {
            crate::Pays::Percent(_) | crate::Pays::Stages(_) => false,
            crate::Pays::PerOrder(_) | crate::Pays::PerItem(_) => true,
            crate::Pays::Tiers(table) => table.by == crate::TierBy::Revenue,
        };
        let caps = self.caps.per_order.is_some() || self.caps.over_period().is_some();
        flat || caps || self.minimum_order.is_some() || self.buyer_reward.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(text: &str) -> Conditions {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_strongest_kind_decides_then_the_number_of_conditions() {
        let ascending = [
            "",
            "expression = \"order.returning\"",
            "from = \"2026-01-01T00:00:00Z\"",
            "followers_from = 10",
            "followers_from = 10\nfrom = \"2026-01-01T00:00:00Z\"",
            "tiers = [\"gold\"]",
            "regions = [\"CA\"]",
            "channels = [\"store\"]",
            "customer = \"new\"",
            "not_categories = [\"gift_cards\"]",
            "categories = [\"shoes\"]\nregions = [\"CA\"]",
            "skus = [\"A\"]",
            "ambassadors = [\"ann\"]",
        ];
        for pair in ascending.windows(2) {
            let (weaker, stronger) = (conditions(pair[0]), conditions(pair[1]));
            assert!(weaker.specificity() < stronger.specificity(), "{} < {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn conditions_overlap_unless_one_kind_keeps_them_apart() {
        for (first, second, overlap) in [
            ("skus = [\"A\"]", "skus = [\"B\"]", false),
            ("skus = [\"A\"]", "channels = [\"store\"]", true),
            ("tiers = [\"gold\"]", "tiers = [\"silver\"]", false),
            ("followers_below = 10\nfollowers_on = \"clips\"", "followers_from = 10", true),
            ("customer = \"new\"", "customer = \"returning\"", false),
            ("followers_below = 10", "followers_from = 10", false),
            ("followers_below = 11", "followers_from = 10", true),
            ("categories = [\"shoes\"]", "not_categories = [\"shoes\"]", false),
            ("until = \"2026-01-01T00:00:00Z\"", "from = \"2026-01-01T00:00:00Z\"", false),
        ] {
            let (first, second) = (conditions(first), conditions(second));
            assert_eq!(first.overlaps(&second), overlap);
            assert_eq!(second.overlaps(&first), overlap);
        }
    }
}
