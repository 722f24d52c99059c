use anyhow::Result;
use serde_json::{Map, Value, json};
use tribute_events::catalogue::{self, Direction, EventType};

use crate::{Done, arguments::Schema, messages::say};

pub(crate) fn run(options: &Schema) -> Result<Done> {
    let document = if options.asyncapi {
        asyncapi(&catalogue::all())?
    } else if options.terms {
        serde_json::to_value(schemars_of_terms())?
    } else {
        schemas(&catalogue::all())?
    };
    say(serde_json::to_string_pretty(&document)?);
    Ok(Done::Clean)
}

fn schemars_of_terms() -> Value {
    tribute_terms::schema().to_value()
}

/// Every event type with its topic, key and JSON Schema.
fn schemas(types: &[EventType]) -> Result<Value> {
    let mut all = Map::new();
    for event_type in types {
        let direction = if event_type.direction == Direction::Incoming { "incoming" } else { "outgoing" };
        let entry = json!({
            "direction": direction, "topic": event_type.topic, "key": event_type.key, "data": event_type.schema,
        });
        all.insert(event_type.name.into(), entry);
    }
    Ok(Value::Object(all))
}

/// The `AsyncAPI` 3.0 document: one channel a topic, one message an event type.
fn asyncapi(types: &[EventType]) -> Result<Value> {
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    for event_type in types {
        let name = event_type.name.replace('.', "_");
        let channel = event_type.topic.replace('.', "_");
        messages.insert(name.clone(), message(event_type)?);
        let channel_entry = channels
            .entry(channel.clone())
            .or_insert_with(|| json!({"address": event_type.topic, "messages": {}}));
        channel_entry["messages"][&name] = json!({"$ref": format!("#/components/messages/{name}")});
        let action = if event_type.direction == Direction::Incoming { "receive" } else { "send" };
        let operation = operations.entry(format!("{action}_{channel}")).or_insert_with(|| {
            json!({"action": action, "channel": {"$ref": format!("#/channels/{channel}")}, "messages": []})
        });
        if let Some(list) = operation["messages"].as_array_mut() {
            list.push(json!({"$ref": format!("#/channels/{channel}/messages/{name}")}));
        }
    }
    Ok(json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tribute",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The events that Tribute reads and writes, in CloudEvents 1.0.2 JSON.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }))
}

fn message(event_type: &EventType) -> Result<Value> {
    let mut data = serde_json::to_value(&event_type.schema)?;
    let definitions = data.as_object_mut().and_then(|schema| schema.remove("$defs"));
    if let Some(schema) = data.as_object_mut() {
        schema.remove("$schema");
    }
    let mut payload = json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string"},
            "source": {"type": "string"},
            "type": {"const": event_type.name},
            "brand": {"type": "string"},
            "time": {"type": "string", "format": "date-time"},
            "recordedtime": {"type": "string", "format": "date-time"},
            "traceparent": {"type": "string"},
            "data": data,
        },
    });
    if let Some(definitions) = definitions {
        payload["$defs"] = definitions;
    }
    let payload =
        json!({"schemaFormat": "application/schema+json;version=draft-07", "schema": localized(payload)});
    Ok(
        json!({"name": event_type.name, "title": event_type.name, "description": format!("Key: {}", event_type.key), "payload": payload}),
    )
}

/// Definitions stand beside the message's own schema, whose root is the envelope: `AsyncAPI` resolves references
/// from the document's root, so each one is put in its place instead.
fn localized(mut schema: Value) -> Value {
    let definitions = schema.as_object_mut().and_then(|it| it.remove("$defs")).unwrap_or_default();
    inline(&mut schema, &definitions);
    schema
}

fn inline(value: &mut Value, definitions: &Value) {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/$defs/"));
    if let Some(found) = target.and_then(|name| definitions.get(name)) {
        *value = found.clone();
    }
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|it| inline(it, definitions)),
        Value::Array(items) => items.iter_mut().for_each(|it| inline(it, definitions)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
