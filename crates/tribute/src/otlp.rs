//! Exports spans by OTLP over HTTP, on a thread of its own: whatever becomes of the collector, the work goes on. What it
//! does not take is counted and said in the log, and so is what its queue has no room for.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter},
};

/// Where spans go, and how many.
#[derive(Debug, Clone)]
pub(crate) struct Collector {
    /// The address of the collector, to which the path of traces is added.
    pub(crate) endpoint: String,
    /// Which share of the traces that begin here is recorded, from 0 to 1.
    pub(crate) share: f64,
}

/// How long a request to the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a process that ends waits for what is not exported yet.
const FLUSH_MAX: Duration = Duration::from_secs(1);
/// How often it is said how many spans were lost.
const SAID_EVERY: Duration = Duration::from_secs(60);
/// The longest answer of a collector that is read.
const ANSWER_MAX: u64 = 1 << 20;
const PATH: &str = "/v1/traces";

/// Spans are recorded and exported until this is ended.
pub(crate) struct Exporting(SdkTracerProvider);

impl Exporting {
    /// Has the spans of this process recorded and exported from now on.
    pub(crate) fn begin(collector: &Collector) -> Result<Self> {
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new())
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(address(&collector.endpoint))
            .with_timeout(PATIENCE)
            .build()
            .context("tracing.otlp_endpoint: spans cannot be exported there")?;
        let resource = Resource::builder()
            .with_service_name("tribute")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(collector.share)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(Counted { exporter, lost: Mutex::default() })
            .with_sampler(sampler)
            .with_resource(resource)
            .build();
        tribute_traces::install(&provider);
        Ok(Self(provider))
    }

    /// Exports what is left, as far as that goes in a moment.
    pub(crate) fn end(self) {
        let over = tokio::task::block_in_place(|| self.0.shutdown_with_timeout(FLUSH_MAX));
        if let Err(error) = over {
            tracing::warn!(%error, "the last spans were not exported");
        }
    }
}

/// Where a collector takes traces.
fn address(endpoint: &str) -> String {
    let base = endpoint.trim_end_matches('/');
    if base.ends_with(PATH) { base.to_owned() } else { format!("{base}{PATH}") }
}

/// An exporter whose failures are counted here, rather than each of them said there.
#[derive(Debug)]
struct Counted {
    exporter: opentelemetry_otlp::SpanExporter,
    lost: Mutex<Lost>,
}

/// Spans that the collector did not take.
#[derive(Debug, Default)]
struct Lost {
    count: usize,
    said: Option<Instant>,
}

impl Lost {
    /// Adds some; says how many there are by now, where it is time to.
    fn add(&mut self, count: usize, now: Instant) -> Option<usize> {
        self.count = self.count.saturating_add(count);
        if self.said.is_some_and(|at| now.duration_since(at) < SAID_EVERY) {
            return None;
        }
        self.said = Some(now);
        Some(self.count)
    }
}

impl SpanExporter for Counted {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        if let Err(error) = self.exporter.export(batch).await {
            let mut known = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(lost) = known.add(count, Instant::now()) {
                tracing::warn!(%error, lost, "the collector of tracing.otlp_endpoint does not take spans");
            }
        }
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// Makes requests and waits for them, which is right on the thread that exports.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .http_status_as_error(false);
        Self(config.build().new_agent())
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, mut body) = self.0.run(request.map(|body| body.to_vec()))?.into_parts();
        let answer = body.with_config().limit(ANSWER_MAX).read_to_vec()?;
        Ok(Response::from_parts(head, answer.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_added_once() {
        for endpoint in ["http://c:4318", "http://c:4318/", "http://c:4318/v1/traces"] {
            assert_eq!(address(endpoint), "http://c:4318/v1/traces");
        }
        assert_eq!(address("https://c/otlp"), "https://c/otlp/v1/traces");
    }

    #[test]
    fn what_is_lost_is_counted_always_and_said_once_in_a_while() {
        let (mut lost, now) = (Lost::default(), Instant::now());
        assert_eq!(lost.add(2, now), Some(2));
        assert_eq!(lost.add(3, now + Duration::from_secs(59)), None);
        assert_eq!(lost.add(4, now + SAID_EVERY), Some(9));
    }
}
