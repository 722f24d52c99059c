//! Listens, answers, and stops without cutting anybody off.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Extension, Router, extract::DefaultBodyLimit, http::header, middleware, routing::get};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tower_service::Service;
use tribute_runtime::Stop;

use super::{
    openapi,
    operation::{MakeSchema, Operation},
    origin::Peer,
    request::{self, Gate},
    tls::Tls,
};
use crate::{Api, Problem, ProblemCode, guide, operations};

/// How long a request may take.
const REQUEST_MAX: Duration = Duration::from_secs(30);
/// How long its headers may take.
const HEADERS_MAX: Duration = Duration::from_secs(10);
/// How many bytes its line and headers may have, give or take what is read at a time; more is answered by 431.
const HEADERS_SIZE_MAX: usize = 64 << 10;
/// How long those under way may take where it is time to stop.
const DRAIN_MAX: Duration = Duration::from_secs(6);
/// The longest body, in bytes.
const BODY_MAX: usize = 16 << 20;

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
#[error("{address} cannot be listened at")]
pub struct ServeError {
    address: String,
    source: std::io::Error,
}

/// Every route.
pub fn router(api: Api) -> Router {
    let mut routes = Router::new();
    let operations = operations();
    // Made once: every request is answered with the same bytes.
    let document = axum::body::Bytes::from(openapi::document(&operations).to_string());
    let page = axum::body::Bytes::from(guide::page(&operations));
    for operation in operations {
        let gate = gate(&api, &operation);
        let guard = middleware::from_fn_with_state(gate, request::guard);
        routes = routes.route(operation.path, operation.handler.route_layer(guard));
    }
    let shown = |media: &'static str, bytes: axum::body::Bytes| {
        get(move || async move { ([(header::CONTENT_TYPE, media)], bytes) })
    };
    let wrong_method =
        || async { Problem::new(ProblemCode::MethodNotAllowed, "see /openapi.json for what is") };
    let nowhere =
        || async { Problem::new(ProblemCode::NotFound, "there is no such path; see /openapi.json") };
    routes
        .route("/openapi.json", shown("application/json", document))
        .route("/docs", shown("text/html; charset=utf-8", page))
        .method_not_allowed_fallback(wrong_method)
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state((api.clone(), REQUEST_MAX), request::surround))
        .with_state(api)
}

/// What an operation lets through: what the document says of it.
fn gate(api: &Api, operation: &Operation) -> Gate {
    let names = |make: &MakeSchema| openapi::fields_of(*make).into_iter();
    Gate {
        api: api.clone(),
        access: operation.access,
        parameters: Arc::new(operation.queries.iter().flat_map(names).collect()),
        fields: Arc::new(operation.row.iter().flat_map(names).collect()),
    }
}

/// Serves until it is time to stop, then lets requests under way end. For behind a proxy that speaks TLS.
///
/// # Errors
/// Where the address cannot be had.
pub async fn serve(address: SocketAddr, routes: Router, stop: Stop) -> Result<(), ServeError> {
    serve_with(address, routes, None, stop).await
}

/// As [`serve`], by TLS where there is a certificate.
///
/// # Errors
/// Where the address cannot be had.
pub async fn serve_with(
    address: SocketAddr,
    routes: Router,
    tls: Option<Tls>,
    mut stop: Stop,
) -> Result<(), ServeError> {
    // Who streams hears by it that it is time to end.
    let routes = routes.layer(Extension(stop.clone()));
    let failed = |source| ServeError { address: address.to_string(), source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    tracing::info!(address = %listener.local_addr().map_err(failed)?, "listening");
    let underway = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    let peer = Peer { address: from.ip(), is_encrypted: tls.is_some() };
                    converse(stream, peer, tls.clone(), routes.clone(), &underway);
                }
                Err(error) => {
                    // As a rule too many files are open; those under way end and make room.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            () = stop.wait() => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_MAX, underway.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and are cut off");
    }
    Ok(())
}

/// Answers on one connection.
fn converse(stream: TcpStream, peer: Peer, tls: Option<Tls>, routes: Router, underway: &GracefulShutdown) {
    let _best_effort = stream.set_nodelay(true);
    let watcher = underway.watcher();
    tokio::spawn(async move {
        match tls {
            None => answer(stream, peer, routes, watcher).await,
            Some(tls) => match tls.greet(stream, HEADERS_MAX).await {
                Ok(stream) => answer(stream, peer, routes, watcher).await,
                Err(error) => tracing::debug!(%error, "a connection spoke no TLS"),
            },
        }
    });
}

async fn answer<S>(stream: S, peer: Peer, routes: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let routes = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        routes.clone().call(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_MAX)
        .max_buf_size(HEADERS_SIZE_MAX)
        .serve_connection(TokioIo::new(stream), routes);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended");
    }
}
