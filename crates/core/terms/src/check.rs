//! What makes terms that can be read terms that can be run.

use std::collections::BTreeMap;

use tribute_money::{Millionths, Rate, Rounding};

use crate::{
    Expression, FactKind, Metric, Period, Problem, Terms,
    finding::{Findings, Place},
};

impl Terms {
    /// Every error of the terms: what must be put right before they can be published.
    ///
    /// The lines are not known here; [`Terms::parse`] runs the same checks and gives them.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        self.errors().located(None)
    }

    pub(crate) fn errors(&self) -> Findings {
        let mut findings = Findings::default();
        self.check_head(&mut findings);
        self.check_ids(&mut findings);
        for (index, rule) in self.commission.iter().enumerate() {
            self.check_commission(&mut findings, Place::new("commission", index, ""), rule);
        }
        if let Some(recruiter) = &self.recruiter {
            let place = Place::new("recruiter", 0, "first_level");
            check_rate(&mut findings, place, "recruiter.first_level", recruiter.first_level);
            let second = recruiter.second_level.unwrap_or(Rate::from_millionths(0));
            check_rate(&mut findings, place.with("second_level"), "recruiter.second_level", second);
        }
        for (index, fee) in self.post_fee.iter().enumerate() {
            self.check_post_fee(&mut findings, Place::new("post_fee", index, ""), fee);
        }
        self.check_fees(&mut findings);
        self.check_click_fees(&mut findings);
        self.check_budgets(&mut findings);
        for (index, bonus) in self.bonus.iter().enumerate() {
            self.check_bonus(&mut findings, Place::new("bonus", index, ""), bonus);
        }
        for (index, mission) in self.mission.iter().enumerate() {
            self.check_mission(&mut findings, Place::new("mission", index, ""), mission);
        }
        self.check_tokens(&mut findings);
        self.check_fraud(&mut findings);
        self.check_tiers_of_ambassadors(&mut findings);
        self.check_vetting(&mut findings);
        self.check_disclosure(&mut findings);
        self.check_boards(&mut findings);
        self.check_media_value(&mut findings);
        self.check_payout(&mut findings);
        self.check_payout_rules(&mut findings);
        findings
    }

    fn check_head(&self, findings: &mut Findings) {
        let place = Place::new("program", 0, "currency");
        let currency = &self.program.currency;
        findings.unless(currency.is_currency(), place, || {
            format!("program.currency is `{currency}`, which is not money; write a currency such as \"USD\"")
        });
        findings.unless(!self.program.version.is_empty(), place.with("version"), || {
            "program.version is empty; name it, such as \"2026-1\"".to_owned()
        });
        let place = Place::new("attribution", 0, "window");
        let terms = &self.attribution;
        findings.unless(terms.window.millis() > 0, place, || {
            "attribution.window must be longer than 0; without one no touch ever counts".to_owned()
        });
        findings.unless(terms.half_life.millis() > 0, place.with("half_life"), || {
            "attribution.half_life must be longer than 0".to_owned()
        });
        for (index, tier) in terms.precedence.iter().enumerate() {
            let first = terms.precedence.iter().position(|it| it == tier);
            findings.unless(first == Some(index), place.with("precedence"), || {
                format!("attribution.precedence names `{}` twice; name each tier once", tier.as_str())
            });
        }
    }

    fn check_ids(&self, findings: &mut Findings) {
        let mut known = BTreeMap::new();
        let commission = self.commission.iter().enumerate().map(|(n, it)| ("commission", n, &it.id));
        let post_fee = self.post_fee.iter().enumerate().map(|(n, it)| ("post_fee", n, &it.id));
        let bonus = self.bonus.iter().enumerate().map(|(n, it)| ("bonus", n, &it.id));
        let mission = self.mission.iter().enumerate().map(|(n, it)| ("mission", n, &it.id));
        let application =
            self.application_fee.iter().enumerate().map(|(n, it)| ("application_fee", n, &it.id));
        let workshop = self.workshop_fee.iter().enumerate().map(|(n, it)| ("workshop_fee", n, &it.id));
        let click = self.click_fee.iter().enumerate().map(|(n, it)| ("click_fee", n, &it.id));
        let guarantee = self.guarantee.iter().enumerate().map(|(n, it)| ("guarantee", n, &it.id));
        let budget = self.budget.iter().enumerate().map(|(n, it)| ("budget", n, &it.id));
        let fees = application.chain(workshop).chain(click).chain(guarantee).chain(budget);
        let board = self.leaderboard.iter().enumerate().map(|(n, it)| ("leaderboard", n, &it.id));
        let vetting = self.vetting.iter().flat_map(|it| &it.rule).enumerate();
        let vetting = vetting.map(|(n, it)| ("vetting.rule", n, &it.id));
        let money = commission.chain(post_fee).chain(bonus).chain(fees);
        for (table, index, id) in money.chain(mission).chain(board).chain(vetting) {
            if let Some(first) = known.insert(id, table) {
                let message = format!("`{id}` is already the id of a {first}; give each rule its own id");
                findings.add(Place::new(table, index, "id"), message);
            }
        }
    }

    fn check_boards(&self, findings: &mut Findings) {
        for (index, board) in self.leaderboard.iter().enumerate() {
            if let Some(season) = &board.season {
                let place = Place::new("leaderboard", index, "season");
                let name = format!("leaderboard `{}`", board.id);
                check_season(findings, place, &name, (Some(season.from), Some(season.until)));
                findings.unless(board.period == Period::AllTime, place, || {
                    format!("{name}: give a `period` or a `season`, not both")
                });
            }
            let of_posts = matches!(board.metric, Metric::Posts | Metric::Engagement);
            let place = Place::new("leaderboard", index, "metric");
            findings.unless(of_posts || (board.hashtags.is_empty() && board.campaigns.is_empty()), place, || {
                format!("leaderboard `{}`: `hashtags` and `campaigns` are for the metrics \"posts\" and \"engagement\"", board.id)
            });
            let place = Place::new("leaderboard", index, "prizes");
            for prize in &board.prizes {
                self.check_amount(findings, place, &format!("leaderboard `{}`: a prize", board.id), *prize);
            }
        }
    }

    fn check_payout(&self, findings: &mut Findings) {
        let place = Place::new("payout", 0, "minimum");
        let minimum = self.payout.minimum;
        findings
            .unless(minimum >= Millionths::ZERO, place, || format!("payout.minimum {minimum} is negative"));
        for (from, to) in &self.payout.successors {
            let money =
                |code: &str| code.parse::<tribute_money::Asset>().is_ok_and(|asset| asset.is_currency());
            findings.unless(money(from) && money(to.as_str()), place.with("successors"), || {
                format!(
                    "payout.successors: `{from}` = `{to}` must name two currencies, such as EEK = \"EUR\""
                )
            });
        }
    }

    pub(crate) fn check_amount(&self, findings: &mut Findings, place: Place, name: &str, amount: Millionths) {
        findings.unless(amount >= Millionths::ZERO, place, || format!("{name}: {amount} is negative"));
        let currency = &self.program.currency;
        let Ok(exponent) = currency.exponent() else { return };
        let whole =
            amount.to_minor(exponent, Rounding::Down).and_then(|it| Millionths::from_minor(it, exponent));
        findings.unless(whole == Ok(amount), place, || {
            format!("{name}: {amount} is finer than {currency} can be paid; it has {exponent} decimals")
        });
    }
}

pub(crate) fn check_rate(findings: &mut Findings, place: Place, name: &str, rate: Rate) {
    findings.unless((0..=1_000_000).contains(&rate.millionths()), place, || {
        format!("{name}: {rate} must lie between 0% and 100%")
    });
}

pub(crate) fn check_season<T: PartialOrd + std::fmt::Display>(
    findings: &mut Findings,
    place: Place,
    name: &str,
    season: (Option<T>, Option<T>),
) {
    if let (Some(from), Some(until)) = season {
        findings.unless(from < until, place, || {
            format!("{name}: `from` ({from}) must be before `until` ({until})")
        });
    }
}

pub(crate) fn check_expression(
    findings: &mut Findings,
    place: Place,
    name: &str,
    expression: Option<&Expression>,
    facts: &[(&str, FactKind)],
) {
    let names: Vec<_> = facts.iter().map(|(name, _)| *name).collect();
    for problem in expression.map(|it| it.problems(&names)).unwrap_or_default() {
        findings.add(place, format!("{name}: expression: {problem}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"[program]
brand = "acme"
id = "friends"
version = "1"
effective_from = "2026-01-01T00:00:00Z"
currency = "USD"
"#;

    fn problems(rest: &str) -> Vec<String> {
        match Terms::parse(&format!("{HEAD}{rest}")) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn good_terms_pass() {
        let rest = "[[commission]]\nid = \"ten\"\npays.percent = \"10%\"\ncaps.per_order = \"9.99\"\n\
                    [[mission]]\nid = \"m\"\nrequires.conversions = 3\ngives = [{ token = \"GAMECOIN\", units = 5 }]\n";
        assert_eq!(problems(rest), Vec::<String>::new());
    }

    #[test]
    fn each_problem_is_named_with_its_line() {
        for (rest, expected) in [
            (
                "[[commission]]\nid = \"ten\"\npays.percent = \"110%\"",
                "line 9: commission `ten`: percent: 110%",
            ),
            (
                "[[commission]]\nid = \"a\"\npays.per_order = \"-5\"",
                "line 9: commission `a`: -5.00 is negative",
            ),
            (
                "[[commission]]\nid = \"a\"\npays.per_item = \"0.005\"",
                "line 9: commission `a`: 0.005 is finer",
            ),
            ("[attribution]\nwindow = \"0d\"", "line 8: attribution.window"),
            (
                "[attribution]\nprecedence = [\"click\", \"code\", \"click\"]",
                "line 8: attribution.precedence names `click`",
            ),
            ("[recruiter]\nfirst_level = \"101%\"", "line 8: recruiter.first_level: 101%"),
            (
                "[[bonus]]\nid = \"b\"\nby = \"followers\"\nfrom = \"1\"\namount = \"1\"",
                "line 9: bonus `b`: a bonus counts",
            ),
            (
                "[[commission]]\nid = \"a\"\npays.percent = \"1%\"\nwhen.expression = 'order.total > 5'",
                "line 10: commission `a`: expression: `order.total` is not known; known are order.net",
            ),
            (
                "[[commission]]\nid = \"a\"\npays.percent = \"1%\"\nwhen.expression = 'order.net >'",
                "line 10: `order.net >` is not a condition in CEL",
            ),
            (
                &format!(
                    "[[commission]]\nid = \"a\"\npays.percent = \"1%\"\nwhen.expression = '{}'",
                    "(".repeat(50)
                ),
                "line 10: a condition opens 50 brackets",
            ),
            (
                "[[commission]]\nid = \"a\"\npays.stages = [{ percent = \"1%\" }]",
                "line 9: commission `a`: stages pay for renewals",
            ),
            ("[[post_fee]]\nid = \"f\"", "line 7: post_fee `f`: it pays nothing"),
            ("[[click_fee]]\nid = \"c\"\namount = \"-0.02\"", "line 9: click_fee `c`: -0.02 is negative"),
            (
                "[[click_fee]]\nid = \"c\"\namount = \"0.025\"\nper_day = 0",
                "line 10: click_fee `c`: `per_day` must be at least 1",
            ),
            (
                "[[leaderboard]]\nid = \"l\"\nmetric = \"posts\"\nperiod = \"month\"\nprizes = [\"-1\"]",
                "line 11: leaderboard `l`",
            ),
        ] {
            let found = problems(rest);
            assert!(found.iter().any(|it| it.starts_with(expected)), "{rest}: {found:?}");
        }
    }

    #[test]
    fn a_click_may_earn_less_than_the_smallest_unit() {
        assert_eq!(problems("[[click_fee]]\nid = \"c\"\namount = \"0.025\"\nper_day = 500"), [""; 0]);
    }

    #[test]
    fn ids_are_unique_across_tables() {
        let rest =
            "[[commission]]\nid = \"x\"\npays.percent = \"1%\"\n[[post_fee]]\nid = \"x\"\namount = \"1\"\n";
        let expected = "line 11: `x` is already the id of a commission; give each rule its own id";
        assert_eq!(problems(rest), [expected]);
    }
}
