//! Whether the rates can exceed a budget, by what is expected in a period.

use tribute_money::{Millionths, Rate, Rounding};

use crate::{Budget, CommissionRule, Pays, PostFee, Terms};

/// Why the rates can exceed the rule's budget, as far as it can be known; that it cannot be known, where it does not say
/// what is expected.
pub(crate) fn exceeds_own(rule: &CommissionRule) -> Option<String> {
    let budget = rule.caps.budget?;
    let (revenue, payments) = (rule.caps.expected_revenue, rule.caps.expected_payments);
    Dearest::default().with(&rule.pays).exceeds(
        budget,
        (revenue, payments),
        "caps.",
        "orders after that earn",
    )
}

impl Terms {
    /// Why the rules that share a budget can exceed it; that it cannot be known, where it does not say what is expected.
    pub(crate) fn exceeds_shared(&self, budget: &Budget) -> Option<String> {
        let shares = |id| self.budget_of(id) == Some(budget);
        let rules: Vec<_> = self.commission.iter().filter(|rule| shares(&rule.id)).collect();
        let mut dearest = rules.iter().fold(Dearest::default(), |dearest, rule| dearest.with(&rule.pays));
        let posts = self.post_fee.iter().filter(|fee| shares(&fee.id)).map(highest);
        // One application may pay both sides.
        let applications = self.application_fee.iter().filter(|fee| shares(&fee.id));
        let applications = applications.map(|fee| sum(fee.recruiter, fee.recruit));
        let workshops = self.workshop_fee.iter().filter(|fee| shares(&fee.id)).map(|fee| fee.amount);
        let clicks = self.click_fee.iter().filter(|fee| shares(&fee.id)).map(|fee| fee.amount);
        let fees: Vec<Millionths> = posts.chain(applications).chain(workshops).chain(clicks).collect();
        if fees.is_empty() && keeps_within(&rules, budget) {
            return None;
        }
        dearest.payment = dearest.payment.max(fees.into_iter().max());
        let expected = (budget.expected_revenue, budget.expected_payments);
        dearest.exceeds(budget.amount, expected, "", "what comes after that earns")
    }
}

/// Whether the rules' own budgets of the same period keep them within a shared one.
fn keeps_within(rules: &[&CommissionRule], budget: &Budget) -> bool {
    let own = |rule: &&CommissionRule| rule.caps.budget.filter(|_| rule.caps.period == budget.period);
    let all: Option<Vec<Millionths>> = rules.iter().map(own).collect();
    all.is_some_and(|all| all.into_iter().fold(Millionths::ZERO, sum) <= budget.amount)
}

/// The most that a post can bring by a rule.
fn highest(fee: &PostFee) -> Millionths {
    fee.table.iter().map(|row| row.amount).fold(fee.amount, Millionths::max)
}

fn sum(a: Millionths, b: Millionths) -> Millionths {
    Millionths::new(a.get().saturating_add(b.get()))
}

/// The highest rate and the highest single payment of some rules.
#[derive(Debug, Clone, Copy, Default)]
struct Dearest {
    rate: Option<Rate>,
    payment: Option<Millionths>,
}

impl Dearest {
    fn with(self, pays: &Pays) -> Self {
        let (rate, payment) = match pays {
            Pays::PerOrder(amount) | Pays::PerItem(amount) => (None, Some(*amount)),
            Pays::Percent(rate) => (Some(*rate), None),
            Pays::Tiers(table) => (table.steps.iter().map(|step| step.percent).max(), None),
            Pays::Stages(stages) => (stages.iter().map(|stage| stage.percent).max(), None),
        };
        Self { rate: self.rate.max(rate), payment: self.payment.max(payment) }
    }

    /// Why these exceed a budget where so much revenue and so many payments are expected. `prefix` stands before the keys
    /// of what is expected.
    fn exceeds(
        self,
        budget: Millionths,
        (revenue, payments): (Option<Millionths>, Option<u64>),
        prefix: &str,
        rest: &str,
    ) -> Option<String> {
        if let Some(payment) = self.payment.filter(|payment| *payment > budget) {
            return Some(format!(
                "its budget of {budget} does not hold one payment of {payment}; give it {payment} at least"
            ));
        }
        let unknown = |key: &str, example: &str| {
            Some(format!(
                "whether the rates can exceed its budget of {budget} is not known: say what is expected in a period, such \
                 as {prefix}{key} = {example}"
            ))
        };
        let (mut needed, mut parts) = (Millionths::ZERO, Vec::new());
        if let Some(rate) = self.rate {
            let Some(revenue) = revenue else { return unknown("expected_revenue", "\"50000\"") };
            let part =
                revenue.times(rate, 6, Rounding::Down).and_then(|it| Millionths::from_minor(it, 6)).ok()?;
            needed = sum(needed, part);
            parts.push(format!("{rate} of the {revenue} expected"));
        }
        if let Some(payment) = self.payment {
            let Some(payments) = payments else { return unknown("expected_payments", "100") };
            let part = i64::try_from(payments).ok().and_then(|it| payment.get().checked_mul(it));
            needed = sum(needed, Millionths::new(part.unwrap_or(i64::MAX)));
            parts.push(format!("the {payments} payments of {payment} that are expected"));
        }
        (needed > budget).then(|| {
            let is = if parts.len() > 1 || self.rate.is_none() { "are" } else { "is" };
            let parts = parts.join(" and ");
            format!(
                "the rates can exceed its budget: {parts} {is} {needed}, but the budget is {budget}; {rest} nothing: give \
                 it {needed}, or lower the rates"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Terms;

    const HEAD: &str = "[program]\nbrand = 'acme'\nid = 'friends'\nversion = '1'\n\
        effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n";

    fn warnings(rest: &str) -> Vec<String> {
        let text = format!("{HEAD}{rest}");
        Terms::parse(&text).unwrap().warnings_in(&text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_budget_of_one_rule_is_held_against_what_is_expected() {
        let rule = "[[commission]]\nid = 'c'\n";
        for (rest, expected) in [
            (
                "pays.percent = '1%'\ncaps.budget = '50'\n",
                "line 10: commission `c`: whether the rates can exceed its budget of 50.00 is not known: say what is expected in a period, such as caps.expected_revenue",
            ),
            (
                "pays.per_order = '1'\ncaps.budget = '50'\n",
                "line 10: commission `c`: whether the rates can exceed its budget of 50.00 is not known: say what is expected in a period, such as caps.expected_payments",
            ),
            (
                "pays.per_order = '51'\ncaps.budget = '50'\n",
                "line 10: commission `c`: its budget of 50.00 does not hold one payment of 51.00; give it 51.00",
            ),
            (
                "pays.per_order = '1'\ncaps.budget = '50'\ncaps.expected_payments = 51\n",
                "line 10: commission `c`: the rates can exceed its budget: the 51 payments of 1.00 that are expected are 51.00, but the budget is 50.00; orders after that earn nothing: give it 51.00",
            ),
            (
                "pays.percent = '10%'\ncaps.budget = '5000'\ncaps.expected_revenue = '80000'\n",
                "line 10: commission `c`: the rates can exceed its budget: 10% of the 80000.00 expected is 8000.00",
            ),
        ] {
            let found = warnings(&format!("{rule}{rest}"));
            assert!(found.len() == 1 && found[0].starts_with(expected), "{rest}: {found:?}");
        }
        let enough = "pays.per_order = '1'\ncaps.budget = '50'\ncaps.expected_payments = 50\n";
        assert_eq!(warnings(&format!("{rule}{enough}")), Vec::<String>::new());
    }

    #[test]
    fn a_budget_that_several_rules_share_is_held_against_what_is_expected() {
        let rules = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
            [[post_fee]]\nid = 'post'\namount = '5'\ntable = [{ kinds = ['video'], amount = '20' }]\n\
            [[application_fee]]\nid = 'brought'\nrecruiter = '25'\nrecruit = '5'\n";
        let shared = |more: &str| {
            warnings(&format!("{rules}[[budget]]\nid = 'all'\nrules = ['*']\namount = '500'\n{more}"))
        };
        for (more, expected) in [
            (
                "",
                "line 21: budget `all`: whether the rates can exceed its budget of 500.00 is not known: say what is expected in a period, such as expected_revenue",
            ),
            (
                "expected_revenue = '1000'\n",
                "line 21: budget `all`: whether the rates can exceed its budget of 500.00 is not known: say what is expected in a period, such as expected_payments",
            ),
            (
                "expected_revenue = '1000'\nexpected_payments = 14\n",
                "line 21: budget `all`: the rates can exceed its budget: 10% of the 1000.00 expected and the 14 payments of 30.00 that are expected are 520.00, but the budget is 500.00; what comes after that earns nothing: give it 520.00",
            ),
        ] {
            let found = shared(more);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{more}: {found:?}");
        }
        assert_eq!(shared("expected_revenue = '1000'\nexpected_payments = 13\n"), Vec::<String>::new());
    }

    #[test]
    fn rules_that_keep_their_own_budgets_keep_the_shared_one() {
        let rule = |id: &str, sku: &str| {
            format!(
                "[[commission]]\nid = '{id}'\npays.percent = '10%'\nwhen.skus = ['{sku}']\n\
                caps = {{ budget = '250', expected_revenue = '2500', period = 'month' }}\n"
            )
        };
        let rules = rule("a", "A") + &rule("b", "B");
        let shared = |amount: &str, period: &str| {
            let shared =
                format!("[[budget]]\nid = 'all'\nrules = ['*']\namount = '{amount}'\nperiod = '{period}'\n");
            warnings(&format!("{rules}{shared}")).len()
        };
        assert_eq!([shared("500", "month"), shared("499.99", "month"), shared("500", "year")], [0, 1, 1]);
    }
}
