//! What a credited order earns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{AmbassadorId, RuleId, Timestamp};
use tribute_money::{Millionths, Rate};

use crate::Expression;

/// What a credited order, or the lines of it that match, earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommissionRule {
    /// The rule's id, unique in the terms; the earning records it.
    pub id: RuleId,
    /// What it pays: `pays.percent = "10%"`.
    pub pays: Pays,
    /// Which lines and orders it matches.
    #[serde(default)]
    pub when: Conditions,
    /// Whether tax is in the base.
    #[serde(default)]
    pub include_tax: bool,
    /// Whether shipping is in the base.
    #[serde(default)]
    pub include_shipping: bool,
    /// The least net base for which it pays.
    #[serde(default)]
    pub minimum_order: Option<Millionths>,
    /// The most it pays.
    #[serde(default)]
    pub caps: Caps,
    /// What the buyer gets too, in the program's currency, for an order on which this rule pays: the other side of a
    /// referral. It is owed to the ambassador whose own account bought; else to `customer:` and the account, and held
    /// until somebody of that name is enrolled.
    #[serde(default)]
    pub buyer_reward: Option<Millionths>,
    /// Renewals of a subscription inherit the first order's credit: how many, or for ever.
    #[serde(default)]
    pub renewals: Renewals,
}

/// What a commission rule pays. Exactly one of `percent`, `per_order`, `per_item`, `tiers`, `stages`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pays {
    /// A share of the base.
    Percent(Rate),
    /// A flat amount per order with at least one matching line.
    PerOrder(Millionths),
    /// A flat amount per unit of the matching lines.
    PerItem(Millionths),
    /// A share of the base that depends on what the ambassador sold in the period.
    Tiers(TierTable),
    /// A share of the base that depends on how long ago the subscription began: 30 % for three months, then 10 %.
    Stages(Vec<Stage>),
}

/// One stage of a subscription's life, counted from the order that started it. An order of no subscription is paid at
/// the first stage's rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// How many months it lasts, by the calendar; for ever where absent. After the last stage nothing is paid.
    #[serde(default)]
    pub months: Option<u16>,
    /// The rate.
    pub percent: Rate,
}

/// Rates by what was sold in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierTable {
    /// What is counted.
    pub by: TierBy,
    /// The platform whose followers count; the ambassador's largest account where absent.
    #[serde(default)]
    pub followers_on: Option<SmolStr>,
    /// Over which period; all time where absent.
    #[serde(default)]
    pub period: Period,
    /// Whether a tier holds for what lies above its threshold, or for everything once it is reached.
    #[serde(default)]
    pub mode: TierMode,
    /// The steps, lowest first; the first one from 0.
    pub steps: Vec<TierStep>,
}

/// What a tier table counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierBy {
    /// Net base of the rule, in the major unit.
    Revenue,
    /// Credited orders with a base above zero.
    Orders,
    /// The ambassador's followers at the order.
    Followers,
}

/// Whether a tier reaches back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum TierMode {
    /// Each rate holds for what lies between its threshold and the next.
    #[default]
    Marginal,
    /// The highest rate reached holds for everything in the period.
    Retroactive,
}

/// One step of a tier table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierStep {
    /// The threshold: from this much (revenue), this many (orders, the n-th included) or so many followers on.
    pub from: Millionths,
    /// The rate.
    pub percent: Rate,
}

/// A stretch of the calendar in the program's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A day.
    Day,
    /// An ISO week, from Monday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
    /// Everything.
    #[default]
    AllTime,
}

/// The most a rule pays, in the program's currency. First come, first served, by the orders' times. Of
/// `per_ambassador`, `per_customer` and `budget` a rule has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// Per order.
    pub per_order: Option<Millionths>,
    /// Per ambassador and period.
    pub per_ambassador: Option<Millionths>,
    /// Per customer and period, whoever is credited. An order whose buyer's account nobody knows does not match.
    pub per_customer: Option<Millionths>,
    /// For everybody together, per period.
    pub budget: Option<Millionths>,
    /// What the lines that match are expected to bring in a period: the check says whether the rates can exceed the budget.
    pub expected_revenue: Option<Millionths>,
    /// How many payments, one an order or one a unit, a flat rate is expected to bring in a period: the check says whether
    /// they can exceed the budget.
    pub expected_payments: Option<u64>,
    /// The period of `per_ambassador`, `per_customer` and `budget`.
    pub period: Period,
}

impl Caps {
    /// The cap over a period, and what it is counted for.
    #[must_use]
    pub fn over_period(&self) -> Option<(Millionths, CapOf)> {
        let all = [
            (self.per_ambassador, CapOf::Ambassador),
            (self.per_customer, CapOf::Customer),
            (self.budget, CapOf::Everybody),
        ];
        all.into_iter().find_map(|(cap, of)| Some((cap?, of)))
    }
}

/// What a cap over a period is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapOf {
    /// Each ambassador.
    Ambassador,
    /// Each customer.
    Customer,
    /// Everybody together.
    Everybody,
}

/// How long renewals of a subscription inherit the first order's credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Renewals {
    /// Renewals are credited like any other order.
    #[default]
    None,
    /// For so many months after the first order, the last instant excluded by the calendar (31 January + 1 month = 28 February).
    Months(u16),
    /// For ever.
    Forever,
}

/// Which lines and orders a rule matches: all conditions that are given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// Only these ambassadors.
    pub ambassadors: Vec<AmbassadorId>,
    /// Only these products.
    pub skus: Vec<SmolStr>,
    /// Only these product categories.
    pub categories: Vec<SmolStr>,
    /// Not these product categories.
    pub not_categories: Vec<SmolStr>,
    /// Only these sales channels.
    pub channels: Vec<SmolStr>,
    /// Only these regions of the sale.
    pub regions: Vec<SmolStr>,
    /// Only new, or only returning customers.
    pub customer: Option<Customer>,
    /// Only orders from this instant on: a seasonal rate.
    pub from: Option<Timestamp>,
    /// Only orders before this instant.
    pub until: Option<Timestamp>,
    /// Only ambassadors with at least so many followers.
    pub followers_from: Option<u64>,
    /// Only ambassadors with fewer followers than this.
    pub followers_below: Option<u64>,
    /// The platform on which `followers_from` and `followers_below` count; the ambassador's largest account where absent.
    pub followers_on: Option<SmolStr>,
    /// Only ambassadors of one of these tiers when it was ordered; see `[[tier]]`.
    pub tiers: Vec<SmolStr>,
    /// Only where this condition in CEL holds: `order.net >= amount("100.00") && order.weekday >= 6`. One that fails,
    /// because it asks for what is not known of the order, does not hold.
    pub expression: Option<Expression>,
}

/// Whether the buyer bought before in this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Customer {
    /// No earlier order that was not cancelled by then.
    New,
    /// At least one.
    Returning,
}

/// The recruiters' share of a commission, on top of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecruiterTerms {
    /// Share of the commission for who recruited the ambassador.
    pub first_level: Rate,
    /// Share of the commission for who recruited the recruiter.
    #[serde(default)]
    pub second_level: Option<Rate>,
}
