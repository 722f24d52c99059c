//! The contract, pinned: one golden file per event type and version. A type of the catalogue without a file, a field
//! of a schema that its example lacks, and an event that is written otherwise than in its file each fail.
//!
//! What came in under this version must be understood for ever, and what goes out must be written as readers know it.
//! `TRIBUTE_TEST_WRITE_GOLDEN=1` writes the outgoing files and the schema of terms anew: look at the difference before it is committed.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "contract/outgoing.rs"]
mod outgoing;

use std::{fs, path::PathBuf};

use serde_json::Value;
use tribute_events::{
    Arrival, Timestamp,
    catalogue::{self, Direction, EventType},
    decode, encode,
};

fn path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/events/v1");
    folder.join(format!("{name}.json"))
}

fn golden(name: &str) -> Value {
    let path = path(name);
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{name} has no golden file: {} {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn types(direction: Direction) -> impl Iterator<Item = EventType> {
    catalogue::all().into_iter().filter(move |it| it.direction == direction)
}

/// What CloudEvents 1.0.2 asks of an event in JSON.
fn assert_cloud_event(event: &Value) {
    let attribute = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    assert_eq!(attribute("specversion"), "1.0", "{event}");
    for required in ["id", "source", "type"] {
        assert!(!attribute(required).is_empty(), "no `{required}`: {event}");
    }
    assert!(!attribute("source").contains(char::is_whitespace), "the source is no URI reference: {event}");
    assert!(attribute("time").parse::<Timestamp>().is_ok(), "the time is not RFC 3339: {event}");
    for (name, value) in event.as_object().unwrap() {
        let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        assert!(plain && (1..=20).contains(&name.len()), "`{name}` can not be an attribute");
        assert!(
            name == "data" || !(value.is_object() || value.is_array()),
            "`{name}` is not of a simple type"
        );
    }
}

/// Fails where an example lacks a field that the schema knows, so that every field is pinned.
fn assert_rich(place: &str, root: &Value, schema: &Value, example: &Value) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let definition = root.pointer(name.trim_start_matches('#')).unwrap();
        return assert_rich(place, root, definition, example);
    }
    if let Some(several) = schema.get("anyOf").and_then(Value::as_array) {
        let named = several.iter().find(|one| one.get("type") != Some(&Value::from("null")));
        return named.map_or((), |one| assert_rich(place, root, one, example));
    }
    for (field, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let value = example.get(field).unwrap_or_else(|| panic!("{place}: the example has no `{field}`"));
        assert_rich(&format!("{place}.{field}"), root, inner, value);
    }
    if let (Some(items), Some(list)) = (schema.get("items"), example.as_array()) {
        let first = list.first().unwrap_or_else(|| panic!("{place}: the example's list is empty"));
        assert_rich(&format!("{place}[0]"), root, items, first);
    }
}

#[test]
fn incoming_events_are_understood_and_written_back_as_they_were() {
    for event_type in types(Direction::Incoming) {
        let written = golden(event_type.name);
        assert_eq!(written["type"], event_type.name);
        assert_cloud_event(&written);
        let schema = event_type.schema.as_value();
        assert_rich(event_type.name, schema, schema, &written["data"]);
        let event = decode(written.to_string().as_bytes(), Arrival::Backfill)
            .unwrap_or_else(|why| panic!("{}: {why}", event_type.name));
        let again: Value = serde_json::from_str(&encode(&event).unwrap()).unwrap();
        assert_eq!(again, written, "{}", event_type.name);
    }
}

fn programs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../deploy/programs")
}

#[test]
fn the_schema_of_terms_is_the_one_beside_the_programs() {
    let (file, said) = (programs().join("terms.schema.json"), tribute_terms::schema().to_value());
    if std::env::var("TRIBUTE_TEST_WRITE_GOLDEN").is_ok() {
        fs::write(&file, serde_json::to_string_pretty(&said).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(kept, said, "write it anew: tribute schema --terms > deploy/programs/terms.schema.json");
}

#[test]
fn every_program_that_is_shipped_meets_the_schema_of_terms() {
    let validator = jsonschema::validator_for(&tribute_terms::schema().to_value()).unwrap();
    let mut count = 0;
    for file in fs::read_dir(programs()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|it| it != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("#:schema ./terms.schema.json\n"), "{}", path.display());
        let terms = serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap();
        let wrong: Vec<_> =
            validator.iter_errors(&terms).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{}", path.display());
        let mut misspelt = terms;
        misspelt["program"]["curency"] = "USD".into();
        assert!(!validator.is_valid(&misspelt), "{}: a key that is not known goes unseen", path.display());
        count += 1;
    }
    assert!(count > 20);
}

#[test]
fn every_golden_file_is_of_a_type_of_the_catalogue() {
    let known: Vec<_> = catalogue::all().into_iter().map(|it| it.name).collect();
    for file in fs::read_dir(path("any").parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            known.contains(&name),
            "{name} left the contract; what came in once must be understood for ever"
        );
    }
}
