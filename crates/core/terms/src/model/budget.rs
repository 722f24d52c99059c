//! Budgets that several rules share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_events::RuleId;
use tribute_money::Millionths;

use crate::{Period, Terms};

/// The most that several rules pay together, everybody's earnings counted. First come, first served, by the times of the
/// orders, posts, applications and workshops, and by the ends of the days of clicks; what is taken back makes room. A rule's own caps come first.
///
/// Recruiters' shares come on top of what is left of a commission. Bonuses, guarantees, prizes and what missions give have
/// no part in a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The budget's id; an earning that it cuts names it.
    pub id: RuleId,
    /// The rules that share it: of `[[commission]]`, `[[post_fee]]`, `[[application_fee]]`, `[[workshop_fee]]` and
    /// `[[click_fee]]`.
    /// `["*"]`: all of these. An order in another currency than the program's falls under none of them.
    pub rules: Vec<RuleId>,
    /// How much, in the program's currency.
    pub amount: Millionths,
    /// The period of the calendar that it is for; all time where absent.
    #[serde(default)]
    pub period: Period,
    /// What the lines that its commissions by percent match are expected to bring in a period: the check says whether the
    /// rates can exceed the budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revenue: Option<Millionths>,
    /// How many payments its flat rates and fees are expected to bring in a period: one an order or a unit, a post, an
    /// application, a workshop, a click.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_payments: Option<u64>,
}

impl Terms {
    /// The budget that a rule shares.
    #[must_use]
    pub fn budget_of(&self, rule: &RuleId) -> Option<&Budget> {
        self.budget.iter().find(|budget| budget.rules.iter().any(|it| it.as_str() == "*" || it == rule))
    }
}
