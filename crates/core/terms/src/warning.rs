//! What terms can be run with, but hardly mean.

use tribute_events::Timestamp;
use tribute_money::Millionths;

use crate::{
    ClickFee, CommissionRule, Expression, FactKind, FeeRow, Mission, ORDER_FACTS, POST_FACTS, PostFee,
    Problem, RECRUIT_FACTS, Requirements, Terms,
    demand::Demand,
    estimate::exceeds_own,
    facts::Sample,
    finding::{Findings, Place},
};

impl Terms {
    /// What is allowed but hardly meant: rules that can never match, budgets that the rates can exceed, and rules between
    /// which only their order in the file decides. The lines are not known here; see [`Terms::warnings_in`].
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
            self.doubt_commission(&mut findings, index, rule);
        }
        for (index, fee) in self.post_fee.iter().enumerate() {
            self.doubt_post_fee(&mut findings, Place::new("post_fee", index, ""), fee);
            self.doubt_both_fees(&mut findings, index, fee);
        }
        for (index, fee) in self.click_fee.iter().enumerate() {
            self.doubt_click_fee(&mut findings, Place::new("click_fee", index, "amount"), fee);
        }
        for (index, budget) in self.budget.iter().enumerate() {
            if let Some(why) = self.exceeds_shared(budget) {
                let place = Place::new("budget", index, "amount");
                findings.add(place, format!("budget `{}`: {why}", budget.id));
            }
        }
        for (index, mission) in self.mission.iter().enumerate() {
            self.doubt_mission(&mut findings, Place::new("mission", index, ""), mission);
            self.doubt_gifts(&mut findings, Place::new("mission", index, ""), mission);
        }
        self.doubt_tokens(&mut findings);
        self.doubt_quotas(&mut findings);
        for (index, board) in self.leaderboard.iter().enumerate() {
            if let Some(why) = self.is_over(board.season.as_ref().map(|season| season.until)) {
                let message = format!("leaderboard `{}` will never rank anybody: {why}", board.id);
                findings.add(Place::new("leaderboard", index, "season"), message);
            }
        }
        for (index, bonus) in self.bonus.iter().enumerate().filter(|_| self.commission.is_empty()) {
            let message = format!(
                "bonus `{}` can never be reached: it counts what commission is paid on, and there is no commission; add a \
                 [[commission]], or leave the bonus out",
                bonus.id
            );
            findings.add(Place::new("bonus", index, "id"), message);
        }
        if self.attribution.precedence.is_empty() {
            let message = "attribution.precedence is empty: only an override will ever credit anybody; name the tiers that \
                shall, such as precedence = [\"code\", \"click\"], or leave the key out for the usual order"
                .to_owned();
            findings.add(Place::new("attribution", 0, "precedence"), message);
        }
        findings
    }

    fn doubt_commission(&self, findings: &mut Findings, index: usize, rule: &CommissionRule) {
        let place = Place::new("commission", index, "when");
        let never = self.never_matches(rule);
        if let Some(why) = &never {
            findings.add(place, format!("commission `{}` can never match: {why}", rule.id));
        }
        let place = place.with("expression");
        fails(findings, place, &format!("commission `{}`", rule.id), rule.when.expression.as_ref(), ORDER);
        if let Some(why) = exceeds_own(rule) {
            findings.add(place.with("budget"), format!("commission `{}`: {why}", rule.id));
        }
        if never.is_some() {
            return;
        }
        self.doubt_pay(findings, place, rule);
        let earlier = self.commission.iter().take(index).filter(|earlier| ties(earlier, rule));
        for earlier in earlier.filter(|earlier| self.never_matches(earlier).is_none()) {
            findings.add(place.with("id"), tie(earlier, rule));
        }
    }

    fn doubt_post_fee(&self, findings: &mut Findings, place: Place, fee: &PostFee) {
        let name = format!("post_fee `{}`", fee.id);
        if fee.disclosed && fee.disclosure_hashtags.is_empty() {
            let message = format!(
                "{name} can never match: it names no disclosure hashtag; write some, such as disclosure_hashtags = [\"ad\"], \
                 or leave the key out for the usual ones"
            );
            findings.add(place.with("disclosure_hashtags"), message);
        }
        let expression = fee.expression.as_ref();
        fails(findings, place.with("expression"), &name, expression, POST);
        let demands: Vec<Demand> = fee.demands().into_iter().chain(self.demanded_tier()).collect();
        if let Some(why) = expression.and_then(|it| it.never_holds(POST_FACTS, &demands)) {
            findings.add(place.with("expression"), format!("{name} can never match: {why}"));
        }
        if let Some(why) = self.is_over(fee.until) {
            findings.add(place.with("until"), format!("{name} can never match: {why}"));
        }
        for (number, row) in fee.table.iter().enumerate() {
            let covered = fee.table.iter().take(number).any(|earlier| earlier.covers(row));
            let covered = covered
                .then(|| "an earlier row takes all of its posts; put the narrower row first".to_owned());
            if let Some(why) = covered.or_else(|| self.row_never_matches(fee, row)) {
                let (number, amount) = (number.saturating_add(1), row.amount);
                let message = format!("{name}: row {number} of its table ({amount}) can never match: {why}");
                findings.add(place.with("table"), message);
            }
        }
    }

    fn doubt_click_fee(&self, findings: &mut Findings, place: Place, fee: &ClickFee) {
        let name = format!("click_fee `{}`", fee.id);
        if fee.amount == Millionths::ZERO {
            let message = format!(
                "{name} pays nothing: its amount is 0; give it one, such as \"0.025\", or leave it out"
            );
            findings.add(place, message);
        }
        if let Some(why) = self.is_over(fee.until) {
            findings.add(place.with("until"), format!("{name} can never match: {why}"));
        }
    }

    fn doubt_mission(&self, findings: &mut Findings, place: Place, mission: &Mission) {
        let name = format!("mission `{}`", mission.id);
        if let Some(why) = self.is_over(mission.until) {
            findings.add(place.with("until"), format!("{name} can never be fulfilled: {why}"));
        }
        let keys = std::iter::once("requires").chain(std::iter::repeat("then"));
        for (step, key) in mission.steps().zip(keys) {
            for (expression, facts, mut demands) in conditions(step) {
                demands.extend(self.demanded_tier());
                fails(findings, place.with(key), &name, Some(expression), facts);
                if let Some(why) = expression.never_holds(facts.1, &demands) {
                    findings.add(place.with(key), format!("{name} can never be fulfilled: {why}"));
                }
            }
        }
    }

    /// That something ends before the terms begin.
    pub(crate) fn is_over(&self, until: Option<Timestamp>) -> Option<String> {
        let begins = self.program.effective_from;
        let until = until.filter(|until| *until <= begins)?;
        Some(format!(
            "it ends at {until}, before these terms begin at {begins}; let it end later, or leave it out of this version"
        ))
    }

    /// Why no post that a fee is for can ever match a row of its table.
    fn row_never_matches(&self, fee: &PostFee, row: &FeeRow) -> Option<String> {
        let nobody = row.followers_from.zip(row.followers_below).filter(|(from, below)| from >= below);
        let nobody = nobody.map(|(from, below)| {
            format!(
                "nobody has at least {from} and fewer than {below} followers; let followers_from be the smaller number"
            )
        });
        let apart = |end: Option<Timestamp>, start: Option<Timestamp>| {
            end.zip(start).is_some_and(|(end, start)| end <= start)
        };
        let outside = apart(row.until, fee.from) || apart(fee.until, row.from);
        let outside = outside.then(|| {
            "its season lies outside the fee's own; let `from` and `until` of the row lie within those of the fee".to_owned()
        });
        nobody.or(outside).or_else(|| self.is_over(row.until))
    }
}

/// What an expression is asked of, and the facts that this has.
type Asked = (&'static str, &'static [(&'static str, FactKind)]);

const ORDER: Asked = ("order", ORDER_FACTS);
const POST: Asked = ("post", POST_FACTS);
const RECRUIT: Asked = ("recruit", RECRUIT_FACTS);

/// The expressions of a step of a mission, each with what the conditions beside it demand.
fn conditions(step: &Requirements) -> Vec<(&Expression, Asked, Vec<Demand>)> {
    let orders = step.order_expression.iter().map(|it| (it, ORDER, Vec::new()));
    let recruits = step.recruit_expression.iter().map(|it| (it, RECRUIT, Vec::new()));
    let posts =
        step.posts.iter().filter_map(|posts| Some((posts.expression.as_ref()?, POST, posts.demands())));
    orders.chain(recruits).chain(posts).collect()
}

/// Warns of an expression that fails on an ordinary fact.
fn fails(
    findings: &mut Findings,
    place: Place,
    name: &str,
    expression: Option<&Expression>,
    (of, facts): Asked,
) {
    if let Some(why) = expression.and_then(|it| it.failure(&Sample(facts))) {
        let message = format!(
            "{name}: its expression fails on an ordinary {of}, and one that fails does not hold: {why}; compare like with \
             like, numbers with numbers and texts with texts"
        );
        findings.add(place, message);
    }
}

fn ties(earlier: &CommissionRule, later: &CommissionRule) -> bool {
    earlier.when.specificity() == later.when.specificity() && earlier.when.overlaps(&later.when)
}

fn tie(earlier: &CommissionRule, later: &CommissionRule) -> String {
    let both = earlier.when.expression.is_some() && later.when.expression.is_some();
    let unless = if both { " where both expressions hold" } else { "" };
    format!(
        "commission `{}` and `{}` are equally specific and can match the same line{unless}; `{}` stands earlier in the file \
         and wins: put the one first that shall win, or give one of them another condition in `when`",
        earlier.id, later.id, earlier.id
    )
}

#[cfg(test)]
mod tests;
