//! Topics by plan: made, and compared with what is there.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::RDKafkaErrorCode;
use tokio::time::{Instant, sleep};

use super::client::{self, Context, MESSAGE_BYTES_MAX, refused};
use super::settings::KafkaSettings;
use crate::{Keep, LogError, TopicPlan};

/// How long the brokers may take.
const PATIENCE: Duration = Duration::from_secs(30);

fn admin(settings: &KafkaSettings) -> Result<AdminClient<Context>, LogError> {
    let config = client::for_asking(settings)?;
    AdminClient::from_config_and_context(&config, Context::default())
        .map_err(|error| refused("make a client", &error))
}

fn options() -> AdminOptions {
    AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE))
}

/// The settings of a topic, by Kafka's names.
fn configuration(plan: &TopicPlan) -> Vec<(&'static str, String)> {
    let (policy, retention) = match plan.keep {
        Keep::Forever => ("delete", Some(-1)),
        Keep::Milliseconds(span) => ("delete", Some(span)),
        Keep::LatestOfKey => ("compact", None),
    };
    // The broker's time, not the writer's: an SDK that puts an event's own time on its message would have it dropped as
    // too old before anybody reads it, and would decide when the event counts as recorded.
    let mut settings = vec![
        ("cleanup.policy", policy.to_owned()),
        ("max.message.bytes", MESSAGE_BYTES_MAX.to_owned()),
        ("message.timestamp.type", "LogAppendTime".to_owned()),
    ];
    settings.extend(retention.map(|span: i64| ("retention.ms", span.to_string())));
    settings
}

/// Makes topics. One that somebody else made meanwhile is left as it is.
pub(super) async fn create(settings: &KafkaSettings, plans: &[&TopicPlan]) -> Result<(), LogError> {
    let configurations: Vec<_> = plans.iter().map(|plan| configuration(plan)).collect();
    let topics: Vec<_> =
        plans.iter().zip(&configurations).map(|(plan, them)| new_topic(plan, them)).collect();
    let admin = admin(settings)?;
    let made = admin.create_topics(&topics, &options()).await;
    client::discard(admin);
    for result in made.map_err(|error| refused("create topics", &error))? {
        match result {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, code)) => {
                return Err(LogError::Broker {
                    operation: "create topics",
                    detail: format!("topic `{topic}`: {code}"),
                    transient: client::is_transient(code),
                });
            }
        }
    }
    Ok(())
}

/// Without a number of copies the brokers' own setting holds, which the protocol writes as -1.
fn new_topic<'p>(plan: &'p TopicPlan, configuration: &'p [(&'static str, String)]) -> NewTopic<'p> {
    let partitions = i32::try_from(plan.partitions.max(1)).unwrap_or(i32::MAX);
    let copies = TopicReplication::Fixed(plan.replication.map_or(-1, i32::from));
    let topic = NewTopic::new(&plan.topic, partitions, copies);
    configuration.iter().fold(topic, |topic, (name, value)| topic.set(name, value))
}

/// A topic that was made is known to the brokers a moment later.
pub(super) async fn await_visible<F>(plans: &[&TopicPlan], topics: impl Fn() -> F) -> Result<(), LogError>
where
    F: Future<Output = Result<BTreeMap<String, u32>, LogError>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        let there = topics().await?;
        match plans.iter().find(|plan| !there.contains_key(&plan.topic)) {
            None => return Ok(()),
            Some(absent) if Instant::now() >= deadline => {
                return Err(LogError::Broker {
                    operation: "create topics",
                    detail: format!("topic `{}` was made and is not known yet", absent.topic),
                    transient: true,
                });
            }
            Some(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

/// In what the settings of topics differ from their plans.
pub(super) async fn differences(
    settings: &KafkaSettings,
    plans: &[&TopicPlan],
) -> Result<Vec<String>, LogError> {
    if plans.is_empty() {
        return Ok(Vec::new());
    }
    let topics: Vec<_> = plans.iter().map(|plan| ResourceSpecifier::Topic(&plan.topic)).collect();
    let admin = admin(settings)?;
    let described = admin.describe_configs(&topics, &options()).await;
    client::discard(admin);
    let described = described.map_err(|error| refused("read the topics' settings", &error))?;
    let mut differences = Vec::new();
    for (plan, found) in plans.iter().zip(described) {
        let found = found.map_err(|code| LogError::Broker {
            operation: "read the topics' settings",
            detail: format!("topic `{}`: {code}", plan.topic),
            transient: client::is_transient(code),
        })?;
        differences.extend(compare(plan, &found));
    }
    Ok(differences)
}

fn compare(plan: &TopicPlan, found: &ConfigResource) -> Vec<String> {
    let value = |name: &str| found.get(name).and_then(|entry| entry.value.clone()).unwrap_or_default();
    let differs = |(name, planned): (&str, String)| {
        let there = value(name);
        (there != planned).then(|| {
            format!(
                "topic `{}` has {name}={there}, planned is {planned}; set it with kafka-configs",
                plan.topic
            )
        })
    };
    configuration(plan).into_iter().filter_map(differs).collect()
}
