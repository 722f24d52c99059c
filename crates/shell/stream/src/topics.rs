//! The topics of the contract, with a plan for each.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tribute_events::catalogue::{self, Direction};

use crate::{Keep, TopicPlan};

/// Lines that intake could not read, as they came: whoever reads the inputs puts them into the quarantine.
pub const UNREADABLE: &str = "tribute.unreadable";

const DAY: i64 = 86_400_000;

/// Topics in which one partition is enough, whatever the size of the installation: few events, or an order that is to
/// be the same for everybody.
const NARROW: [&str; 8] = [
    "tribute.boards",
    "tribute.clock",
    "tribute.fx",
    "tribute.programs",
    "tribute.quarantine",
    "tribute.rewards",
    "tribute.settlements",
    UNREADABLE,
];

/// Configuration: whoever joins later needs all of it, and it is little. It is not compacted, as its key is a program,
/// and each event of a program says something else.
const FOREVER: [&str; 2] = ["tribute.fx", "tribute.programs"];

/// How large the topics are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopicSettings {
    /// Partitions of the topics with many events: clicks, posts, sales, conversions, earnings, payouts.
    pub partitions: u32,
    /// On how many brokers each message lies; what the brokers are set to where absent.
    pub replication: Option<u16>,
    /// For how many days facts are kept. The database holds them for ever; this is for those who read along.
    pub retention_days: u32,
}

impl Default for TopicSettings {
    fn default() -> Self {
        Self { partitions: 8, replication: None, retention_days: 30 }
    }
}

/// A plan for each topic of the contract, and for [`UNREADABLE`], by name.
#[must_use]
pub fn plans(settings: &TopicSettings) -> Vec<TopicPlan> {
    let plan = |topic: &'static str| TopicPlan {
        topic: topic.to_owned(),
        partitions: if NARROW.contains(&topic) { 1 } else { settings.partitions.max(1) },
        replication: settings.replication,
        keep: match FOREVER.contains(&topic) {
            true => Keep::Forever,
            false => Keep::Milliseconds(i64::from(settings.retention_days) * DAY),
        },
    };
    inputs().union(&outputs()).copied().map(plan).collect()
}

/// The topics that the services read: those of incoming events, and [`UNREADABLE`].
#[must_use]
pub fn inputs() -> BTreeSet<&'static str> {
    let mut topics = of(Direction::Incoming);
    topics.insert(UNREADABLE);
    topics
}

/// The topics that the services write.
#[must_use]
pub fn outputs() -> BTreeSet<&'static str> {
    of(Direction::Outgoing)
}

fn of(direction: Direction) -> BTreeSet<&'static str> {
    let all = catalogue::all().into_iter();
    all.filter(|it| it.direction == direction).map(|it| it.topic).collect()
}

#[cfg(test)]
mod tests {
    use super::{FOREVER, NARROW, TopicSettings, UNREADABLE, inputs, outputs, plans};
    use crate::Keep;

    #[test]
    fn every_topic_of_the_contract_has_one_plan() {
        let settings = TopicSettings { partitions: 5, replication: Some(3), retention_days: 2 };
        let plans = plans(&settings);
        let names: Vec<_> = plans.iter().map(|plan| plan.topic.as_str()).collect();
        let expected = [
            "boards",
            "clicks",
            "clock",
            "conversions",
            "earnings",
            "fx",
            "payouts",
            "posts",
            "programs",
            "quarantine",
            "rewards",
            "sales",
            "settlements",
            "unreadable",
        ];
        assert_eq!(names, expected.map(|name| format!("tribute.{name}")));
        for plan in &plans {
            let topic = plan.topic.as_str();
            assert_eq!(plan.partitions, if NARROW.contains(&topic) { 1 } else { 5 }, "{topic}");
            let forever = FOREVER.contains(&topic);
            assert_eq!(plan.keep, if forever { Keep::Forever } else { Keep::Milliseconds(172_800_000) });
            assert_eq!(plan.replication, Some(3));
        }
        assert!(
            NARROW.iter().chain(&FOREVER).all(|topic| names.contains(topic)),
            "a topic that is not there"
        );
    }

    #[test]
    fn what_is_read_is_not_what_is_written() {
        assert!(inputs().is_disjoint(&outputs()), "{:?}", inputs().intersection(&outputs()));
        assert!(inputs().contains(UNREADABLE) && outputs().contains("tribute.quarantine"));
    }
}
