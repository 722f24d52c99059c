//! What a request says, read or refused as a problem.

use axum::{
    body::Bytes,
    extract::{
        FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request,
        rejection::{PathRejection, QueryRejection},
    },
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::{Problem, ProblemCode};

/// The parameters of the path.
pub(crate) struct Path<T>(pub(crate) T);

/// The parameters of the query.
pub(crate) struct Query<T>(pub(crate) T);

/// A body in JSON.
pub(crate) struct Body<T>(pub(crate) T);

/// A body as it came.
pub(crate) struct Raw(pub(crate) Bytes);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read: Result<AxumPath<T>, PathRejection> = AxumPath::from_request_parts(parts, state).await;
        let AxumPath(read) =
            read.map_err(|error| Problem::invalid(format!("the path: {}", error.body_text())))?;
        Ok(Self(read))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read: Result<AxumQuery<T>, QueryRejection> = AxumQuery::from_request_parts(parts, state).await;
        let AxumQuery(read) =
            read.map_err(|error| Problem::invalid(format!("the query: {}", error.body_text())))?;
        Ok(Self(read))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let media = media.and_then(|it| it.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
        if media != "application/json" {
            let detail = format!("`{media}` is not taken; send application/json");
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, detail));
        }
        let Raw(body) = Raw::from_request(request, state).await?;
        // Nothing that is stored may hold a zero character.
        if holds_zero(&body) {
            return Err(Problem::unprocessable(
                "the body holds a zero character (\\u0000), which no text may hold",
            ));
        }
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            let detail = format!("the body: {error}");
            if error.is_data() { Problem::unprocessable(detail) } else { Problem::invalid(detail) }
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let coding = request.headers().get(header::CONTENT_ENCODING);
        if let Some(coding) = coding.filter(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity")) {
            let detail = format!("a body that is {coding:?} is not taken; send it as it is");
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, detail));
        }
        let body = Bytes::from_request(request, state).await;
        body.map(Self).map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(ProblemCode::TooLarge, "the body is too long; at most 16 MiB are taken")
            }
            _ => Problem::invalid(error.body_text()),
        })
    }
}

/// Whether a body may hold a zero character.
fn holds_zero(body: &[u8]) -> bool {
    body.windows(6).any(|it| it == b"\\u0000")
}
