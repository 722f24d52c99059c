//! `tribute schema`: the contract, for programs.

mod asyncapi;
mod definitions;
mod message;

use anyhow::Result;
use serde_json::{Map, Value, json};
use tribute_events::catalogue::{self, Direction, EventType};
use tribute_stream::topics::{TopicSettings, plans};

use crate::{Done, arguments::Schema, messages::say};

pub(crate) fn run(options: &Schema) -> Result<Done> {
    let document = if options.asyncapi {
        asyncapi::document(&catalogue::all(), &plans(&TopicSettings::default()))?
    } else if options.openapi {
        tribute_api::document(&tribute_api::operations())
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
