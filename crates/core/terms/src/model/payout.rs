//! When balances are paid, and the boards.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::RuleId;
use tribute_money::{Asset, Millionths};

use crate::{Period, Span};

/// When and how balances are paid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PayoutTerms {
    /// When a run happens by itself.
    pub schedule: Schedule,
    /// The least balance that is paid, in the program's currency; at or above it pays.
    pub minimum: Millionths,
    /// In which currency.
    pub currency: PayoutCurrency,
    /// What to do where there is no reference rate.
    pub on_missing_rate: OnMissingRate,
    /// A currency that took another's place: `{ EEK = "EUR" }`.
    pub successors: std::collections::BTreeMap<SmolStr, Asset>,
    /// A reference rate older than this on the fixing day is missing.
    pub rate_age_max: Span,
    /// Whether a person must approve each payout before it is exported.
    pub approval: bool,
    /// Whether a tax form must be on file.
    pub tax_form: bool,
    /// Whether payment details must be verified.
    pub payment_details: bool,
}

impl Default for PayoutTerms {
    fn default() -> Self {
        Self {
            schedule: Schedule::Manual,
            minimum: Millionths::ZERO,
            currency: PayoutCurrency::Earning,
            on_missing_rate: OnMissingRate::Hold,
            successors: std::collections::BTreeMap::new(),
            rate_age_max: Span::days(7),
            approval: true,
            tax_form: false,
            payment_details: false,
        }
    }
}

/// When a run happens by itself. Its cut-off is the first instant after the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Only when a person starts one.
    #[default]
    Manual,
    /// At the end of each ISO week.
    Weekly,
    /// At the end of each month.
    Monthly,
}

/// In which currency a balance is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum PayoutCurrency {
    /// The one it was earned in.
    #[default]
    Earning,
    /// The one that the ambassador asked for.
    Ambassador,
}

/// What to do where there is no reference rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnMissingRate {
    /// Hold the balance, with the reason.
    #[default]
    Hold,
    /// Pay in the currency it was earned in.
    PayEarning,
    /// Pay in the named successor; hold where none is named.
    Successor,
}

/// A board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leaderboard {
    /// The board's id.
    pub id: RuleId,
    /// What is ranked.
    pub metric: Metric,
    /// Over which period.
    pub period: Period,
    /// Which ambassadors stand against each other.
    #[serde(default)]
    pub segment: Segment,
    /// How long after the period's end the board freezes.
    #[serde(default)]
    pub grace: Span,
    /// Prizes by rank, first first, in the program's currency. Equals share the prizes of the ranks they occupy.
    #[serde(default)]
    pub prizes: Vec<Millionths>,
}

/// What a board ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Net revenue credited.
    NetRevenue,
    /// Orders credited; shares count in parts.
    Conversions,
    /// Posts published.
    Posts,
    /// Interactions of posts.
    Engagement,
    /// Tokens granted.
    Tokens,
}

/// Which ambassadors stand against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    /// Everyone in one board.
    #[default]
    Everyone,
    /// A board per region.
    Region,
    /// A board per campus.
    Campus,
}
