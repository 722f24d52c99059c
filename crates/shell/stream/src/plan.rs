//! What a topic should be like.

use std::collections::BTreeMap;

/// A topic as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPlan {
    /// Its name.
    pub topic: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// On how many brokers each message lies; what the brokers are set to where absent.
    pub replication: Option<u16>,
    /// What is kept.
    pub keep: Keep,
}

/// Which messages of a topic are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// All.
    Forever,
    /// Those of the last so many milliseconds.
    Milliseconds(i64),
    /// At least the last one of each key.
    LatestOfKey,
}

/// In what the topics that are there differ from their plans, as far as their partitions say it.
pub(crate) fn differences(found: &BTreeMap<String, u32>, plans: &[TopicPlan]) -> Vec<String> {
    let differs = |plan: &TopicPlan| match found.get(&plan.topic) {
        None => Some(format!("topic `{}` is not there; `tribute topics create` makes it", plan.topic)),
        Some(count) if *count != plan.partitions => Some(format!(
            "topic `{}` has {count} partitions, not {}; more would move keys to other partitions, fewer cannot be \
             had: plan with {count}, or make the topic anew",
            plan.topic, plan.partitions
        )),
        Some(_) => None,
    };
    plans.iter().filter_map(differs).collect()
}
