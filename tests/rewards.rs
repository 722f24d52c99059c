//! Missions, tokens, perks, badges and shipments end to end: what they bring, what limits it, and what takes it back.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "rewards/missions.rs"]
mod missions;
#[path = "rewards/perks.rs"]
mod perks;
#[path = "rewards/shipments.rs"]
mod shipments;
#[path = "rewards/tokens.rs"]
mod tokens;

use serde_json::json;
use tribute_tests::Story;

/// The auditor does not know missions with several needs, caps or supplies.
fn story(terms: &str) -> Story {
    let mut story = Story::new(&format!("[attribution]\nhold = '30d'\n{terms}"));
    story.unaudited();
    story
}

fn post(story: &mut Story, at: &str, post: &str, author: &str, kind: &str) {
    let data = json!({"post": post, "author": author, "kind": kind, "hashtags": ["#spring", "#ad"]});
    story.on(at, "post.published", data);
}
