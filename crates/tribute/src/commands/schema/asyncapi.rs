//! The `AsyncAPI` 3.0 document: one channel a topic, and for each event type one message in every mode that it may have.

use anyhow::Result;
use serde_json::{Map, Value, json};
use tribute_events::catalogue::{Direction, EventType};
use tribute_stream::{Keep, TopicPlan};

use super::{definitions::Definitions, message};

/// The version of `AsyncAPI`'s Kafka bindings.
pub(super) const BINDING: &str = "0.5.0";
const DESCRIPTION: &str = "The events that Tribute reads and writes: CloudEvents 1.0.2 on Apache Kafka.\n\n\
     What it reads may come in the structured or the binary content mode, and in any order: an event that comes again \
     is counted and has no effect. What it writes is structured. It writes at least once: each message carries in its \
     header `tribute-number` its number in the topic, which counts up without gaps; skip the numbers that you have.";

/// The document for these types and the topics that carry them.
pub(super) fn document(types: &[EventType], plans: &[TopicPlan]) -> Result<Value> {
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    let mut definitions = Definitions::with(message::shared_schemas());
    for event_type in types {
        let channel = channels
            .entry(event_type.topic.replace('.', "_"))
            .or_insert_with(|| channel(event_type.topic, plans));
        let operation = operations.entry(operation_name(event_type)).or_insert_with(|| operation(event_type));
        let data = definitions.take_in(event_type.schema.as_value())?;
        for (name, message) in message::in_every_mode(event_type, &data) {
            channel["messages"][&name] = json!({"$ref": format!("#/components/messages/{name}")});
            if let Some(list) = operation["messages"].as_array_mut() {
                let channel = event_type.topic.replace('.', "_");
                list.push(json!({"$ref": format!("#/channels/{channel}/messages/{name}")}));
            }
            messages.insert(name, message);
        }
    }
    Ok(json!({
        "asyncapi": "3.0.0",
        "info": info(),
        "defaultContentType": message::STRUCTURED,
        "servers": {"kafka": server()},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": definitions.into_value()},
    }))
}

fn info() -> Value {
    json!({
        "title": "Tribute",
        "version": env!("CARGO_PKG_VERSION"),
        "description": DESCRIPTION,
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    })
}

fn server() -> Value {
    json!({
        "host": "{host}:{port}",
        "protocol": "kafka",
        "description": "The brokers of your installation, as --brokers and TRIBUTE_BROKERS name them.",
        "variables": {"host": {"default": "localhost"}, "port": {"default": "9092"}},
    })
}

/// A topic as `tribute topics create` makes it.
fn channel(topic: &str, plans: &[TopicPlan]) -> Value {
    let mut kafka = json!({"topic": topic, "bindingVersion": BINDING});
    if let Some(plan) = plans.iter().find(|plan| plan.topic == topic) {
        kafka["partitions"] = plan.partitions.into();
        kafka["topicConfiguration"] = match plan.keep {
            Keep::Forever => json!({"cleanup.policy": ["delete"], "retention.ms": -1}),
            Keep::Milliseconds(span) => json!({"cleanup.policy": ["delete"], "retention.ms": span}),
            Keep::LatestOfKey => json!({"cleanup.policy": ["compact"]}),
        };
    }
    json!({"address": topic, "messages": {}, "bindings": {"kafka": kafka}})
}

fn operation_name(event_type: &EventType) -> String {
    format!("{}_{}", action(event_type), event_type.topic.replace('.', "_"))
}

fn operation(event_type: &EventType) -> Value {
    let channel = format!("#/channels/{}", event_type.topic.replace('.', "_"));
    json!({"action": action(event_type), "channel": {"$ref": channel}, "messages": []})
}

/// Seen from Tribute.
fn action(event_type: &EventType) -> &'static str {
    match event_type.direction {
        Direction::Incoming => "receive",
        Direction::Outgoing => "send",
    }
}
