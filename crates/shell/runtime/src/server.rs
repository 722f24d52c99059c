//! `/healthz`, `/readyz` and `/metrics`.

use std::net::SocketAddr;

use axum::{Router, http::StatusCode, http::header, response::IntoResponse, routing::get};
use tokio::net::TcpListener;

use crate::{Health, RuntimeError, Stop};

const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves `/healthz` (it runs), `/readyz` (it can do its work, or why not) and `/metrics` until it is time to stop.
///
/// # Errors
/// Where the address cannot be had.
pub async fn serve(address: SocketAddr, health: Health, mut stop: Stop) -> Result<(), RuntimeError> {
    let failed = |source| RuntimeError::Listen { address: address.to_string(), source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    tracing::info!(address = %listener.local_addr().map_err(failed)?, "listening");
    let until = async move { stop.wait().await };
    axum::serve(listener, routes(health)).with_graceful_shutdown(until).await.map_err(failed)
}

/// `/healthz`, `/readyz` and `/metrics`, to be served beside others.
pub fn routes(health: Health) -> Router {
    let (ready, metrics) = (health.clone(), health);
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async move { readiness(&ready) }))
        .route("/metrics", get(|| async move { ([(header::CONTENT_TYPE, TEXT)], metrics.metrics.text()) }))
}

fn readiness(health: &Health) -> impl IntoResponse + use<> {
    let troubles = health.troubles();
    if troubles.is_empty() {
        return (StatusCode::OK, "ready\n".to_owned());
    }
    let lines: Vec<_> = troubles.iter().map(|trouble| format!("not ready: {trouble}\n")).collect();
    (StatusCode::SERVICE_UNAVAILABLE, lines.concat())
}
