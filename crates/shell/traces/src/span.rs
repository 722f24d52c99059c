//! Spans: begun where tracing is on and the trace is sampled, and nothing otherwise.

use std::{borrow::Cow, sync::OnceLock, time::SystemTime};

use opentelemetry::{
    Context, KeyValue, Value,
    global::{BoxedSpan, BoxedTracer},
    trace::{Span as _, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer, TracerProvider},
};

use crate::Traceparent;

/// The scope that spans say they are of.
const SCOPE: &str = "tribute";

static TRACER: OnceLock<BoxedTracer> = OnceLock::new();

/// Has spans recorded by this provider, from now on and for good: said once, by the process.
pub fn install<P, T>(provider: &P)
where
    P: TracerProvider<Tracer = T>,
    T: Tracer + Send + Sync + 'static,
    T::Span: Send + Sync + 'static,
{
    TRACER.get_or_init(|| BoxedTracer::new(Box::new(provider.tracer(SCOPE))));
}

/// Whether spans are recorded by this process.
#[must_use]
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

/// The trace of a text, where this process records it.
#[must_use]
pub fn recorded(text: &str) -> Option<Traceparent> {
    if !is_on() {
        return None;
    }
    Traceparent::parse(text).filter(Traceparent::is_sampled)
}

/// What a span is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A request that was answered.
    Server,
    /// An event that was taken on.
    Consumer,
    /// A request that was made.
    Client,
}

/// Something that happens, in a trace. One that is dropped ends then.
#[derive(Debug)]
pub struct Span(BoxedSpan);

impl Span {
    /// Begins a span below another one; below none it begins a trace, of which a share is recorded. Nothing where nothing
    /// is installed, or the trace is not recorded.
    #[must_use]
    pub fn begin(
        kind: Kind,
        name: impl Into<Cow<'static, str>>,
        above: Option<Traceparent>,
        at: SystemTime,
    ) -> Option<Self> {
        let tracer = TRACER.get()?;
        let context = match above {
            Some(above) if !above.is_sampled() => return None,
            Some(above) => Context::new().with_remote_span_context(above.context()),
            None => Context::new(),
        };
        let kind = match kind {
            Kind::Server => SpanKind::Server,
            Kind::Consumer => SpanKind::Consumer,
            Kind::Client => SpanKind::Client,
        };
        let builder = SpanBuilder::from_name(name).with_kind(kind).with_start_time(at);
        let span = tracer.build_with_context(builder, &context);
        span.is_recording().then_some(Self(span))
    }

    /// Where it stands: whatever follows from it goes on from here.
    #[must_use]
    pub fn traceparent(&self) -> Traceparent {
        Traceparent::of(self.0.span_context())
    }

    /// Says something of it: an id, a type or an outcome, and nothing of people.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.set_attribute(KeyValue::new(name, value));
    }

    /// It failed, and why in a few words that name nobody.
    pub fn fail(&mut self, why: impl Into<Cow<'static, str>>) {
        self.0.set_status(Status::error(why));
    }

    /// Ends it.
    pub fn end(mut self, at: SystemTime) {
        self.0.end_with_timestamp(at);
    }
}
