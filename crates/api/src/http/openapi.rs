//! The OpenAPI document, made of the operations.

use std::collections::BTreeMap;

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    ProblemCode,
    access::role::Scope,
    http::{
        operation::{Access, Answered, Content, MakeSchema, Method, Operation},
        problem::Document,
    },
};

/// The OpenAPI 3.1 document of some operations.
#[must_use]
pub fn document(operations: &[Operation]) -> Value {
    let mut generator = generator();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in operations {
        let written = operation_of(operation, &mut generator);
        paths.entry(operation.path).or_default().insert(operation.method.as_str().to_owned(), written);
    }
    let problem = generator.subschema_for::<Document>();
    let problem = json!({
        "description": "What is wrong, by RFC 9457. The code is stable.",
        "content": {"application/problem+json": {"schema": problem}},
    });
    let groups: std::collections::BTreeSet<&str> = operations.iter().map(|it| it.group).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tribute",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Ambassador and affiliate programs: exact, explained, in double entry.",
            "description": ABOUT,
            "contact": {"name": "Whoever runs this installation"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": groups.iter().map(|name| json!({"name": name, "description": format!("{name}.")})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": definitions(generator, operations),
            "responses": {"Problem": problem},
            "securitySchemes": {"bearer": {
                "type": "http", "scheme": "bearer",
                "description": format!("An API key `tribute_…`, or a JWT. Scopes: {}.", scopes()),
            }},
        },
    })
}

const ABOUT: &str = "The brand comes from the credential alone; what belongs to another brand does not exist (404). \
    Amounts are decimal strings with their currency beside them. Times are RFC 3339 in UTC. Lists give a page and, where \
    there is more, `next`, which is passed back as `cursor`. What is written becomes an event.";

fn scopes() -> String {
    Scope::ALL.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ")
}

fn operation_of(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut written = Map::new();
    let mut put = |key: &str, value: Value| drop(written.insert(key.to_owned(), value));
    put("operationId", operation.id.into());
    put("tags", json!([operation.group]));
    put("summary", operation.summary.into());
    let needs = match operation.access {
        Access::Scope(scope) => format!("Needs the scope `{scope}`."),
        Access::Whole(scope) => {
            format!("Needs the scope `{scope}`, and a role that sees the whole brand.")
        }
        Access::Itself(scope) => {
            format!("Needs the scope `{scope}`. An app may ask for itself, without naming an ambassador.")
        }
        Access::Public => "Needs no credential.".to_owned(),
        Access::Signed => "Needs the signature of the shop that was connected.".to_owned(),
    };
    put("description", format!("{} {needs}", operation.about).trim().into());
    if operation.access.scope().is_none() {
        put("security", json!([]));
    }
    let parameters = parameters_of(operation);
    if !parameters.is_empty() {
        put("parameters", parameters.into());
    }
    if !operation.bodies.is_empty() {
        put("requestBody", json!({"required": true, "content": content_of(&operation.bodies, generator)}));
    }
    put("responses", answers_of(operation, generator));
    Value::Object(written)
}

/// The parameters of the path, and one for each field of the query's type.
fn parameters_of(operation: &Operation) -> Vec<Value> {
    // A parameter's schema stands where it is used.
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    let generator = &mut SchemaGenerator::new(settings);
    let named = operation.parameters.iter().map(|it| {
        json!({"in": "path", "name": it.name, "description": it.about, "required": true, "schema": id_of(it.name)})
    });
    let mut parameters: Vec<Value> = named.collect();
    if operation.has_key {
        parameters.push(json!({"in": "header", "name": "Idempotency-Key", "required": true,
            "description": "Of your own choice, a new one for each thing to be written. Sent again with the same key, it is \
                written once.",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$"}}));
    }
    if matches!(operation.access, Access::Scope(_) | Access::Itself(_)) {
        parameters.push(json!({"in": "header", "name": "Tribute-Ambassador", "required": false,
            "description": "By an app: the ambassador on whose behalf it asks.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"}}));
    }
    for make in &operation.queries {
        let schema = make(generator);
        let needed = schema.get("required").cloned().unwrap_or_default();
        for (name, mut schema) in resolved(&schema, generator) {
            let about = schema.get("description").cloned().unwrap_or_default();
            let required = needed.as_array().is_some_and(|it| it.contains(&name.as_str().into()));
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("description");
            }
            let mut parameter =
                json!({"in": "query", "name": name, "description": about, "required": required});
            parameter["schema"] = match operation.row.filter(|_| name == "fields") {
                Some(row) => {
                    (parameter["style"], parameter["explode"]) = ("form".into(), false.into());
                    json!({"type": "array", "items": {"type": "string", "enum": fields_of(row)}})
                }
                None => plain(schema),
            };
            parameters.push(parameter);
        }
    }
    parameters
}

/// What no text of an address holds: control characters.
const PLAIN: &str = "^[^\\u0000-\\u001f\\u007f]*$";

/// The schema of a parameter of the path.
fn id_of(name: &str) -> Value {
    match name {
        "month" => json!({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}),
        "number" => json!({"type": "integer", "minimum": 1}),
        _ => json!({"type": "string", "minLength": 1, "pattern": PLAIN}),
    }
}

/// A parameter of the query is a text without control characters, where nothing else is said of it; nobody sends a `null`.
fn plain(mut schema: Value) -> Value {
    if let Some(several) = schema["type"].as_array() {
        let first = several.iter().find(|it| *it != "null").cloned();
        schema["type"] = first.unwrap_or_else(|| "string".into());
    }
    if let Some(several) = schema.get("anyOf").and_then(Value::as_array) {
        let first = several.iter().find(|it| it["type"] != "null").cloned();
        return first.unwrap_or(schema);
    }
    if schema["type"] == "string" && schema.get("format").is_none() && schema.get("enum").is_none() {
        schema["pattern"] = PLAIN.into();
    }
    schema
}

/// The names of the fields of what a schema is made of.
pub(super) fn fields_of(make: MakeSchema) -> Vec<String> {
    let mut generator = generator();
    let schema = make(&mut generator);
    resolved(&schema, &generator).into_iter().map(|(name, _)| name).collect()
}

/// The definitions. Of what is shown any field may be left out, by `fields`: none is required.
fn definitions(mut generator: SchemaGenerator, operations: &[Operation]) -> Map<String, Value> {
    let rows: Vec<_> = operations.iter().filter_map(|it| it.row).map(|make| make(&mut generator)).collect();
    let mut definitions = generator.take_definitions(true);
    for name in rows.iter().filter_map(|row| row.get("$ref")?.as_str()?.rsplit('/').next()) {
        if let Some(shown) = definitions.get_mut(name).and_then(Value::as_object_mut) {
            shown.remove("required");
        }
    }
    definitions
}

fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    SchemaGenerator::new(settings)
}

/// The fields of a schema that may stand among the definitions.
fn resolved(schema: &schemars::Schema, generator: &SchemaGenerator) -> Map<String, Value> {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.rsplit('/').next());
    let definition = name.and_then(|name| generator.definitions().get(name));
    let definition = definition.unwrap_or(schema.as_value());
    definition.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn content_of(bodies: &[Content], generator: &mut SchemaGenerator) -> Map<String, Value> {
    let body = |it: &Content| (it.media.to_owned(), json!({"schema": (it.schema)(generator)}));
    bodies.iter().map(body).collect()
}

fn answers_of(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut answers = Map::new();
    for Answered { status, about, content } in &operation.answers {
        let content = content_of(std::slice::from_ref(content), generator);
        let answer = answers.entry(status.to_string()).or_insert_with(|| json!({"description": about}));
        for (media, schema) in content {
            answer["content"][media] = schema;
        }
        if operation.method == Method::Get && *status == 200 {
            answer["headers"] = json!({"ETag": {"schema": {"type": "string"},
                "description": "Sent back as `If-None-Match`, it is answered by 304 where nothing has changed."}});
        }
    }
    if operation.method == Method::Get {
        answers.insert(
            "304".into(),
            json!({"description": "What was shown by the `ETag` of `If-None-Match` still is."}),
        );
    }
    for code in problems_of(operation) {
        let status = code.status().as_u16().to_string();
        answers.entry(status).or_insert_with(|| json!({"$ref": "#/components/responses/Problem"}));
    }
    Value::Object(answers)
}

/// What may go wrong with every operation of its kind.
fn problems_of(operation: &Operation) -> Vec<ProblemCode> {
    let mut codes = vec![
        ProblemCode::InvalidRequest,
        ProblemCode::MethodNotAllowed,
        ProblemCode::TimedOut,
        ProblemCode::Busy,
        ProblemCode::Internal,
        ProblemCode::Unavailable,
    ];
    if operation.access != Access::Public {
        codes.push(ProblemCode::Unauthenticated);
    }
    if operation.access.scope().is_some() {
        codes.push(ProblemCode::Forbidden);
    }
    if operation.path.contains('{') || !operation.queries.is_empty() {
        codes.push(ProblemCode::NotFound);
    }
    if !operation.bodies.is_empty() || !operation.queries.is_empty() {
        codes.extend([ProblemCode::Unprocessable, ProblemCode::NotPossible]);
    }
    if !operation.bodies.is_empty() {
        codes.extend([ProblemCode::TooLarge, ProblemCode::UnsupportedMediaType]);
    }
    if operation.answers.len() > 1 {
        codes.push(ProblemCode::NotAcceptable);
    }
    codes
}
