//! CloudEvents 1.0.2 in messages of Kafka: what we write, and both modes of what we read.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::value::RawValue;
use tribute_events::{Rejection, RejectionCode};

use crate::{Headers, Record};

const CONTENT_TYPE: &str = "content-type";
const STRUCTURED: &str = "application/cloudevents+json";
/// What begins the name of a header that holds an attribute.
const ATTRIBUTE: &str = "ce_";

/// The header of a message that somebody took out of the quarantine: its bytes are known there, and are judged anew.
pub const AGAIN: &str = "tribute-again";

/// The headers of an event that is written as a whole: the structured mode.
#[must_use]
pub fn structured_headers() -> Headers {
    vec![(CONTENT_TYPE.to_owned(), format!("{STRUCTURED}; charset=UTF-8").into_bytes())]
}

/// The event in a message, as one JSON object.
///
/// In the structured mode, and where no header speaks of CloudEvents, it is the message itself. In the binary mode the
/// attributes come from the headers `ce_…` and the data is the message, taken over as it is written: its numbers
/// keep their digits.
///
/// # Errors
/// What no event can be made of, with a sentence that a person can act on. Whether the event is one of the contract
/// is for [`tribute_events::decode`] to say.
pub fn event_bytes(record: &Record) -> Result<Cow<'_, [u8]>, Rejection> {
    let content_type = content_type(&record.headers)?;
    let media_type = content_type.map(|text| media_type(text).to_ascii_lowercase());
    match media_type.as_deref() {
        Some(STRUCTURED) => Ok(Cow::Borrowed(&record.value)),
        Some(other) if other.starts_with("application/cloudevents") => {
            Err(refused(format!("the content type is `{other}`; send one event a message as {STRUCTURED}")))
        }
        _ if record.headers.iter().any(|(name, _)| name.starts_with(ATTRIBUTE)) => {
            assemble(record, content_type).map(Cow::Owned)
        }
        _ => Ok(Cow::Borrowed(&record.value)),
    }
}

fn refused(reason: String) -> Rejection {
    Rejection::new(RejectionCode::NotACloudEvent, reason)
}

fn content_type(headers: &Headers) -> Result<Option<&str>, Rejection> {
    let named = |name: &str| headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
    let found = named(CONTENT_TYPE).or_else(|| named("ce_datacontenttype"));
    found.map(|(name, value)| text(name, value)).transpose()
}

/// `application/json; charset=UTF-8` without what follows the semicolon.
fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn text<'v>(name: &str, value: &'v [u8]) -> Result<&'v str, Rejection> {
    std::str::from_utf8(value).map_err(|_| {
        let reason = format!("the header `{}` is not UTF-8", shown(name));
        Rejection::new(RejectionCode::NotUtf8, reason)
    })
}

/// As much of a name from outside as belongs into a sentence.
fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}

/// Puts attributes and data together.
fn assemble(record: &Record, content_type: Option<&str>) -> Result<Vec<u8>, Rejection> {
    let data = data(record, content_type)?;
    let mut event = Vec::with_capacity(data.len() + 512);
    event.push(b'{');
    let mut seen = BTreeSet::new();
    for (header, value) in &record.headers {
        let Some(name) = header.strip_prefix(ATTRIBUTE) else { continue };
        check_name(name)?;
        if !seen.insert(name) {
            return Err(refused(format!("the header `{}` comes twice", shown(header))));
        }
        if name != "datacontenttype" {
            write_pair(&mut event, name, text(header, value)?)?;
        }
    }
    if let Some(content_type) = content_type {
        write_pair(&mut event, "datacontenttype", content_type)?;
    }
    event.extend_from_slice(b"\"data\":");
    event.extend_from_slice(data.as_bytes());
    event.push(b'}');
    Ok(event)
}

/// CloudEvents wants lower-case letters and digits; `data` would be taken for the data.
fn check_name(name: &str) -> Result<(), Rejection> {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if plain && !name.is_empty() && name != "data" {
        return Ok(());
    }
    Err(refused(format!(
        "the header `ce_{}` names no attribute: these have lower-case letters and digits, and `data` is none",
        shown(name)
    )))
}

fn write_pair(event: &mut Vec<u8>, name: &str, value: &str) -> Result<(), Rejection> {
    let mut write = |text: &str| serde_json::to_writer(&mut *event, text);
    write(name).map_err(|error| refused(error.to_string()))?;
    event.push(b':');
    serde_json::to_writer(&mut *event, value).map_err(|error| refused(error.to_string()))?;
    event.push(b',');
    Ok(())
}

/// The data of a binary message: exactly one JSON value, so that it can say nothing beside itself.
fn data<'r>(record: &'r Record, content_type: Option<&str>) -> Result<&'r str, Rejection> {
    if let Some(content_type) = content_type {
        let media_type = media_type(content_type).to_ascii_lowercase();
        let json =
            matches!(media_type.as_str(), "application/json" | "text/json") || media_type.ends_with("+json");
        if !json {
            return Err(refused(format!(
                "the data's content type is `{}`; send the data as JSON with content-type application/json",
                shown(content_type)
            )));
        }
    }
    if record.value.is_empty() {
        return Err(refused("the message is empty; send the event's data as JSON".into()));
    }
    let raw: Result<&RawValue, _> = serde_json::from_slice(&record.value);
    raw.map(RawValue::get).map_err(|error| {
        Rejection::new(
            RejectionCode::NotJson,
            format!("the message is not the event's data as JSON: {error}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tribute_events::{Arrival, Payload, RejectionCode, decode};

    use super::{event_bytes, structured_headers};
    use crate::{Headers, Record};

    fn record(headers: &[(&str, &str)], value: &str) -> Record {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), value.as_bytes().to_vec());
        let headers: Headers = headers.iter().map(owned).collect();
        let value = value.as_bytes().to_vec();
        Record { topic: "t".into(), partition: 0, offset: 0, key: None, headers, value, appended_at: 0 }
    }

    const BINARY: [(&str, &str); 7] = [
        ("ce_specversion", "1.0"),
        ("ce_id", "e\"1\\ \n grün"),
        ("ce_source", "/shop"),
        ("ce_type", "tribute.sale.cancelled"),
        ("ce_time", "2026-03-01T10:00:00Z"),
        ("ce_brand", "acme"),
        ("content-type", "application/json; charset=UTF-8"),
    ];

    fn reason(headers: &[(&str, &str)], value: &str) -> (RejectionCode, String) {
        let refused = event_bytes(&record(headers, value)).unwrap_err();
        (refused.code, refused.reason)
    }

    #[test]
    fn structured_messages_are_taken_as_they_are() {
        let event = r#"{"specversion":"1.0" }"#;
        for headers in [
            vec![],
            vec![("content-type", "application/cloudevents+json")],
            vec![
                ("Content-Type", "Application/CloudEvents+JSON; charset=utf-8"),
                ("ce_id", "a copy for routers"),
            ],
            vec![("content-type", "application/json")],
            vec![("trace", "x")],
        ] {
            assert_eq!(event_bytes(&record(&headers, event)).unwrap(), event.as_bytes(), "{headers:?}");
        }
        let ours = structured_headers();
        assert_eq!(ours, [("content-type".into(), b"application/cloudevents+json; charset=UTF-8".to_vec())]);
        assert_eq!(event_bytes(&Record { headers: ours, ..record(&[], event) }).unwrap(), event.as_bytes());
    }

    #[test]
    fn binary_messages_become_one_object() {
        let data = r#" {"amount":12345678901234567890.10,"e":1E+2,"z":-0,"text":"\u00e9"} "#;
        let headers = [BINARY.as_slice(), &[("ce_traceparent", "00-ab"), ("other", "x")]].concat();
        let whole = record(&headers, data);
        let event = event_bytes(&whole).unwrap();
        assert!(event.ends_with(format!("\"data\":{}}}", data.trim()).as_bytes()), "{event:?}");
        let read: Value = serde_json::from_slice(&event).unwrap();
        assert_eq!(read["id"], "e\"1\\ \n grün");
        assert_eq!(read["traceparent"], "00-ab");
        assert_eq!(read["datacontenttype"], "application/json; charset=UTF-8");
        assert_eq!(read.as_object().unwrap().len(), 9);
    }

    #[test]
    fn binary_events_of_the_contract_are_understood() {
        let mut headers = BINARY.to_vec();
        headers[1].1 = "e1";
        for content_type in [Some("application/json"), Some("application/vnd.shop+json"), None] {
            headers.retain(|(name, _)| *name != "content-type");
            headers.extend(content_type.map(|it| ("content-type", it)));
            let whole = record(&headers, r#"{"order":"1001"}"#);
            let event = decode(&event_bytes(&whole).unwrap(), Arrival::Backfill).unwrap();
            assert_eq!((event.id.as_str(), event.brand.as_str()), ("e1", "acme"));
            assert!(matches!(event.payload, Payload::SaleCancelled(sale) if sale.order.as_str() == "1001"));
        }
    }

    #[test]
    fn the_data_can_say_nothing_beside_itself() {
        for value in [r#"{"a":1},"brand":"evil""#, "{", "1 2", "\u{feff}{}"] {
            assert_eq!(reason(&BINARY, value).0, RejectionCode::NotJson, "{value}");
        }
        let cut = Record { value: vec![b'"', 0xff, b'"'], ..record(&BINARY, "") };
        assert_eq!(event_bytes(&cut).unwrap_err().code, RejectionCode::NotJson);
    }

    #[test]
    fn what_cannot_be_an_event_is_refused_with_what_to_do() {
        let with = |name, value| [&BINARY[..6], &[(name, value)]].concat();
        for (headers, value, expected) in [
            (with("content-type", "application/avro"), "{}", "send the data as JSON"),
            (with("ce_datacontenttype", "text/plain"), "{}", "send the data as JSON"),
            (with("content-type", "application/cloudevents-batch+json"), "[]", "one event a message"),
            (with("content-type", "application/cloudevents+avro"), "x", "one event a message"),
            (with("ce_id", "again"), "{}", "`ce_id` comes twice"),
            (with("ce_data", "{}"), "{}", "names no attribute"),
            (with("ce_Brand", "x"), "{}", "names no attribute"),
            (with("ce_", "x"), "{}", "names no attribute"),
            (BINARY.to_vec(), "", "the message is empty"),
        ] {
            let (code, reason) = reason(&headers, value);
            assert!(reason.contains(expected), "{reason}");
            assert_eq!(code, RejectionCode::NotACloudEvent);
        }
        let mut broken = record(&BINARY, "{}");
        broken.headers[5].1 = vec![0xff];
        assert_eq!(event_bytes(&broken).unwrap_err().code, RejectionCode::NotUtf8);
    }
}
