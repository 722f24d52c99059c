//! What is recorded, and what is not. A process installs once, so that this is one test.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter},
};
use tribute_traces::{Kind, Passage, Span, Traced, Traceparent, install, is_on, recorded};

const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

fn traced(event: &str) -> Traced {
    let texts = [SAMPLED, "acme", "tribute.sale.completed", event].map(str::to_owned);
    let [traceparent, brand, event_type, event] = texts;
    Traced { traceparent, brand, event_type, event }
}

#[test]
fn only_what_is_sampled_and_committed_is_recorded() {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let mut early = Passage::begin();
    early.through("commission", [traced("e0")]);
    assert!(!is_on() && !early.is_on() && recorded(SAMPLED).is_none());
    assert!(Span::begin(Kind::Server, "POST /v1/events", Traceparent::parse(SAMPLED), at).is_none());

    let kept = Kept::default();
    let none_begins_here = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(0.0)));
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(kept.clone())
        .with_sampler(none_begins_here)
        .build();
    install(&provider);
    early.arrive();
    assert!(is_on() && recorded(UNSAMPLED).is_none() && recorded("00-ab").is_none());
    assert!(Span::begin(Kind::Server, "GET /docs", None, at).is_none(), "the share is none");
    assert!(Span::begin(Kind::Server, "GET /docs", Traceparent::parse(UNSAMPLED), at).is_none());

    let mut span = Span::begin(Kind::Client, "POST webhook", recorded(SAMPLED), at).unwrap();
    let below = span.traceparent().to_string();
    assert!(below.starts_with(&SAMPLED[..36]) && below.ends_with("-01") && below != SAMPLED, "{below}");
    span.fail("there was no answer");
    span.end(at + Duration::from_millis(5));
    let mut lost = Passage::begin();
    lost.through("rewards", [traced("e1")]);
    drop(lost);
    let mut committed = Passage::begin();
    committed.through("commission", [traced("e2"), traced("e3")]);
    committed.arrive();

    let kept = kept.0.lock().unwrap();
    let names: Vec<_> = kept.iter().map(|it| it.name.as_ref()).collect();
    let consumed = "commission tribute.sale.completed";
    assert_eq!(names, ["POST webhook", consumed, consumed]);
    assert!(kept.iter().all(|it| it.parent_span_id.to_string() == SAMPLED[36..52]));
    assert_eq!((kept[0].start_time, kept[0].end_time), (at, at + Duration::from_millis(5)));
}
