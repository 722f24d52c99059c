//! The messages of an event type: structured, and where we read it also binary.

use serde_json::{Map, Value, json};
use tribute_events::catalogue::{Direction, EventType};

use super::asyncapi::BINDING;

/// The media type of an event in the structured mode.
pub(super) const STRUCTURED: &str = "application/cloudevents+json; charset=UTF-8";
const JSON: &str = "application/json";

/// The messages of an event type by name. The schema of its `data` is the component of that name.
pub(super) fn in_every_mode(event_type: &EventType, data: &str) -> Vec<(String, Value)> {
    let name = event_type.name.replace('.', "_");
    match event_type.direction {
        Direction::Incoming => vec![
            (name.clone(), structured(event_type, data, &["Event", "StructuredHeaders"])),
            (format!("{name}_binary"), binary(event_type, data)),
        ],
        Direction::Outgoing => {
            vec![(name, structured(event_type, data, &["OutgoingEvent", "OutgoingHeaders"]))]
        }
    }
}

fn structured(event_type: &EventType, data: &str, [event, headers]: &[&str; 2]) -> Value {
    let mut own = json!({
        "type": "object",
        "properties": {"type": {"const": event_type.name}, "data": component(data)},
    });
    if has_brand(event_type) {
        own["required"] = json!(["brand"]);
    }
    let payload = json!({"allOf": [component(event), own]});
    message(event_type, "structured", (STRUCTURED, component(headers), payload))
}

fn binary(event_type: &EventType, data: &str) -> Value {
    let mut own = json!({"type": "object", "properties": {"ce_type": {"const": event_type.name}}});
    if has_brand(event_type) {
        own["required"] = json!(["ce_brand"]);
    }
    let headers = json!({"type": "object", "allOf": [component("BinaryHeaders"), own]});
    message(event_type, "binary", (JSON, headers, component(data)))
}

fn message(event_type: &EventType, mode: &str, (content, headers, payload): (&str, Value, Value)) -> Value {
    json!({
        "name": event_type.name,
        "title": format!("{}, {mode}", event_type.name),
        "description": format!("Key: {}.", event_type.key),
        "contentType": content,
        "headers": headers,
        "payload": payload,
        "bindings": {"kafka": {
            "key": {"type": "string", "description": event_type.key},
            "bindingVersion": BINDING,
        }},
    })
}

/// Whether the type is one tenant's; the clock and exchange rates are everybody's.
fn has_brand(event_type: &EventType) -> bool {
    event_type.key.starts_with("brand")
}

pub(super) fn component(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// What the messages have in common, by name.
pub(super) fn shared_schemas() -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("Event".into(), envelope(json!({"type": "string", "format": "uri-reference"}), json!({})));
    let outgoing = json!({
        "partitionkey": {"type": "string", "description": "The message's key."},
    });
    let mut event = envelope(json!({"const": "/tribute"}), outgoing);
    event["required"] =
        json!(["specversion", "id", "source", "type", "brand", "partitionkey", "time", "data"]);
    all.insert("OutgoingEvent".into(), event);
    all.insert("StructuredHeaders".into(), structured_headers());
    all.insert("OutgoingHeaders".into(), outgoing_headers());
    all.insert("BinaryHeaders".into(), binary_headers());
    all
}

fn attributes() -> [(&'static str, Value); 5] {
    let text = |description: &str| json!({"type": "string", "description": description});
    let time =
        |description: &str| json!({"type": "string", "format": "date-time", "description": description});
    [
        ("id", text("Unique with its source within the brand.")),
        ("brand", text("The tenant.")),
        ("time", time("When it happened.")),
        ("recordedtime", time("When it was first accepted, where it was accepted elsewhere before.")),
        ("traceparent", text("The W3C trace that it belongs to.")),
    ]
}

fn envelope(source: Value, more: Value) -> Value {
    let mut properties = json!({
        "specversion": {"const": "1.0"},
        "source": source,
        "type": {"type": "string"},
        "datacontenttype": {"const": JSON},
        "data": {"type": "object"},
    });
    for (name, schema) in attributes() {
        properties[name] = schema;
    }
    if let (Some(all), Value::Object(more)) = (properties.as_object_mut(), more) {
        all.extend(more);
    }
    let required = json!(["specversion", "id", "source", "type", "time", "data"]);
    json!({"type": "object", "required": required, "properties": properties})
}

fn structured_headers() -> Value {
    let content =
        json!({"type": "string", "pattern": "^application/cloudevents\\+json", "examples": [STRUCTURED]});
    json!({"type": "object", "properties": {"content-type": content}})
}

fn outgoing_headers() -> Value {
    let number = json!({
        "type": "string", "pattern": "^[1-9][0-9]*$",
        "description": "The event's number in its topic, without gaps. One that you have is the same event again.",
    });
    json!({
        "type": "object",
        "required": ["content-type", "tribute-number"],
        "properties": {"content-type": {"const": STRUCTURED}, "tribute-number": number},
    })
}

fn binary_headers() -> Value {
    let mut properties = json!({
        "content-type": {"type": "string", "pattern": "^application/json", "examples": [JSON]},
        "ce_specversion": {"const": "1.0"},
        "ce_source": {"type": "string", "format": "uri-reference"},
        "ce_type": {"type": "string"},
    });
    for (name, schema) in attributes() {
        properties[format!("ce_{name}")] = schema;
    }
    let required = json!(["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"]);
    json!({"type": "object", "required": required, "properties": properties})
}
