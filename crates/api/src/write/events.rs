//! `POST /v1/events`: CloudEvents in structured, batched and binary mode, and one a line.

use std::borrow::Cow;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};
use tribute_events::{Arrival, Opened, RefusedDelivery, Rejection, RejectionCode, open};
use tribute_services::Incoming;

use crate::{
    Answer, Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    http::{
        asked::Raw,
        operation::{Access, AnyObject, Method, OneOrMany, Operation},
        request::RequestId,
    },
};

/// How many events one request may bring.
const EVENTS_MAX: usize = 10_000;
const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const LINES: &str = "application/x-ndjson";

/// What became of the events of a request, in their order.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Receipt {
    /// How many are new and durable.
    accepted: u64,
    /// How many were known already.
    duplicates: u64,
    /// How many were put aside.
    quarantined: u64,
    /// Each of them.
    events: Vec<Outcome>,
}

/// What became of an event.
#[derive(Debug, Serialize, JsonSchema)]
struct Outcome {
    /// Its id, where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// What became of it.
    status: Status,
    /// Its number in quarantine, where that is known yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<i64>,
    /// The stable code of the reason why it was put aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// What is wrong and what would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// It is durable, and has its effect or will have it.
    Accepted,
    /// It was known already, and has no effect.
    Duplicate,
    /// It was put aside.
    Quarantined,
}

pub(crate) fn operations() -> Vec<Operation> {
    let post = Operation::new(
        Method::Post,
        "/v1/events",
        "sendEvents",
        "Events",
        Access::Scope(Scope::EVENTS_WRITE),
        send,
    );
    vec![
        post.says(
            "Sends events in",
            "CloudEvents 1.0: one (structured, or binary by `ce-` headers), a batch, or one a line. An event that is \
             answered as accepted is durable. The same event again is a duplicate and has no effect, so that whatever was \
             not answered may be sent again. The brand is that of the credential.",
        )
        .takes::<AnyObject>(STRUCTURED)
        .takes::<Vec<AnyObject>>(BATCH)
        .takes::<String>(LINES)
        .takes::<OneOrMany>("application/json")
        .gives::<Receipt>(200, "What became of each event, in their order."),
    ]
}

async fn send(
    State(api): State<Api>,
    caller: Caller,
    RequestId(request): RequestId,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Receipt>, Problem> {
    let texts = split(&headers, &body)?;
    if texts.len() > EVENTS_MAX {
        let detail = format!("{} events came; at most {EVENTS_MAX} are taken at once", texts.len());
        return Err(Problem::new(ProblemCode::TooLarge, detail));
    }
    if texts.iter().any(|text| RefusedDelivery::read(text).is_some()) {
        // It would lie in quarantine as if the shop had signed it.
        return Err(Problem::invalid(
            "a shop's delivery comes by the shop's own address, with its signature",
        ));
    }
    let arrival = Arrival::Live(api.now());
    let traceparent = headers.get("traceparent").and_then(|it| it.to_str().ok());
    let read = |(at, text): (usize, Vec<u8>)| {
        read(&caller, text, arrival, traceparent, format!("http {request}:{at}"))
    };
    let batch: Vec<Incoming> = texts.into_iter().enumerate().map(read).collect();
    let ids: Vec<_> =
        batch.iter().map(|it| it.event.as_ref().ok().map(|event| event.id.to_string())).collect();
    let answers = api.accept(batch).await?;
    Ok(Json(receipt(ids, answers)))
}

fn receipt(ids: Vec<Option<String>>, answers: Vec<Answer>) -> Receipt {
    let mut receipt =
        Receipt { accepted: 0, duplicates: 0, quarantined: 0, events: Vec::with_capacity(ids.len()) };
    for (id, answer) in ids.into_iter().zip(answers) {
        let (count, status) = match &answer {
            Answer::Accepted => (&mut receipt.accepted, Status::Accepted),
            Answer::Duplicate => (&mut receipt.duplicates, Status::Duplicate),
            Answer::Quarantined { .. } => (&mut receipt.quarantined, Status::Quarantined),
        };
        *count = count.saturating_add(1);
        let (quarantine, code, reason) = match answer {
            Answer::Quarantined { number, code, reason } => (number, Some(code), Some(reason)),
            Answer::Accepted | Answer::Duplicate => (None, None, None),
        };
        receipt.events.push(Outcome { id, status, quarantine, code, reason });
    }
    receipt
}

/// The texts of the events of a body.
fn split(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let media = header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if header("ce-specversion").is_some() {
        return Ok(vec![from_binary(headers, body)?]);
    }
    match media.as_str() {
        "application/json" if body.trim_ascii_start().starts_with(b"[") => from_batch(body),
        STRUCTURED | "application/json" if body.trim_ascii_start().starts_with(b"{") => {
            Ok(vec![body.to_vec()])
        }
        STRUCTURED | "application/json" => Err(Problem::invalid(
            "the body is no JSON object; send one event, or a batch as application/json",
        )),
        BATCH => from_batch(body),
        LINES | "application/jsonl" | "application/ndjson" => {
            let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
            Ok(lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect())
        }
        _ => Err(Problem::new(
            ProblemCode::UnsupportedMediaType,
            format!(
                "`{media}` is not taken; send {STRUCTURED}, {BATCH}, {LINES}, or binary mode with ce- headers"
            ),
        )),
    }
}

fn from_batch(body: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
    let events: Vec<&RawValue> = serde_json::from_slice(body)
        .map_err(|error| Problem::invalid(format!("the body is not a JSON array of events: {error}")))?;
    if let Some(place) = events.iter().position(|event| !event.get().starts_with('{')) {
        return Err(Problem::invalid(format!(
            "item {place} of the batch, from 0, is not an object; nothing was taken"
        )));
    }
    Ok(events.into_iter().map(|event| event.get().as_bytes().to_vec()).collect())
}

/// An event whose attributes are headers and whose payload is the body.
fn from_binary(headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Problem> {
    let data: &RawValue = serde_json::from_slice(body).map_err(|error| {
        Problem::invalid(format!("the body, which is the event's data, is not JSON: {error}"))
    })?;
    let mut event = Map::new();
    for (name, value) in headers {
        let Some(attribute) = name.as_str().strip_prefix("ce-") else { continue };
        let value =
            value.to_str().map_err(|_| Problem::invalid(format!("the header {name} is not plain text")))?;
        event.insert(attribute.to_owned(), Value::from(unescaped(value)));
    }
    let head = serde_json::to_string(&event).map_err(|error| Problem::internal(&error))?;
    let open = head.strip_suffix('}').unwrap_or(&head);
    Ok(format!("{open},\"data\":{}}}", data.get()).into_bytes())
}

/// Header values escape what is not plain ASCII by `%`.
fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('%') {
        return Cow::Borrowed(value);
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let code = others.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.filter(|_| *first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads an event that a caller brings, in the credential's brand and the request's trace where it names none. The payload
/// is read only where the caller may say what it says.
pub(crate) fn read(
    caller: &Caller,
    mut text: Vec<u8>,
    arrival: Arrival,
    traceparent: Option<&str>,
    origin: String,
) -> Incoming {
    let (mut missing, event) = match open(&text) {
        Err(rejection) => (String::new(), Err(rejection)),
        Ok(opened) => {
            let missing = missing(caller, &opened, traceparent);
            let opened = opened.or(caller.brand.as_str(), traceparent);
            (missing, may_come(caller, &opened).and_then(|()| opened.decode(arrival)))
        }
    };
    if let Some(end) = text.iter().rposition(|it| *it == b'}').filter(|_| !missing.is_empty()) {
        missing.push('}');
        text.splice(end.., missing.bytes());
    }
    Incoming { brand: Some(caller.brand.clone()), ..Incoming::decoded(text, event, arrival, origin) }
}

/// The attributes that an envelope lacks, as they are written at its end.
fn missing(caller: &Caller, opened: &Opened<'_>, traceparent: Option<&str>) -> String {
    let brand = opened.brand().is_none().then(|| ("brand", caller.brand.as_str()));
    let trace = traceparent.filter(|_| opened.traceparent().is_none()).map(|it| ("traceparent", it));
    brand
        .into_iter()
        .chain(trace)
        .map(|(name, value)| format!(",\"{name}\":{}", Value::from(value)))
        .collect()
}

/// Whether this credential may bring an event of this type and brand.
fn may_come(caller: &Caller, event: &Opened<'_>) -> Result<(), Rejection> {
    let refuse = |reason: String| Err(Rejection::new(RejectionCode::NotPossible, reason));
    let event_type = event.event_type();
    if SHARED.contains(&event_type) {
        return refuse(
            "the clock and exchange rates are those of the whole installation; a brand can not send them"
                .into(),
        );
    }
    if event.brand().is_some_and(|brand| brand != caller.brand.as_str()) {
        return refuse(format!(
            "the event is of another brand; this credential stands for `{}`",
            caller.brand
        ));
    }
    let scope = scope_of(event_type);
    if !caller.may(scope) {
        return refuse(format!(
            "`{}` may not send this event; it needs the scope {scope}",
            caller.credential
        ));
    }
    Ok(())
}

/// What is said of the whole installation.
const SHARED: [&str; 2] = ["tribute.clock.ticked", "tribute.fx.published"];

/// What a credential needs to say this. Facts of a shop or a platform need no more than to send events at all.
fn scope_of(event_type: &str) -> Scope {
    let noun = event_type.strip_prefix("tribute.").and_then(|it| it.split('.').next()).unwrap_or_default();
    match (noun, event_type) {
        (_, "tribute.post.reviewed") | ("campaign", _) => Scope::CONTENT_WRITE,
        (_, "tribute.click.judged") | ("conversion" | "hold" | "finding" | "claim", _) => {
            Scope::DECISIONS_WRITE
        }
        ("program", _) => Scope::PROGRAMS_WRITE,
        ("ambassador", _) => Scope::AMBASSADORS_WRITE,
        ("code" | "link", _) => Scope::LINKS_WRITE,
        (
            "payout_run"
            | "payout_approval"
            | "payout_cancellation"
            | "payout_file"
            | "settlement"
            | "statement"
            | "bank_entry"
            | "period"
            | "adjustment",
            _,
        ) => Scope::PAYOUTS_WRITE,
        ("person" | "payout_method" | "tax_form", _) => Scope::PEOPLE_WRITE,
        ("perk" | "token" | "shipment", _) => Scope::REWARDS_WRITE,
        _ => Scope::EVENTS_WRITE,
    }
}

#[cfg(test)]
mod tests {
    use tribute_events::{Payload, canonical_data};

    use super::*;

    #[test]
    fn an_event_in_binary_mode_is_the_same_event() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("ce-specversion", "1.0"), ("ce-id", "a%20%C3%A9"), ("ce-type", "tribute.x")] {
            headers.insert(name, value.parse().unwrap());
        }
        let event = from_binary(&headers, br#"{"amount": "1.10"}"#).unwrap();
        let expected = r#"{"id":"a é","specversion":"1.0","type":"tribute.x","data":{"amount": "1.10"}}"#;
        assert_eq!(canonical_data(&event).unwrap(), canonical_data(expected.as_bytes()).unwrap());
        let event: Value = serde_json::from_slice(&event).unwrap();
        assert_eq!(event["id"], "a é");
    }

    #[test]
    fn every_type_of_the_contract_needs_its_scope() {
        const FACTS: [&str; 14] = [
            "workshop.announced",
            "workshop.held",
            "fx.published",
            "post.published",
            "post.measured",
            "post.removed",
            "click.recorded",
            "login.recorded",
            "sale.completed",
            "sale.edited",
            "sale.refunded",
            "sale.cancelled",
            "sale.disputed",
            "clock.ticked",
        ];
        let facts: Vec<_> = FACTS.iter().map(|it| format!("tribute.{it}")).collect();
        for (event_type, _) in Payload::schemas() {
            let is_fact = scope_of(event_type) == Scope::EVENTS_WRITE;
            assert_eq!(is_fact, facts.iter().any(|it| it == event_type), "{event_type}");
        }
    }
}
