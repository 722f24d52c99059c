//! Which posts are the program's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::PostPublished;

use crate::{Terms, carries_hashtag, hashtag::bare};

/// Which of the posts that are collected for the program count on its boards and among its outsiders: those with one of
/// these hashtags or mentions. All of them where both are empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ContentTerms {
    /// The brand's hashtags, with or without `#`.
    pub hashtags: Vec<SmolStr>,
    /// The brand's accounts, with or without `@`.
    pub mentions: Vec<SmolStr>,
}

impl Terms {
    /// Whether a post carries one of the hashtags or mentions that the terms name under `[content]`.
    #[must_use]
    pub fn collects(&self, post: &PostPublished) -> bool {
        let ContentTerms { hashtags, mentions } = &self.content;
        let names = |account: &SmolStr| mentions.iter().any(|it| bare(it) == bare(account));
        let all = hashtags.is_empty() && mentions.is_empty();
        all || carries_hashtag(&post.hashtags, hashtags) || post.mentions.iter().any(names)
    }
}
