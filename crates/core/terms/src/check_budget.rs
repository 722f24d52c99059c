//! What makes budgets that can be read budgets that can be kept.

use std::collections::BTreeSet;

use tribute_events::RuleId;
use tribute_money::Millionths;

use crate::{
    Terms,
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_budgets(&self, findings: &mut Findings) {
        let known: BTreeSet<&RuleId> = self.rules_of_budgets().collect();
        let mut shared = BTreeSet::new();
        for (index, budget) in self.budget.iter().enumerate() {
            let (place, name) = (Place::new("budget", index, "amount"), format!("budget `{}`", budget.id));
            self.check_amount(findings, place, &name, budget.amount);
            findings.unless(budget.amount > Millionths::ZERO, place, || {
                format!("{name}: nothing can be paid out of {}", budget.amount)
            });
            if let Some(expected) = budget.expected_revenue {
                let name = format!("{name}: expected_revenue");
                self.check_amount(findings, place.with("expected_revenue"), &name, expected);
            }
            let place = place.with("rules");
            findings.unless(!budget.rules.is_empty(), place, || {
                format!("{name}: it names no rule; write rules = [\"*\"] for all of them")
            });
            let all = budget.rules.iter().any(|it| it.as_str() == "*");
            let named: Vec<&RuleId> =
                if all { known.iter().copied().collect() } else { budget.rules.iter().collect() };
            for rule in named {
                findings.unless(known.contains(rule), place, || {
                    format!("{name}: `{rule}` is no commission, post_fee, application_fee, workshop_fee or click_fee; only these share a budget")
                });
                findings.unless(shared.insert(rule), place, || {
                    format!("{name}: `{rule}` shares another budget already; give each rule one")
                });
            }
        }
    }

    fn rules_of_budgets(&self) -> impl Iterator<Item = &RuleId> {
        let fees = self.post_fee.iter().map(|it| &it.id).chain(self.application_fee.iter().map(|it| &it.id));
        let fees = fees.chain(self.workshop_fee.iter().map(|it| &it.id));
        let fees = fees.chain(self.click_fee.iter().map(|it| &it.id));
        self.commission.iter().map(|it| &it.id).chain(fees)
    }
}

#[cfg(test)]
mod tests {
    use crate::problems_of;

    fn problems(rest: &str) -> Vec<String> {
        problems_of::problems(&format!("[[commission]]\nid = 'ten'\npays.percent = '10%'\n{rest}"))
    }

    #[test]
    fn a_rule_shares_one_budget() {
        let all = "[[budget]]\nid = 'all'\nrules = ['*']\namount = '500'\n";
        assert_eq!(problems(all), Vec::<String>::new());
        for (rest, expected) in [
            (all.replace("'*'", "'nine'"), "line 12: budget `all`: `nine` is no commission"),
            (all.replace("'*'", ""), "line 12: budget `all`: it names no rule"),
            (all.replace("'500'", "'0'"), "line 13: budget `all`: nothing can be paid"),
            (
                format!("{all}[[budget]]\nid = 'one'\nrules = ['ten']\namount = '5'\n"),
                "line 16: budget `one`: `ten` shares another",
            ),
        ] {
            let found = problems(&rest);
            assert!(found.iter().any(|it| it.starts_with(expected)), "{rest}: {found:?}");
        }
    }
}
