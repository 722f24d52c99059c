//! Fields of a payload that the contract does not know. They may say anything of a person, so that they are left out of
//! an event's bytes before it reaches the log.
//!
//! Whether there are any is found while the payload is read; only then its bytes are looked at again. Two deliveries that
//! differ in nothing else are the same event.

use serde_ignored::Path;
use serde_json::Value;

use crate::{
    Event, Payload, Rejection,
    envelope::{fingerprint, open},
    sealing::{not_its_own, not_json},
};

/// A step from a value to one within it.
enum Step {
    Key(String),
    Place(usize),
}

/// Leaves out of an event's bytes, which must be its own, what the contract does not know of its payload. What it knows
/// stays as it was written.
///
/// # Errors
/// [`RejectionCode::NotJson`](crate::RejectionCode::NotJson) and others where the bytes are not the event's.
pub fn leave_out_unknown(mut event: Event, bytes: Vec<u8>) -> Result<(Event, Vec<u8>), Rejection> {
    if !event.unknown {
        return Ok((event, bytes));
    }
    let mut places = Vec::new();
    if let (event_type, Some(data)) = open(&bytes)?.parts() {
        Payload::read_noting(event_type, data, &mut |path| places.push(steps_to(&path)))?;
    }
    let mut whole: Value = serde_json::from_slice(&bytes).map_err(not_json)?;
    let data = whole.get_mut("data").ok_or_else(|| not_its_own("it has no `data`"))?;
    places.iter().for_each(|place| remove(data, place));
    let text = serde_json::to_string(&whole).map_err(not_json)?;
    event.fingerprint = fingerprint(&text)?;
    event.unknown = false;
    Ok((event, text.into_bytes()))
}

fn steps_to(path: &Path<'_>) -> Vec<Step> {
    let (parent, step) = match path {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Some(Step::Place(*index))),
        Path::Map { parent, key } => (parent, Some(Step::Key(key.clone()))),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            (parent, None)
        }
    };
    let mut steps = steps_to(parent);
    steps.extend(step);
    steps
}

fn remove(data: &mut Value, place: &[Step]) {
    match (place, data) {
        ([Step::Key(key)], Value::Object(fields)) => {
            fields.remove(key);
        }
        ([Step::Key(key), rest @ ..], Value::Object(fields)) => {
            fields.get_mut(key).into_iter().for_each(|value| remove(value, rest));
        }
        ([Step::Place(at), rest @ ..], Value::Array(values)) => {
            values.get_mut(*at).into_iter().for_each(|value| remove(value, rest));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    // A test that cannot go on has failed.
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{Arrival, canonical_data, decode};

    fn event(event_type: &str, data: &str) -> String {
        format!(
            r#"{{"specversion":"1.0","id":"e1","source":"/s","type":"tribute.{event_type}","brand":"acme",
            "time":"2026-03-01T10:00:00Z","data":{data}}}"#
        )
    }

    #[test]
    fn what_the_contract_does_not_know_is_gone_and_the_rest_is_as_it_was() {
        for (event_type, came, stays) in [
            (
                "sale.completed",
                r#"{"order":"1","device":null,"codes":[],"buyer_name":"Ada Lovelace","ship":{"to":"Ada"},"currency":"USD",
                "lines":[{"sku":"x","quantity":1,"amount":"1.50"},{"sku":"y","quantity":2,"amount":"2","note_to":"Ada"}],
                "subscription":{"id":"s","renewal":0,"email":"ada@example.com"}}"#,
                r#"{"order":"1","device":null,"codes":[],"currency":"USD",
                "lines":[{"sku":"x","quantity":1,"amount":"1.50"},{"sku":"y","quantity":2,"amount":"2"}],
                "subscription":{"id":"s","renewal":0}}"#,
            ),
            (
                "click.recorded",
                r#"{"click":"c","link":"l","device":"d","referrer":"https://example.com/ada"}"#,
                r#"{"click":"c","link":"l","device":"d"}"#,
            ),
            (
                "post.measured",
                r#"{"post":"1","metrics":{"likes":3,"by":"Ada"},"caption":"Ada"}"#,
                r#"{"post":"1","metrics":{"likes":3}}"#,
            ),
        ] {
            let (came, stays) = (event(event_type, came), event(event_type, stays));
            let read = decode(came.as_bytes(), Arrival::Backfill).unwrap();
            assert!(read.unknown, "{event_type}");
            let (left, bytes) = leave_out_unknown(read, came.into_bytes()).unwrap();
            assert_eq!(canonical_data(&bytes).unwrap(), canonical_data(stays.as_bytes()).unwrap());
            assert_eq!(decode(&bytes, Arrival::Backfill).unwrap(), left, "the event is what its bytes say");
            let known = decode(stays.as_bytes(), Arrival::Backfill).unwrap();
            assert!(!known.unknown, "{event_type}");
            let (_, same) = leave_out_unknown(known, stays.clone().into_bytes()).unwrap();
            assert_eq!(same, stays.as_bytes(), "nothing is written anew where nothing is unknown");
        }
    }
}
