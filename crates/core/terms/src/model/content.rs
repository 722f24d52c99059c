//! What posts and thresholds earn.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{CampaignId, RuleId, Timestamp};
use tribute_money::{Millionths, Rate};

use crate::{Period, Span, TierBy};

/// What a post earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostFee {
    /// The rule's id.
    pub id: RuleId,
    /// The fee, in the program's currency.
    pub amount: Millionths,
    /// Only posts with a hashtag of one of these campaigns while it runs. `["*"]`: of any campaign of the program.
    #[serde(default)]
    pub campaigns: Vec<CampaignId>,
    /// Only these kinds of content.
    #[serde(default)]
    pub kinds: Vec<SmolStr>,
    /// Only these platforms.
    #[serde(default)]
    pub platforms: Vec<SmolStr>,
    /// Only once a measurement shows so many interactions.
    #[serde(default)]
    pub interactions_from: u64,
    /// Only once a person approved it.
    #[serde(default)]
    pub review: bool,
    /// Only posts that carry a disclosure hashtag.
    #[serde(default)]
    pub disclosed: bool,
    /// The hashtags that disclose.
    #[serde(default = "disclosure_hashtags")]
    pub disclosure_hashtags: Vec<SmolStr>,
    /// The share of the fee for a post that was published after its due date.
    #[serde(default)]
    pub late: Option<Rate>,
    /// A post that is removed sooner than this after it was published earns nothing.
    #[serde(default)]
    pub live: Span,
    /// From this instant on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Before this instant.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

pub(super) fn disclosure_hashtags() -> Vec<SmolStr> {
    crate::DISCLOSURE_HASHTAGS.map(SmolStr::from).to_vec()
}

/// What a threshold earns, once per ambassador and period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bonus {
    /// The rule's id.
    pub id: RuleId,
    /// What is counted.
    pub by: TierBy,
    /// Over which period.
    #[serde(default)]
    pub period: Period,
    /// The threshold.
    pub from: Millionths,
    /// The bonus, in the program's currency.
    pub amount: Millionths,
}
