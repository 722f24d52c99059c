//! What makes tiers that can be read tiers that can be reached, and names of tiers names of some.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use tribute_money::Millionths;

use crate::{
    AmbassadorTier, Period, Terms, TierBy,
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_tiers_of_ambassadors(&self, findings: &mut Findings) {
        let mut known = BTreeSet::new();
        for (index, tier) in self.tier.iter().enumerate() {
            let place = Place::new("tier", index, "id");
            findings.unless(!tier.id.is_empty() && known.insert(&tier.id), place, || {
                format!("tier `{}`: give each tier a name of its own", tier.id)
            });
            check_tier(findings, place, tier);
        }
        for (index, rule) in self.commission.iter().enumerate() {
            let (place, name) =
                (Place::new("commission", index, "tiers"), format!("commission `{}`", rule.id));
            check_named(findings, place, &name, &rule.when.tiers, &known);
        }
        for (index, fee) in self.post_fee.iter().enumerate() {
            for row in &fee.table {
                let (place, name) =
                    (Place::new("post_fee", index, "table"), format!("post_fee `{}`", fee.id));
                check_named(findings, place, &name, &row.tiers, &known);
            }
        }
        for (index, mission) in self.mission.iter().enumerate() {
            let (place, name) = (Place::new("mission", index, "tiers"), format!("mission `{}`", mission.id));
            check_named(findings, place, &name, &mission.tiers, &known);
            let recruits = mission.steps().any(|step| step.recruits > 0);
            findings.unless(mission.tiers.is_empty() || !recruits, place, || {
                format!(
                    "{name}: `tiers` is asked of orders and posts; ask for recruits in a mission of their own"
                )
            });
        }
    }
}

fn check_tier(findings: &mut Findings, place: Place, tier: &AmbassadorTier) {
    let name = format!("tier `{}`", tier.id);
    findings.unless(tier.by.is_some() == tier.from.is_some(), place.with("by"), || {
        format!("{name}: give it both `by` and `from`, such as by = \"orders\" and from = \"10\", or neither: then only a person decides")
    });
    let from = tier.from.unwrap_or_default();
    let whole = tier.by == Some(TierBy::Revenue) || from.get().checked_rem(1_000_000) == Some(0);
    findings.unless(from >= Millionths::ZERO && whole, place.with("from"), || {
        format!("{name}: `from` {from} must be a number from 0 on, a whole one unless it is revenue")
    });
    findings.unless(!tier.is_by_sales() || from > Millionths::ZERO, place.with("from"), || {
        format!("{name}: `from` must be above 0; a tier from 0 on is reached by doing nothing")
    });
    findings.unless(!tier.is_by_sales() || tier.period != Period::AllTime, place.with("period"), || {
        format!("{name}: what is sold in a period gives the tier in the next; all_time has no next")
    });
}

fn check_named(
    findings: &mut Findings,
    place: Place,
    name: &str,
    tiers: &[SmolStr],
    known: &BTreeSet<&SmolStr>,
) {
    for tier in tiers {
        findings.unless(known.contains(tier), place, || {
            let all: Vec<_> = known.iter().map(|it| it.as_str()).collect();
            let all = if all.is_empty() {
                "there is none".to_owned()
            } else {
                format!("there are {}", all.join(", "))
            };
            format!("{name}: `{tier}` is the id of no [[tier]]; {all}")
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::problems_of::problems;

    #[test]
    fn tiers_can_be_reached_and_names_are_known() {
        let gold = "[[tier]]\nid = 'gold'\nby = 'orders'\nfrom = '3'\n";
        let rule = "[[commission]]\nid = 'c'\npays.percent = '1%'\nwhen.tiers = ['gold']\n";
        assert_eq!(problems(&format!("{gold}[[tier]]\nid = 'vip'\n{rule}")), Vec::<String>::new());
        for (rest, expected) in [
            (rule.to_owned(), "line 10: commission `c`: `gold` is the id of no [[tier]]; there is none"),
            (format!("{gold}{gold}"), "line 12: tier `gold`: give each tier a name"),
            (format!("{gold}period = 'all_time'\n"), "line 11: tier `gold`: what is sold"),
            (gold.replace("'3'", "'3.5'"), "line 10: tier `gold`: `from` 3.50 must be"),
            (gold.replace("from = '3'\n", ""), "line 9: tier `gold`: give it both"),
            (gold.replace("'3'", "'0'"), "line 10: tier `gold`: `from` must be above 0"),
            (
                format!(
                    "{gold}[[mission]]\nid = 'm'\ntiers = ['gold']\nrequires.recruits = 1\ngives = [{{ badge = 'B' }}]\n"
                ),
                "line 13: mission `m`: `tiers` is asked of orders and posts",
            ),
        ] {
            let found = problems(&rest);
            assert!(found.iter().any(|it| it.starts_with(expected)), "{rest}: {found:?}");
        }
    }
}
