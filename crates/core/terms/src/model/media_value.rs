//! What interactions are taken to be worth.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::Millionths;

/// What one view and one interaction of each kind is taken to be worth, in the program's currency. Reports estimate
/// with it what posts would have cost as advertising; it is owed to nobody.
///
/// Posts are valued by the terms in force when they were published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaValueTerms {
    /// The table's name, such as `2026-1`: two figures compare only where it is the same.
    pub version: SmolStr,
    /// One view.
    #[serde(default)]
    pub view: Millionths,
    /// One like or other reaction.
    #[serde(default)]
    pub reaction: Millionths,
    /// One comment.
    #[serde(default)]
    pub comment: Millionths,
    /// One share.
    #[serde(default)]
    pub share: Millionths,
    /// One save.
    #[serde(default)]
    pub save: Millionths,
}
