//! The span of a request, where traces are recorded.

use std::time::SystemTime;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode},
};
use tribute_services::Incoming;
use tribute_traces::{Kind, Span, Traceparent, is_on, recorded};

/// By which header a trace travels.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Begins the span of a request, and puts it into the place of the caller's: what comes of the request follows from it. A
/// request that brings no trace begins one, of which a share is recorded.
pub(crate) fn begin(request: &mut Request, path: Option<&str>) -> Option<Span> {
    if !is_on() {
        return None;
    }
    let brought = request.headers().get(TRACEPARENT).and_then(|it| it.to_str().ok());
    let method = named(request.method());
    let name = path.map_or_else(|| method.to_owned(), |path| format!("{method} {path}"));
    let mut span = Span::begin(Kind::Server, name, brought.and_then(Traceparent::parse), SystemTime::now())?;
    span.set("tribute.service", "api");
    span.set("http.request.method", method);
    if let Some(path) = path {
        span.set("http.route", path.to_owned());
    }
    let own = HeaderValue::try_from(span.traceparent().to_string()).ok()?;
    request.headers_mut().insert(TRACEPARENT, own);
    Some(span)
}

/// Whoever asks may make methods up: of these there is one name.
fn named(method: &Method) -> &'static str {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
        Method::PATCH,
    ];
    const NAMES: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
    KNOWN.iter().position(|it| it == method).map_or("_OTHER", |place| NAMES[place])
}

/// Ends it with what was answered.
pub(crate) fn end(mut span: Span, status: StatusCode) {
    span.set("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.fail("it was not answered as asked");
    }
    span.end(SystemTime::now());
}

/// Where a request stands in its trace, where that is recorded.
pub(crate) fn of(headers: &HeaderMap) -> Option<Traceparent> {
    headers.get(TRACEPARENT).and_then(|it| it.to_str().ok()).and_then(recorded)
}

/// An event that was made here goes on in the trace of its request.
pub(crate) fn carried(mut incoming: Incoming, trace: Option<Traceparent>) -> Incoming {
    let (Some(trace), Ok(event)) = (trace, &mut incoming.event) else { return incoming };
    let Some(end) = incoming.bytes.iter().rposition(|it| *it == b'}') else { return incoming };
    if event.traceparent.is_none() {
        event.traceparent = Some(trace.to_string().into());
        incoming.bytes.splice(end.., format!(",\"traceparent\":\"{trace}\"}}").into_bytes());
    }
    incoming
}

#[cfg(test)]
mod tests {
    use tribute_events::Arrival;

    use super::*;

    #[test]
    fn an_event_that_is_carried_on_is_the_same_event() {
        let text = r#"{"specversion":"1.0","id":"e1","source":"/s","type":"tribute.click.recorded","brand":"acme",
            "time":"2026-03-01T10:00:00Z","data":{"click":"c1","device":"d1"}}"#;
        let read = |bytes: Vec<u8>| Incoming::read(bytes, Arrival::Backfill, String::new());
        let trace = Traceparent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        let carried = carried(read(text.as_bytes().to_vec()), trace);
        let (event, again) = (carried.event.unwrap(), read(carried.bytes).event.unwrap());
        assert_eq!(event, again);
        assert_eq!(event.traceparent.as_deref(), trace.map(|it| it.to_string()).as_deref());
        assert_eq!(event.fingerprint, read(text.as_bytes().to_vec()).event.unwrap().fingerprint);
    }

    #[test]
    fn a_method_that_somebody_made_up_makes_no_name() {
        assert_eq!(named(&Method::DELETE), "DELETE");
        assert_eq!(named(&Method::from_bytes(b"BREW").unwrap()), "_OTHER");
    }
}
