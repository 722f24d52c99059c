//! Why no rule pays somebody for an order that they are credited with.

use std::fmt::Display;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, Conversion};
use tribute_terms::{CommissionRule, Customer, Program, Terms};

use crate::matching::{Asked, matches_line};

/// Why a rule does not match an order for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Miss {
    /// The terms let them earn no money where they are.
    NoMoney,
    /// It counts in the program's currency, and the order is in another one.
    Currency,
    /// The budget that it shares does so.
    Budget,
    /// It goes by the age of a subscription, and nobody knows it.
    Age,
    /// It is capped for each customer, and nobody knows the buyer.
    NoBuyer,
    /// It is for other ambassadors.
    Payee,
    /// It is for ambassadors of other tiers.
    Tier,
    /// It is for new customers, or for those who return.
    Customer,
    /// It is not for orders of that time.
    Season,
    /// It is for other sales channels.
    Channel,
    /// It is for other regions.
    Region,
    /// Its condition does not hold.
    Expression,
}

/// Why no rule pays an ambassador for an order, a sentence for each rule; none where one does. `terms` are those that were
/// in force at the order.
#[must_use]
pub fn why_unpaid(
    ambassador: &AmbassadorId,
    conversion: &Conversion,
    program: &Program,
    terms: &Terms,
) -> Vec<String> {
    let asked = Asked::new(ambassador, conversion, program, terms);
    let mut reasons = Vec::with_capacity(terms.commission.len());
    for rule in &terms.commission {
        let takes = |line| matches_line(&rule.when, line);
        match asked.miss(rule) {
            Some(miss) => reasons.push(sentence(miss, rule, conversion, terms)),
            None if conversion.moments.iter().flat_map(|it| &it.lines).any(takes) => return Vec::new(),
            None => reasons.push(format!("`{}` takes none of the order's lines", rule.id)),
        }
    }
    reasons
}

fn sentence(miss: Miss, rule: &CommissionRule, conversion: &Conversion, terms: &Terms) -> String {
    let (id, when) = (&rule.id, &rule.when);
    let (own, currency) = (&terms.program.currency, &conversion.currency);
    let known = |value: Option<&SmolStr>| value.map_or_else(|| "not known".to_owned(), ToString::to_string);
    match miss {
        Miss::NoMoney => format!("`{id}`: the terms let nobody earn money in their region"),
        Miss::Currency => format!("`{id}` counts in {own}, the order is in {currency}"),
        Miss::Budget => {
            let budget = terms.budget_of(id).map(|it| it.id.to_string()).unwrap_or_default();
            format!("`{id}` shares budget `{budget}` in {own}, the order is in {currency}")
        }
        Miss::Age => format!("`{id}` goes by the age of the subscription, and when that began is not known"),
        Miss::NoBuyer => format!("`{id}` is capped for each customer, and the buyer's account is not known"),
        Miss::Payee => format!("`{id}` is for other ambassadors, or by followers that are not met"),
        Miss::Tier => format!("`{id}` is for tier {} at the order", listed(&when.tiers)),
        Miss::Customer if when.customer == Some(Customer::New) => {
            format!("`{id}` is for new customers, and this one returned")
        }
        Miss::Customer => format!("`{id}` is for returning customers, and this one is new"),
        Miss::Season => format!("`{id}` is not for orders of {}", conversion.ordered_at),
        Miss::Channel => {
            format!(
                "`{id}` is for channel {}, the order's is {}",
                listed(&when.channels),
                known(conversion.channel.as_ref())
            )
        }
        Miss::Region => {
            format!(
                "`{id}` is for region {}, the order's is {}",
                listed(&when.regions),
                known(conversion.region.as_ref())
            )
        }
        Miss::Expression => format!("`{id}`: its condition does not hold"),
    }
}

fn listed(names: &[impl Display]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{day, program, sale};

    #[test]
    fn every_rule_that_pays_nothing_says_why() {
        let rules = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
            [[commission]]\nid = 'flat'\npays.per_order = '5.00'\n\
            [[commission]]\nid = 'shoes'\npays.percent = '5%'\nwhen.categories = ['shoes']\n\
            [[budget]]\nid = 'spring'\nrules = ['ten']\namount = '100.00'\n";
        let (program, ann) = (program(rules), AmbassadorId::trusted("ann"));
        let terms = program.versions().first().unwrap();
        let mut order = sale("1", day(0), "50.00");
        assert!(why_unpaid(&ann, &order, &program, terms).is_empty(), "a rule pays");
        order.currency = "EUR".parse().unwrap();
        let why = why_unpaid(&ann, &order, &program, terms);
        assert_eq!(
            why,
            [
                "`ten` shares budget `spring` in USD, the order is in EUR",
                "`flat` counts in USD, the order is in EUR",
                "`shoes` takes none of the order's lines",
            ]
        );
    }
}
