//! Content: published, measured, reviewed, removed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use tribute_money::Rate;

use crate::{AmbassadorId, PostId, ProgramId, Rejection, RejectionCode, Timestamp};

/// `tribute.post.published`: a piece of content, by an ambassador or by an outsider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostPublished {
    /// The program that it is collected for.
    pub program: ProgramId,
    /// The post's own id. Two events that carry one id are one post.
    pub post: PostId,
    /// Who published it: an ambassador's id. An outsider, who is not enrolled, is named by their account on the
    /// platform, as `@name`; it is sealed on the way in.
    pub author: AmbassadorId,
    /// The platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<SmolStr>,
    /// The kind of content: photo, video, story …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SmolStr>,
    /// Its hashtags, with or without `#`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashtags: Vec<SmolStr>,
    /// The accounts that it mentions, with or without `@`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<SmolStr>,
    /// The country or state that it is meant for, such as `DE` or `US-CA`; its author's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<SmolStr>,
    /// The author's followers when it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// Products that it shows, by SKU.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<SmolStr>,
    /// When it was due, where a brief set a date: a later post is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Where it can be seen. It is sealed on the way in: facts hold a pseudonym, the vault holds the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<SmolStr>,
    /// The platform's own label on it, such as `paid partnership`; terms say which labels disclose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<SmolStr>,
}

/// Cumulative counts of one post at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(default)]
pub struct Metrics {
    /// Views or impressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
    /// Likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likes: Option<u64>,
    /// Reactions of every kind, likes among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reactions: Option<u64>,
    /// Comments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<u64>,
    /// Shares, reposts, retweets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares: Option<u64>,
    /// Saves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saves: Option<u64>,
    /// How the comments sound on average, from `"-100%"` to `"100%"`, as the source judges it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Rate>,
}

/// A hundred percent.
const WHOLE: i64 = 1_000_000;
/// The largest count of a post: beyond a million millions nobody has measured anything.
const COUNT_MAX: u64 = 1_000_000_000_000;

impl Metrics {
    /// Whether they can be: counts up to a million millions, a sentiment within its bounds.
    pub(crate) fn check(&self) -> Result<(), Rejection> {
        let counts = [
            ("views", self.views),
            ("likes", self.likes),
            ("reactions", self.reactions),
            ("comments", self.comments),
            ("shares", self.shares),
            ("saves", self.saves),
        ];
        let absurd =
            counts.into_iter().find_map(|(name, count)| Some((name, count.filter(|it| *it > COUNT_MAX)?)));
        if let Some((name, count)) = absurd {
            let reason = format!("data.metrics.{name}: {count} is no count; at most {COUNT_MAX} is accepted");
            return Err(Rejection::new(RejectionCode::InvalidData, reason));
        }
        match self.sentiment {
            Some(sentiment) if !(-WHOLE..=WHOLE).contains(&sentiment.millionths()) => {
                let reason = format!("data.metrics.sentiment: {sentiment} lies outside of -100% to 100%");
                Err(Rejection::new(RejectionCode::InvalidData, reason))
            }
            _ => Ok(()),
        }
    }

    /// Interactions: reactions (likes are among them where both are given), comments, shares and saves.
    #[must_use]
    pub fn interactions(&self) -> u64 {
        let reactions = self.reactions.unwrap_or(0).max(self.likes.unwrap_or(0));
        [self.comments, self.shares, self.saves].into_iter().flatten().fold(reactions, u64::saturating_add)
    }
}

/// `tribute.post.measured`: a post's counts as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostMeasured {
    /// The post.
    pub post: PostId,
    /// Its cumulative counts.
    pub metrics: Metrics,
}

/// What a review found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerdict {
    /// It may stand and earns.
    Approved,
    /// It does not earn.
    Rejected,
}

/// `tribute.post.reviewed`: a person looked at a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostReviewed {
    /// The post.
    pub post: PostId,
    /// What was found.
    pub verdict: ReviewVerdict,
    /// Why. A rejection without it is not accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Until when the brand may use the post itself; no right is known where absent. A later review that names an
    /// instant replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_rights_until: Option<Timestamp>,
}

/// `tribute.post.removed`: a post is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostRemoved {
    /// The post.
    pub post: PostId,
}
