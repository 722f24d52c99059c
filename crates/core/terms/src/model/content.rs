//! What posts and thresholds earn.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{CampaignId, RuleId, Timestamp};
use tribute_money::{Millionths, Rate};

use crate::{Expression, Period, Span, TierBy};

/// What a post earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostFee {
    /// The rule's id.
    pub id: RuleId,
    /// The fee, in the program's currency; of a table the fee where no row matches, nothing where absent.
    #[serde(default)]
    pub amount: Millionths,
    /// The fee is for so many posts of an ambassador together: it is due once, with the post that completes them. Every
    /// post by itself where absent.
    #[serde(default)]
    pub pieces: Option<u32>,
    /// Fees by kind, platform, followers and season: the first row that matches the post pays.
    #[serde(default)]
    pub table: Vec<FeeRow>,
    /// Only posts of one of these campaigns while it runs: by hashtag or mention, where it names any. `["*"]`: of any campaign of the program.
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
    /// How long the brand may use a post that earns the fee, from its publication on, where no review says otherwise.
    #[serde(default)]
    pub usage_rights: Option<Span>,
    /// The share of the fee for a post that was published after its due date: its own, else the first one of the campaigns
    /// that are named here and that it belongs to.
    #[serde(default)]
    pub late: Option<Rate>,
    /// A post that is removed sooner than this after it was published earns nothing. The fee does not clear before.
    #[serde(default)]
    pub live: Span,
    /// From this instant on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Before this instant.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Only where this condition in CEL holds: `post.hashtags.exists(tag, tag.startsWith("fizz"))`. One that fails,
    /// because it asks for what is not known of the post, does not hold.
    #[serde(default)]
    pub expression: Option<Expression>,
}

pub(super) fn disclosure_hashtags() -> Vec<SmolStr> {
    crate::DISCLOSURE_HASHTAGS.map(SmolStr::from).to_vec()
}

/// One row of a table of fees. What is left out holds for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeRow {
    /// The fee, in the program's currency.
    pub amount: Millionths,
    /// Posts of these kinds of content.
    #[serde(default)]
    pub kinds: Vec<SmolStr>,
    /// Posts on these platforms.
    #[serde(default)]
    pub platforms: Vec<SmolStr>,
    /// Authors with at least so many followers: the post's own number, else what is known of the author on its platform.
    #[serde(default)]
    pub followers_from: Option<u64>,
    /// Authors with fewer followers than this.
    #[serde(default)]
    pub followers_below: Option<u64>,
    /// Authors of one of these tiers when it was published; see `[[tier]]`.
    #[serde(default)]
    pub tiers: Vec<SmolStr>,
    /// Posts published from this instant on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Posts published before this instant.
    #[serde(default)]
    pub until: Option<Timestamp>,
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
