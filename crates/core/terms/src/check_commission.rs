//! What makes commissions that can be read commissions that can be paid.

use tribute_money::Millionths;

use crate::{
    CommissionRule, ORDER_FACTS, Pays, Renewals, Stage, Terms, TierBy, TierTable,
    check::{check_expression, check_rate, check_season},
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_commission(&self, findings: &mut Findings, place: Place, rule: &CommissionRule) {
        let name = format!("commission `{}`", rule.id);
        match &rule.pays {
            Pays::Percent(rate) => {
                check_rate(findings, place.with("percent"), &format!("{name}: percent"), *rate)
            }
            Pays::PerOrder(amount) => self.check_amount(findings, place.with("per_order"), &name, *amount),
            Pays::PerItem(amount) => self.check_amount(findings, place.with("per_item"), &name, *amount),
            Pays::Stages(stages) => {
                check_stages(findings, place.with("stages"), &name, stages, rule.renewals)
            }
            Pays::Tiers(table) => {
                check_tiers(findings, place.with("steps"), &name, table);
                let alone = table.by == TierBy::Followers
                    || (rule.caps.per_customer.is_none() && rule.caps.budget.is_none());
                findings.unless(alone, place.with("caps"), || {
                    format!("{name}: tiers by period go with caps.per_ambassador only; give the budget a rule of its own")
                });
                let same = rule.caps.per_ambassador.is_none()
                    || table.by == TierBy::Followers
                    || rule.caps.period == table.period;
                findings.unless(same, place.with("caps"), || {
                    format!("{name}: caps.period must be the period of its tiers, so that both count the same orders")
                });
            }
        }
        let caps = &rule.caps;
        let over_period = [caps.per_ambassador, caps.per_customer, caps.budget];
        findings.unless(over_period.iter().flatten().count() <= 1, place.with("caps"), || {
            format!("{name}: give one of caps.per_ambassador, caps.per_customer and caps.budget, not several")
        });
        for cap in over_period.into_iter().chain([caps.per_order, caps.expected_revenue]).flatten() {
            self.check_amount(findings, place.with("caps"), &format!("{name}: a cap"), cap);
        }
        if let Some(reward) = rule.buyer_reward {
            self.check_amount(findings, place.with("buyer_reward"), &format!("{name}: buyer_reward"), reward);
        }
        let minimum = rule.minimum_order.unwrap_or_default();
        findings.unless(minimum >= Millionths::ZERO, place.with("minimum_order"), || {
            format!("{name}: minimum_order {minimum} is negative")
        });
        check_season(findings, place.with("from"), &name, (rule.when.from, rule.when.until));
        check_expression(
            findings,
            place.with("expression"),
            &name,
            rule.when.expression.as_ref(),
            ORDER_FACTS,
        );
    }
}

fn check_tiers(findings: &mut Findings, place: Place, name: &str, table: &TierTable) {
    let first = table.steps.first().map(|step| step.from);
    findings.unless(first == Some(Millionths::ZERO), place, || {
        format!("{name}: the first step of its tiers must be `from = \"0\"`")
    });
    for (lower, upper) in table.steps.iter().zip(table.steps.iter().skip(1)) {
        findings.unless(lower.from < upper.from, place, || {
            format!("{name}: the step from {} must come before the one from {}", upper.from, lower.from)
        });
    }
    for step in &table.steps {
        check_rate(findings, place, &format!("{name}: the step from {}", step.from), step.percent);
        let whole = step.from.get().checked_rem(1_000_000) == Some(0);
        findings.unless(table.by == TierBy::Revenue || whole, place, || {
            format!("{name}: {} must be a whole number, since it counts orders or followers", step.from)
        });
    }
}

fn check_stages(findings: &mut Findings, place: Place, name: &str, stages: &[Stage], renewals: Renewals) {
    findings.unless(!stages.is_empty(), place, || {
        format!("{name}: `stages` is empty; name at least one, such as {{ percent = \"10%\" }}")
    });
    findings.unless(renewals != Renewals::None, place, || {
        format!("{name}: stages pay for renewals, which earn nothing here; add `renewals = \"forever\"` or `renewals.months = 12`")
    });
    for (index, stage) in stages.iter().enumerate() {
        check_rate(findings, place, &format!("{name}: stage {}", index.saturating_add(1)), stage.percent);
        let last = index.saturating_add(1) == stages.len();
        findings.unless(stage.months.is_some() || last, place, || {
            format!(
                "{name}: stage {} has no `months` and never ends; only the last one may",
                index.saturating_add(1)
            )
        });
        findings.unless(stage.months != Some(0), place, || {
            format!("{name}: stage {} lasts 0 months; leave it out", index.saturating_add(1))
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::Terms;

    fn problems(rest: &str) -> Vec<String> {
        let head = "[program]\nbrand = 'acme'\nid = 'friends'\nversion = '1'\n\
            effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n";
        match Terms::parse(&format!("{head}{rest}")) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn tiers_start_at_zero_and_ascend() {
        let with = |steps: &str| {
            let head = "[[commission]]\nid = \"t\"\n[commission.pays.tiers]\nby = \"orders\"\n";
            problems(&format!("{head}steps = [{steps}]\n"))
        };
        let step = |from: &str| format!("{{ from = \"{from}\", percent = \"1%\" }}");
        assert!(with(&[step("0"), step("10")].join(", ")).is_empty());
        assert!(with(&step("5"))[0].starts_with("line 11: commission `t`: the first step"));
        assert!(with(&[step("0"), step("10"), step("10")].join(", "))[0].contains("must come before"));
        assert!(with(&[step("0"), step("1.5")].join(", "))[0].contains("whole number"));
        assert!(with("").iter().any(|it| it.contains("first step")));
    }
}
