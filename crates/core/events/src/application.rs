//! What a person shows of themselves when they apply.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Timestamp;

/// An account of an ambassador on a platform. An ambassador may have several, also on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handle {
    /// The platform.
    pub platform: SmolStr,
    /// The account's name there.
    pub handle: SmolStr,
    /// Its followers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// Since when it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_created: Option<Timestamp>,
    /// What its recent posts brought about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<Engagement>,
}

/// Counts over some recent posts of one account. Rates are made of them with a stated denominator, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Engagement {
    /// Likes, comments, shares and saves of these posts together.
    pub interactions: u64,
    /// Their views together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
    /// How many posts were counted; one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts: Option<u64>,
}
