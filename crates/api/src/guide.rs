//! The operations as a page for people: one file, without scripts.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use crate::http::{openapi, operation::Operation};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#222}\
    code,pre{font:14px/1.4 ui-monospace,monospace;background:#f4f4f4;border-radius:3px;padding:0 .2em}\
    section{border-top:1px solid #ddd;padding:.5rem 0}h3{margin:.5rem 0 0}table{border-collapse:collapse}\
    td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}nav a{margin-right:1rem}\
    .method{text-transform:uppercase;font-weight:bold;margin-right:.5em}";

/// The page.
pub(crate) fn page(operations: &[Operation]) -> String {
    let document = openapi::document(operations);
    let mut groups: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in operations {
        groups.entry(operation.group).or_default().push(operation);
    }
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Tribute: HTTP" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Tribute over HTTP" }
                p { (text(&document["info"]["description"])) }
                p { "For programs: " a href="/openapi.json" { "openapi.json" } "." }
                nav { @for group in groups.keys() { a href={ "#" (anchor(group)) } { (group) } } }
                @for (group, operations) in &groups {
                    h2 id=(anchor(group)) { (group) }
                    @for operation in operations { (one(operation, &document)) }
                }
                h2 { "Problems" }
                p { (text(&document["components"]["responses"]["Problem"]["description"])) }
                (schema("Code", &document["components"]["schemas"]["ProblemCode"]))
            }
        }
    };
    page.into_string()
}

fn anchor(group: &str) -> String {
    group.to_lowercase().replace(' ', "-")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn one(operation: &Operation, document: &Value) -> Markup {
    let written = &document["paths"][operation.path][operation.method.as_str()];
    let parameters = written["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let bodies = written["requestBody"]["content"].as_object();
    let answers = written["responses"].as_object();
    html! {
        section id=(operation.id) {
            h3 { span .method { (operation.method.as_str()) } code { (operation.path) } }
            p { b { (operation.summary) } ". " (text(&written["description"])) }
            @if !parameters.is_empty() {
                table {
                    @for it in parameters {
                        tr {
                            td { code { (text(&it["name"])) } }
                            td { (text(&it["in"])) @if it["required"] == true { ", needed" } }
                            td { (text(&it["description"])) }
                        }
                    }
                }
            }
            @for (media, body) in bodies.into_iter().flatten() {
                p { "Takes " code { (media) } "." }
                (schema("Field", resolved(&body["schema"], document)))
            }
            @for (status, answer) in answers.into_iter().flatten().filter(|(status, _)| status.starts_with('2')) {
                p { code { (status) } " " (text(&answer["description"])) }
                @for content in answer["content"].as_object().into_iter().flatten().map(|(_, it)| it) {
                    (schema("Field", resolved(&content["schema"], document)))
                }
            }
        }
    }
}

fn resolved<'d>(schema: &'d Value, document: &'d Value) -> &'d Value {
    let place = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    let found = place.and_then(|place| document.pointer(place)).unwrap_or(schema);
    // Of a page its rows are what is to be known.
    match found["properties"]["items"]["items"]["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
        Some(row) => document.pointer(row).unwrap_or(found),
        None => found,
    }
}

/// The fields, or the words, of a schema.
fn schema(head: &str, schema: &Value) -> Markup {
    let fields = schema["properties"].as_object();
    let words = schema["oneOf"].as_array();
    html! {
        @if fields.is_some() || words.is_some() {
            details {
                summary { (head) "s" }
                table {
                    @for (name, field) in fields.into_iter().flatten() {
                        tr { td { code { (name) } } td { (text(&field["description"])) } }
                    }
                    @for word in words.into_iter().flatten() {
                        tr { td { code { (text(&word["const"])) } } td { (text(&word["description"])) } }
                    }
                }
            }
        }
    }
}
