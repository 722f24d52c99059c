//! What surrounds every request: its id, limits of time and size, the access log, and who asks.

use std::time::{Duration, Instant};

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    Api, Caller, Problem, ProblemCode,
    access::{authenticate, key::new_name},
    operation::Access,
};

/// By which header a request is found in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id: its own where it brought a decent one, a new one otherwise.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// The public name of the credential that a request came with, for the access log.
#[derive(Debug, Clone)]
struct Credential(String);

/// Gives a request its id, cuts it off after a time, and writes the access log: no address, no query, no body.
pub(crate) async fn surround(State(limit): State<Duration>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(&request);
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail =
                format!("it took longer than {} s; nothing is lost where it is sent again", limit.as_secs());
            Problem::new(ProblemCode::TimedOut, detail).into_response()
        }
    };
    let (status, micros) = (response.status().as_u16(), begun.elapsed().as_micros());
    let credential = response.extensions().get::<Credential>().map_or("-", |it| it.0.as_str());
    let path = path.as_deref().unwrap_or("-");
    tracing::info!(target: "tribute::access", %method, path, status, micros, credential, request = id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn request_id(request: &Request) -> String {
    let brought = request.headers().get(REQUEST_ID).and_then(|it| it.to_str().ok());
    let decent = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
    };
    match brought.filter(decent) {
        Some(id) => id.to_owned(),
        None => new_name("req").unwrap_or_else(|_| "req".to_owned()),
    }
}

/// Lets a request through where whoever asks may.
pub(crate) async fn guard(
    State((api, access)): State<(Api, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if let Access::Scope(scope) = access {
        let caller = authenticate(api.database(), request.headers(), api.now()).await?;
        let credential = Credential(caller.credential.clone());
        let allowed = caller.need(scope);
        request.extensions_mut().insert(caller);
        let mut response = match allowed {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        };
        response.extensions_mut().insert(credential);
        return Ok(response);
    }
    Ok(next.run(request).await)
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let missing = || Problem::new(ProblemCode::Unauthenticated, "a credential is needed");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let missing = || Problem::new(ProblemCode::Internal, "the request has no id");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}
