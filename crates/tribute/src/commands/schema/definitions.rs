//! The schemas that messages point to, each under its own name.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::message::component;

/// Schemas by name. `AsyncAPI` resolves references from the document's root, so that what every schema of an event type
/// defines for itself is put beside it here, once.
pub(super) struct Definitions(Map<String, Value>);

impl Definitions {
    pub(super) fn with(schemas: Map<String, Value>) -> Self {
        Self(schemas)
    }

    /// Takes in a schema and what it defines; returns the schema's name.
    pub(super) fn take_in(&mut self, schema: &Value) -> Result<String> {
        let mut schema = schema.clone();
        let fields = schema.as_object_mut().context("a schema of the catalogue is not an object")?;
        fields.shift_remove("$schema");
        let name = fields.get("title").and_then(Value::as_str).context("a schema has no title")?.to_owned();
        if let Some(Value::Object(definitions)) = fields.shift_remove("$defs") {
            for (name, definition) in definitions {
                self.add(name, definition)?;
            }
        }
        self.add(name.clone(), schema)?;
        Ok(name)
    }

    fn add(&mut self, name: String, mut schema: Value) -> Result<()> {
        point_to_components(&mut schema);
        let known = self.0.entry(name.clone()).or_insert_with(|| schema.clone());
        ensure!(*known == schema, "two schemas are called {name}; rename one of the types");
        Ok(())
    }

    pub(super) fn into_value(self) -> Value {
        let mut all = self.0;
        all.sort_keys();
        Value::Object(all)
    }
}

/// A reference stands alone: what stands beside it would be ignored.
fn point_to_components(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(point_to_components);
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/$defs/"));
            if let Some(target) = name.map(component) {
                fields.shift_remove("$ref");
                if fields.is_empty() {
                    *value = target;
                } else {
                    fields.insert("allOf".into(), json!([target]));
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(point_to_components),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
