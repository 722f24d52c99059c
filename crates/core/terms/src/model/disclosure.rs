//! What discloses a paid post.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What discloses a paid post, wherever a rule asks for disclosed posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct DisclosureTerms {
    /// The version of the country rules that holds, such as `2026-1`. Where absent each rule's own
    /// `disclosure_hashtags` hold, in every country.
    pub rules: Option<SmolStr>,
    /// Hashtags for every country that has none of its own here or in the country rules. With it and `countries` terms
    /// carry rules of their own, where none of the released ones suits.
    pub default: Vec<SmolStr>,
    /// Hashtags of the brand's own choice for some countries, instead of the country rules: `{ DE = ["werbung"] }`.
    pub countries: BTreeMap<SmolStr, Vec<SmolStr>>,
    /// Labels of platforms that disclose as a hashtag does, in every country: `["paid partnership"]`. None does where
    /// empty.
    pub labels: Vec<SmolStr>,
}
