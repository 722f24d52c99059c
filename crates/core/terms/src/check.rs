//! What makes terms that can be read terms that can be run.

use std::collections::BTreeMap;

use tribute_money::{Millionths, Rate, Rounding};

use crate::{
    Bonus, CommissionRule, Expression, FactKind, Metric, ORDER_FACTS, POST_FACTS, Pays, Period, PostFee,
    Problem, Renewals, Stage, Terms, TierBy, TierTable,
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
        let guarantee = self.guarantee.iter().enumerate().map(|(n, it)| ("guarantee", n, &it.id));
        let budget = self.budget.iter().enumerate().map(|(n, it)| ("budget", n, &it.id));
        let fees = application.chain(workshop).chain(guarantee).chain(budget);
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

    fn check_commission(&self, findings: &mut Findings, place: Place, rule: &CommissionRule) {
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

    fn check_post_fee(&self, findings: &mut Findings, place: Place, fee: &PostFee) {
        let name = format!("post_fee `{}`", fee.id);
        self.check_amount(findings, place.with("amount"), &name, fee.amount);
        findings.unless(fee.pieces != Some(0), place.with("pieces"), || {
            format!("{name}: `pieces` must be at least 1; a fee for no post is earned by doing nothing")
        });
        for row in &fee.table {
            self.check_amount(
                findings,
                place.with("table"),
                &format!("{name}: a row of its table"),
                row.amount,
            );
            check_season(findings, place.with("table"), &format!("{name}: a row"), (row.from, row.until));
        }
        findings.unless(
            fee.amount != Millionths::ZERO || !fee.table.is_empty(),
            place.with("amount"),
            || {
                format!(
                    "{name}: it pays nothing; give it an `amount` such as \"25.00\", or a `table` of fees"
                )
            },
        );
        if let Some(late) = fee.late {
            check_rate(findings, place.with("late"), &format!("{name}: late"), late);
        }
        check_season(findings, place.with("from"), &name, (fee.from, fee.until));
        check_expression(findings, place.with("expression"), &name, fee.expression.as_ref(), POST_FACTS);
    }

    fn check_fees(&self, findings: &mut Findings) {
        for (index, fee) in self.application_fee.iter().enumerate() {
            let (place, name) =
                (Place::new("application_fee", index, "id"), format!("application_fee `{}`", fee.id));
            self.check_amount(
                findings,
                place.with("recruiter"),
                &format!("{name}: recruiter"),
                fee.recruiter,
            );
            self.check_amount(findings, place.with("recruit"), &format!("{name}: recruit"), fee.recruit);
            let pays = fee.recruiter != Millionths::ZERO || fee.recruit != Millionths::ZERO;
            findings.unless(pays, place, || {
                format!(
                    "{name}: it pays nobody; give it `recruiter = \"25.00\"`, `recruit = \"25.00\"`, or both"
                )
            });
        }
        for (index, fee) in self.workshop_fee.iter().enumerate() {
            let place = Place::new("workshop_fee", index, "amount");
            self.check_amount(findings, place, &format!("workshop_fee `{}`", fee.id), fee.amount);
        }
        for (index, it) in self.guarantee.iter().enumerate() {
            let (place, name) = (Place::new("guarantee", index, "amount"), format!("guarantee `{}`", it.id));
            self.check_amount(findings, place, &name, it.amount);
            findings.unless(matches!(it.period, Period::Week | Period::Month), place.with("period"), || {
                format!("{name}: its period must be \"week\" or \"month\"")
            });
        }
    }

    fn check_bonus(&self, findings: &mut Findings, place: Place, bonus: &Bonus) {
        let name = format!("bonus `{}`", bonus.id);
        self.check_amount(findings, place.with("amount"), &name, bonus.amount);
        findings.unless(bonus.from > Millionths::ZERO, place.with("from"), || {
            format!("{name}: `from` must be above 0; a threshold of 0 is reached by doing nothing")
        });
        findings.unless(bonus.by != TierBy::Followers, place.with("by"), || {
            format!("{name}: a bonus counts `revenue` or `orders`; followers are not earned in a period")
        });
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

fn check_expression(
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
                "[[commission]]\nid = \"a\"\npays.stages = [{ percent = \"1%\" }]",
                "line 9: commission `a`: stages pay for renewals",
            ),
            ("[[post_fee]]\nid = \"f\"", "line 7: post_fee `f`: it pays nothing"),
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
    fn ids_are_unique_across_tables() {
        let rest =
            "[[commission]]\nid = \"x\"\npays.percent = \"1%\"\n[[post_fee]]\nid = \"x\"\namount = \"1\"\n";
        let expected = "line 11: `x` is already the id of a commission; give each rule its own id";
        assert_eq!(problems(rest), [expected]);
    }

    #[test]
    fn what_is_over_or_holds_for_nobody_is_warned_of() {
        let head = HEAD;
        for (rest, expected) in [
            (
                "[[mission]]\nid = \"m\"\nrequires.conversions = 1\ngives = [{ badge = \"B\" }]\nuntil = \"2025-06-01T00:00:00Z\"\n",
                "line 11: mission `m` can never be fulfilled: it ends at 2025-06-01",
            ),
            (
                "[[leaderboard]]\nid = \"l\"\nmetric = \"posts\"\n[leaderboard.season]\nname = \"old\"\nfrom = \"2025-01-01T00:00:00Z\"\nuntil = \"2025-06-01T00:00:00Z\"\n",
                "line 10: leaderboard `l` will never rank anybody",
            ),
            (
                "[[post_fee]]\nid = \"f\"\namount = \"1\"\nexpression = \"1 > 2\"\n",
                "line 10: post_fee `f` can never match: `1 > 2` is never true",
            ),
            (
                "[[post_fee]]\nid = \"f\"\ntable = [{ followers_from = 9, followers_below = 9, amount = \"1\" }]\n",
                "line 9: post_fee `f`: row 1 of its table (1.00) can never match: nobody has at least 9",
            ),
            (
                "[[post_fee]]\nid = \"f\"\nfrom = \"2026-06-01T00:00:00Z\"\ntable = [{ until = \"2026-05-01T00:00:00Z\", amount = \"1\" }]\n",
                "line 10: post_fee `f`: row 1 of its table (1.00) can never match: its season lies outside",
            ),
            (
                "[[commission]]\nid = \"c\"\npays.percent = \"1%\"\ncaps.budget = \"50\"\n",
                "line 10: commission `c`: whether the rates can exceed its budget of 50.00 is not known",
            ),
            (
                "[[commission]]\nid = \"c\"\npays.per_order = \"1\"\ncaps.budget = \"50\"\n",
                "line 10: commission `c`: whether the rates can exceed its budget of 50.00 is not known",
            ),
            (
                "[[commission]]\nid = \"c\"\npays.per_order = \"1\"\ncaps.budget = \"50\"\ncaps.expected_payments = 51\n",
                "line 10: commission `c`: the rates can exceed its budget: the 51 payments of 1.00 that are expected are 51.00",
            ),
        ] {
            let text = format!("{head}{rest}");
            let found: Vec<_> =
                Terms::parse(&text).unwrap().warnings_in(&text).iter().map(ToString::to_string).collect();
            assert!(found.len() == 1 && found[0].starts_with(expected), "{rest}: {found:?}");
        }
        let enough = format!(
            "{head}[[commission]]\nid = \"c\"\npays.per_order = \"1\"\ncaps.budget = \"50\"\ncaps.expected_payments = 50\n"
        );
        assert_eq!(Terms::parse(&enough).unwrap().warnings_in(&enough), []);
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

    #[test]
    fn warnings_name_ties_and_rules_that_never_match() {
        let rest = "[[commission]]\nid = \"a\"\npays.percent = \"1%\"\n[[commission]]\nid = \"b\"\npays.percent = \"2%\"\n\
                    [[commission]]\nid = \"old\"\npays.percent = \"2%\"\nwhen.until = \"2025-01-01T00:00:00Z\"\n\
                    [[commission]]\nid = \"none\"\npays.percent = \"2%\"\nwhen.followers_from = 9\nwhen.followers_below = 9\n\
                    [[commission]]\nid = \"odd\"\npays.percent = \"2%\"\nwhen.skus = [\"A\"]\nwhen.expression = \"1 > 2\"\n\
                    [[commission]]\nid = \"mixed\"\npays.percent = \"2%\"\nwhen.skus = [\"B\"]\nwhen.expression = \"order.net > order.region\"\n\
                    [[commission]]\nid = \"rich\"\npays.percent = \"10%\"\nwhen.skus = [\"C\"]\ncaps.budget = \"5000\"\ncaps.expected_revenue = \"80000\"\n\
                    [[post_fee]]\nid = \"fee\"\ntable = [{ kinds = [\"a\", \"b\"], amount = \"1\" }, { kinds = [\"b\"], followers_from = 9, amount = \"2\" }]\n";
        let text = format!("{HEAD}{rest}");
        let found: Vec<_> =
            Terms::parse(&text).unwrap().warnings_in(&text).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 7, "{found:?}");
        assert!(found[0].starts_with("line 11: commission `a` and `b` are equally specific"));
        assert!(found[1].starts_with("line 16: commission `old` can never match: it ends at 2025-01-01"));
        assert!(found[2].starts_with("line 20: commission `none` can never match: nobody has"));
        assert!(
            found[3].starts_with("line 25: commission `odd` can never match: `1 > 2` is never true"),
            "{}",
            found[3]
        );
        assert!(
            found[4].starts_with("line 31: commission `mixed`: its expression fails on an ordinary order")
        );
        assert!(
            found[5].starts_with(
                "line 36: commission `rich`: the rates can exceed its budget: 10% of the 80000.00"
            )
        );
        assert!(found[6].starts_with("line 40: post_fee `fee`: row 2 of its table (2.00) can never match"));
    }
}
