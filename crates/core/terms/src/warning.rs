//! What terms can be run with, but hardly mean.

use tribute_events::Timestamp;
use tribute_money::{Millionths, Rounding};

use crate::{
    CommissionRule, FeeRow, ORDER_FACTS, POST_FACTS, Pays, PostFee, Problem, Terms,
    facts::Sample,
    finding::{Findings, Place},
};

impl Terms {
    /// What is allowed but hardly meant: rules that can never match, and rules between which only their
    /// order in the file decides. The lines are not known here; see [`Terms::warnings_in`].
    #[must_use]
    pub fn warnings(&self) -> Vec<Problem> {
        self.doubts().located(None)
    }

    /// As [`Terms::warnings`], with the lines of the file `text` that these terms were read from.
    #[must_use]
    pub fn warnings_in(&self, text: &str) -> Vec<Problem> {
        self.doubts().located(Some(text))
    }

    fn doubts(&self) -> Findings {
        let mut findings = Findings::default();
        for (index, rule) in self.commission.iter().enumerate() {
            if let Some(why) = self.never_matches(rule) {
                let message = format!("commission `{}` can never match: {why}", rule.id);
                findings.add(Place::new("commission", index, "when"), message);
            }
            if let Some(why) = rule.when.expression.as_ref().and_then(|it| it.failure(&Sample(ORDER_FACTS))) {
                let message = format!(
                    "commission `{}`: its expression fails on an ordinary order, and one that fails does not hold: {why}",
                    rule.id
                );
                findings.add(Place::new("commission", index, "expression"), message);
            }
            if let Some(why) = exceeds_budget(rule) {
                findings.add(
                    Place::new("commission", index, "budget"),
                    format!("commission `{}`: {why}", rule.id),
                );
            }
            for earlier in self.commission.iter().take(index).filter(|earlier| ties(earlier, rule)) {
                findings.add(Place::new("commission", index, "id"), tie(earlier, rule));
            }
        }
        for (index, fee) in self.post_fee.iter().enumerate() {
            if fee.disclosed && fee.disclosure_hashtags.is_empty() {
                let message =
                    format!("post_fee `{}` can never match: it names no disclosure hashtag", fee.id);
                findings.add(Place::new("post_fee", index, "disclosure_hashtags"), message);
            }
            for (number, row) in fee.table.iter().enumerate() {
                if fee.table.iter().take(number).any(|earlier| earlier.covers(row)) {
                    let message = format!(
                        "post_fee `{}`: row {} of its table ({}) can never match: an earlier row takes all of its posts; \
                         put the narrower row first",
                        fee.id,
                        number.saturating_add(1),
                        row.amount
                    );
                    findings.add(Place::new("post_fee", index, "table"), message);
                }
            }
            if let Some(why) = fee.expression.as_ref().and_then(|it| it.failure(&Sample(POST_FACTS))) {
                let message = format!(
                    "post_fee `{}`: its expression fails on an ordinary post, and one that fails does not hold: {why}",
                    fee.id
                );
                findings.add(Place::new("post_fee", index, "expression"), message);
            }
            if let Some(why) = fee.expression.as_ref().filter(|it| it.constant() == Some(false)) {
                let message = format!("post_fee `{}` can never match: `{why}` is never true", fee.id);
                findings.add(Place::new("post_fee", index, "expression"), message);
            }
            if let Some(why) = self.is_over(fee.until) {
                let message = format!("post_fee `{}` can never match: {why}", fee.id);
                findings.add(Place::new("post_fee", index, "until"), message);
            }
            for (number, row) in fee.table.iter().enumerate() {
                if let Some(why) = self.row_never_matches(fee, row) {
                    let message = format!(
                        "post_fee `{}`: row {} of its table ({}) can never match: {why}",
                        fee.id,
                        number.saturating_add(1),
                        row.amount
                    );
                    findings.add(Place::new("post_fee", index, "table"), message);
                }
            }
        }
        for (index, mission) in self.mission.iter().enumerate() {
            if let Some(why) = self.is_over(mission.until) {
                let message = format!("mission `{}` can never be fulfilled: {why}", mission.id);
                findings.add(Place::new("mission", index, "until"), message);
            }
        }
        for (index, board) in self.leaderboard.iter().enumerate() {
            if let Some(why) = self.is_over(board.season.as_ref().map(|season| season.until)) {
                let message = format!("leaderboard `{}` will never rank anybody: {why}", board.id);
                findings.add(Place::new("leaderboard", index, "season"), message);
            }
        }
        for (index, bonus) in self.bonus.iter().enumerate().filter(|_| self.commission.is_empty()) {
            let message = format!(
                "bonus `{}` can never be reached: it counts what commission is paid on, and there is no commission",
                bonus.id
            );
            findings.add(Place::new("bonus", index, "id"), message);
        }
        if self.attribution.precedence.is_empty() {
            let message =
                "attribution.precedence is empty: only an override will ever credit anybody".to_owned();
            findings.add(Place::new("attribution", 0, "precedence"), message);
        }
        findings
    }

    fn never_matches(&self, rule: &CommissionRule) -> Option<String> {
        rule.when.contradiction().or_else(|| self.is_over(rule.when.until))
    }

    /// That something ends before the terms begin.
    fn is_over(&self, until: Option<Timestamp>) -> Option<String> {
        let begins = self.program.effective_from;
        let until = until.filter(|until| *until <= begins)?;
        Some(format!("it ends at {until}, before these terms begin at {begins}"))
    }

    /// Why no post that a fee is for can ever match a row of its table.
    fn row_never_matches(&self, fee: &PostFee, row: &FeeRow) -> Option<String> {
        let nobody = row.followers_from.zip(row.followers_below).filter(|(from, below)| from >= below);
        let nobody = nobody
            .map(|(from, below)| format!("nobody has at least {from} and fewer than {below} followers"));
        let apart = |end: Option<Timestamp>, start: Option<Timestamp>| {
            end.zip(start).is_some_and(|(end, start)| end <= start)
        };
        let outside = apart(row.until, fee.from) || apart(fee.until, row.from);
        let outside = outside.then(|| "its season lies outside the fee's own".to_owned());
        nobody.or(outside).or_else(|| self.is_over(row.until))
    }
}

/// Why the rates can exceed the rule's budget, as far as it can be known; that it cannot be known, where it does not say
/// what is expected.
fn exceeds_budget(rule: &CommissionRule) -> Option<String> {
    let budget = rule.caps.budget?;
    let most = match &rule.pays {
        Pays::PerOrder(amount) | Pays::PerItem(amount) if *amount > budget => {
            return Some(format!("its budget of {budget} does not hold one payment of {amount}"));
        }
        Pays::PerOrder(amount) | Pays::PerItem(amount) => {
            let Some(expected) = rule.caps.expected_payments else {
                return Some(unknown(budget, "payments = 100"));
            };
            let needed = i64::try_from(expected).ok().and_then(|it| amount.get().checked_mul(it));
            let needed = Millionths::new(needed.unwrap_or(i64::MAX));
            return (needed > budget).then(|| {
                format!(
                    "the rates can exceed its budget: the {expected} payments of {amount} that are expected are {needed}, but \
                     the budget is {budget}; orders after that earn nothing"
                )
            });
        }
        Pays::Percent(rate) => *rate,
        Pays::Tiers(table) => table.steps.iter().map(|step| step.percent).max()?,
        Pays::Stages(stages) => stages.iter().map(|stage| stage.percent).max()?,
    };
    let Some(revenue) = rule.caps.expected_revenue else {
        return Some(unknown(budget, "revenue = \"50000\""));
    };
    let exact = revenue.times(most, 6, Rounding::Down).ok()?;
    let needed = Millionths::from_minor(exact, 6).ok()?;
    (needed > budget).then(|| {
        format!(
            "the rates can exceed its budget: {most} of the {revenue} expected is {needed}, but the budget is {budget}; \
             orders after that earn nothing"
        )
    })
}

fn unknown(budget: Millionths, example: &str) -> String {
    format!(
        "whether the rates can exceed its budget of {budget} is not known: say what is expected in a period, such as \
         caps.expected_{example}"
    )
}

fn ties(earlier: &CommissionRule, later: &CommissionRule) -> bool {
    earlier.when.specificity() == later.when.specificity() && earlier.when.overlaps(&later.when)
}

fn tie(earlier: &CommissionRule, later: &CommissionRule) -> String {
    let both = earlier.when.expression.is_some() && later.when.expression.is_some();
    let unless = if both { " where both expressions hold" } else { "" };
    format!(
        "commission `{}` and `{}` are equally specific and can match the same line{unless}; `{}` stands earlier in the \
         file and wins",
        earlier.id, later.id, earlier.id
    )
}
