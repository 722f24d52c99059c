//! What makes missions, tokens and experiences that can be read ones that can be run.

use std::collections::BTreeSet;

use tribute_money::Millionths;

use crate::{
    Gift, Mission, ORDER_FACTS, POST_FACTS, RECRUIT_FACTS, Requirements, Terms,
    check::{check_expression, check_season},
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_mission(&self, findings: &mut Findings, place: Place, mission: &Mission) {
        let name = format!("mission `{}`", mission.id);
        for (step, key) in mission.steps().zip(std::iter::once("requires").chain(std::iter::repeat("then"))) {
            check_requirements(findings, place.with(key), &name, step);
        }
        let gives = place.with("gives");
        findings.unless(!mission.gives.is_empty(), gives, || {
            format!("{name}: it gives nothing; write gives = [{{ token = \"GAMECOIN\", units = 5 }}]")
        });
        let moneys = mission.gives.iter().filter(|gift| gift.money.is_some()).count();
        findings.unless(moneys <= 1, gives, || {
            format!("{name}: it gives money {moneys} times; write one amount")
        });
        for gift in &mission.gives {
            self.check_gift(findings, gives, &name, gift);
        }
        findings.unless(mission.within.is_none_or(|span| span.millis() > 0), place.with("within"), || {
            format!("{name}: `within` must be longer than 0")
        });
        check_season(findings, place.with("from"), &name, (mission.from, mission.until));
    }

    fn check_gift(&self, findings: &mut Findings, place: Place, name: &str, gift: &Gift) {
        let kinds = [gift.token.is_some(), gift.perk.is_some(), gift.badge.is_some(), gift.money.is_some()];
        findings.unless(kinds.into_iter().filter(|it| *it).count() == 1, place, || {
            format!("{name}: each thing it gives is one of `token`, `perk`, `badge` and `money`")
        });
        if let Some(token) = &gift.token {
            let plain = !token.is_currency() && !token.is_perk() && !token.is_badge();
            findings.unless(plain, place, || {
                format!("{name}: `{token}` is no token; a token is four or more capitals (GAMECOIN); write a perk as `perk`, money as `money`")
            });
        }
        if let Some(perk) = &gift.perk {
            findings.unless(perk.is_perk(), place, || {
                format!("{name}: `{perk}` is no perk; a perk is written SKU:TOTE")
            });
        }
        if let Some(badge) = &gift.badge {
            findings.unless(gift.asset().is_some(), place, || {
                format!(
                    "{name}: badge `{badge}` must be capitals, digits, `-`, `.` and `_`, such as SUPERFAN"
                )
            });
        }
        if let Some(money) = gift.money {
            self.check_amount(findings, place, name, money);
        }
        let counted = gift.token.is_some() || gift.perk.is_some();
        findings.unless(gift.units > 0 && (counted || gift.units == 1), place, || {
            format!("{name}: `units` is at least 1, and only tokens and perks have any")
        });
        findings.unless(gift.fair_value.is_none_or(|value| value >= Millionths::ZERO), place, || {
            format!("{name}: fair_value {} is negative", gift.fair_value.unwrap_or_default())
        });
        findings.unless(gift.fair_value.is_none() || gift.perk.is_some(), place, || {
            format!("{name}: only a perk has a fair_value")
        });
    }

    pub(crate) fn check_tokens(&self, findings: &mut Findings) {
        let given: BTreeSet<_> =
            self.mission.iter().flat_map(|it| &it.gives).filter_map(Gift::asset).collect();
        let mut known = BTreeSet::new();
        for (index, token) in self.token.iter().enumerate() {
            let (place, asset) = (Place::new("token", index, "asset"), &token.asset);
            let plain = !asset.is_currency() && !asset.is_perk() && !asset.is_badge();
            findings.unless(plain, place, || {
                format!("token `{asset}` is no token; write four or more capitals, such as GAMECOIN")
            });
            findings.unless(known.insert(asset), place, || {
                format!("token `{asset}` is described twice; write one [[token]] for it")
            });
            findings.unless(given.contains(asset), place, || {
                format!("token `{asset}` is given by no mission; correct its name, or let a mission give it")
            });
            let positive = token.expires_after.is_none_or(|span| span.millis() > 0);
            findings.unless(positive, place.with("expires_after"), || {
                format!("token `{asset}`: expires_after must be longer than 0")
            });
            let some = token.supply != Some(0) && token.per_ambassador != Some(0);
            findings.unless(some, place.with("supply"), || {
                format!("token `{asset}`: a supply or cap of 0 lets nobody have any; leave it out, or write a number")
            });
        }
        for (index, experience) in self.experience.iter().enumerate() {
            let (place, perk) = (Place::new("experience", index, "perk"), &experience.perk);
            findings.unless(perk.is_perk(), place, || {
                format!("experience `{perk}`: its places are a perk, written SKU:AUTHOR-EVENING")
            });
            findings.unless(known.insert(perk), place, || {
                format!("experience `{perk}` is described twice; give each date a perk of its own")
            });
        }
    }
}

fn check_requirements(findings: &mut Findings, place: Place, name: &str, step: &Requirements) {
    let counted = step.posts.iter().all(|posts| posts.count > 0 || posts.views > 0 || posts.interactions > 0);
    let any = step.conversions > 0 || step.recruits > 0 || !step.posts.is_empty();
    findings.unless(counted && any, place, || {
        format!("{name}: it must require at least 1 of something; a requirement of 0 is met by doing nothing")
    });
    let (orders, recruits) = (step.order_expression.as_ref(), step.recruit_expression.as_ref());
    findings.unless(orders.is_none() || step.conversions > 0, place, || {
        format!("{name}: its order_expression is for orders, of which it requires none; write conversions = 1, or leave it out")
    });
    findings.unless(recruits.is_none() || step.recruits > 0, place, || {
        format!("{name}: its recruit_expression is for recruits, of whom it requires none; write recruits = 1, or leave it out")
    });
    check_expression(findings, place, name, orders, ORDER_FACTS);
    check_expression(findings, place, name, recruits, RECRUIT_FACTS);
    for posts in &step.posts {
        check_expression(findings, place, name, posts.expression.as_ref(), POST_FACTS);
    }
}

#[cfg(test)]
mod tests {
    use crate::problems_of::problems;

    fn mission(requires: &str, gives: &str) -> Vec<String> {
        problems(&format!("[[mission]]\nid = 'm'\n{requires}\ngives = [{gives}]\n"))
    }

    #[test]
    fn missions_read_in_one_form() {
        let gives = "{ token = 'GAMECOIN', units = 5 }, { perk = 'SKU:A', fair_value = '9.50' }, \
            { badge = 'FAN-1' }, { money = '25.00' }";
        for requires in [
            "requires.conversions = 3",
            "requires = { recruits = 2, posts = { count = 1, live = '7d' } }\nwithin = '30d'",
            "requires.posts = [{ count = 1, kinds = ['video'] }, { views = 100000 }]\nthen = [{ conversions = 1 }]",
        ] {
            assert_eq!(mission(requires, gives), Vec::<String>::new(), "{requires}");
        }
    }

    #[test]
    fn each_problem_is_named_with_its_line() {
        let coin = "{ token = 'GAMECOIN' }";
        for (requires, gives, expected) in [
            ("requires.conversions = 0", coin, "line 9: mission `m`: it must require"),
            ("requires.posts = { kinds = ['video'] }", coin, "line 9: mission `m`: it must require"),
            ("requires.conversions = 1\nthen = [{}]", coin, "line 10: mission `m`: it must require"),
            ("requires.posts = 3", coin, "line 9: "),
            ("requires.conversions = 1", "", "line 10: mission `m`: it gives nothing"),
            ("requires.conversions = 1", "{ token = 'USD' }", "line 10: mission `m`: `USD` is no token"),
            ("requires.conversions = 1", "{ perk = 'TOTE' }", "line 10: mission `m`: `TOTE` is no perk"),
            ("requires.conversions = 1", "{ badge = 'fan' }", "line 10: mission `m`: badge `fan` must"),
            ("requires.conversions = 1", "{ money = '0.005' }", "line 10: mission `m`: 0.005 is finer"),
            ("requires.conversions = 1", "{ units = 2 }", "line 10: mission `m`: each thing"),
            ("requires.conversions = 1\nwithin = '0s'", coin, "line 10: mission `m`: `within`"),
        ] {
            let found = mission(requires, gives);
            assert!(found.iter().any(|it| it.starts_with(expected)), "{requires} {gives}: {found:?}");
        }
    }

    #[test]
    fn tokens_and_experiences_are_described_once() {
        let given = "[[mission]]\nid = 'm'\nrequires.conversions = 1\ngives = [{ token = 'GAMECOIN' }]\n";
        let found = problems(&format!("{given}[[token]]\nasset = 'GAMECOIN'\nsupply = 9\n"));
        assert_eq!(found, Vec::<String>::new());
        for (rest, expected) in [
            ("[[token]]\nasset = 'OTHER'\n", "line 12: token `OTHER` is given by no mission"),
            ("[[token]]\nasset = 'GAMECOIN'\nsupply = 0\n", "line 13: token `GAMECOIN`: a supply"),
            (
                "[[experience]]\nperk = 'EVENING'\nstarts_at = '2026-01-01T00:00:00Z'\n",
                "line 12: experience `EVENING`",
            ),
        ] {
            let found = problems(&format!("{given}{rest}"));
            assert!(found.iter().any(|it| it.starts_with(expected)), "{rest}: {found:?}");
        }
    }
}
