//! What went wrong with a request, as RFC 9457 says it: a stable code for programs, a sentence for people.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;

/// What is wrong. The code is stable: programs may depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The request cannot be read: its path, query, header or body.
    InvalidRequest,
    /// No credential came, or one that does not count.
    Unauthenticated,
    /// The credential's role or scopes do not allow this.
    Forbidden,
    /// There is no such thing in the brand of the credential.
    NotFound,
    /// What is asked for is no longer kept.
    Gone,
    /// The path knows other methods.
    MethodNotAllowed,
    /// No media type that `Accept` asks for can be given.
    NotAcceptable,
    /// It is not possible in the present state.
    NotPossible,
    /// A request with this `Idempotency-Key` is under way.
    InFlight,
    /// The `Idempotency-Key` came before with another request.
    KeyReused,
    /// The body is longer than is taken.
    TooLarge,
    /// The body's media type is none that is taken.
    UnsupportedMediaType,
    /// The request can be read, but what it asks for means nothing here: terms that contradict themselves, a cursor of
    /// another list.
    Unprocessable,
    /// An event was put aside; the reason says what to correct.
    Quarantined,
    /// Too many requests, or too much work is waiting; try again after `Retry-After`.
    Busy,
    /// It took too long.
    TimedOut,
    /// Something that is needed does not answer; try again after `Retry-After`.
    Unavailable,
    /// A fault of the server, which is in its log under the request's id.
    Internal,
}

impl ProblemCode {
    /// Every code.
    pub const ALL: [Self; 18] = [
        Self::Gone,
        Self::InvalidRequest,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::NotPossible,
        Self::InFlight,
        Self::KeyReused,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Unprocessable,
        Self::Quarantined,
        Self::Busy,
        Self::TimedOut,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The status that it comes with.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Gone => StatusCode::GONE,
            Self::NotPossible | Self::InFlight => StatusCode::CONFLICT,
            Self::KeyReused | Self::Unprocessable | Self::Quarantined => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Gone => "gone",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::NotPossible => "not_possible",
            Self::InFlight => "in_flight",
            Self::KeyReused => "key_reused",
            Self::TooLarge => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Unprocessable => "unprocessable",
            Self::Quarantined => "quarantined",
            Self::Busy => "busy",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request cannot be read",
            Self::Unauthenticated => "A credential is needed",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::Gone => "No longer kept",
            Self::MethodNotAllowed => "The method is not allowed here",
            Self::NotAcceptable => "The media type cannot be given",
            Self::NotPossible => "Not possible in the present state",
            Self::InFlight => "The same request is under way",
            Self::KeyReused => "The idempotency key was used before",
            Self::TooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The media type is not taken",
            Self::Unprocessable => "It means nothing here",
            Self::Quarantined => "The event was put aside",
            Self::Busy => "Too many requests",
            Self::TimedOut => "It took too long",
            Self::Unavailable => "Not available for now",
            Self::Internal => "A fault of the server",
        }
    }
}

/// An answer that says what is wrong, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub code: ProblemCode,
    /// What happened, to which id, and what to do.
    pub detail: String,
    /// After how many seconds to try again, where that helps.
    pub retry_after: Option<u32>,
}

/// The document as it is written.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Document {
    /// A URI that names the code.
    r#type: String,
    /// The code in a few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable code.
    code: ProblemCode,
    /// What happened, to which id, and what to do.
    detail: String,
}

impl Problem {
    /// A problem with its sentence.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after: None }
    }

    /// The same, with the seconds after which to try again.
    #[must_use]
    pub fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// There is no such thing in the brand of whoever asks.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(ProblemCode::NotFound, format!("there is no {what} `{id}`"))
    }

    /// The request cannot be read.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::InvalidRequest, detail)
    }

    /// The request can be read, and what it asks for means nothing here.
    pub(crate) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::Unprocessable, detail)
    }

    /// A fault of ours: the error goes into the log, the answer names no more than that.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request failed");
        Self::new(
            ProblemCode::Internal,
            "the fault is in the server's log; tell whoever runs it the request's id",
        )
    }
}

impl From<tribute_store::StoreError> for Problem {
    fn from(error: tribute_store::StoreError) -> Self {
        if error.is_transient() {
            tracing::warn!(%error, "the database does not answer");
            return Self::new(ProblemCode::Unavailable, "the database does not answer; try again").after(1);
        }
        Self::internal(&error)
    }
}

impl From<tribute_services::ServiceError> for Problem {
    fn from(error: tribute_services::ServiceError) -> Self {
        match error {
            tribute_services::ServiceError::Store(error) => error.into(),
            error => Self::internal(&error),
        }
    }
}

impl From<tribute_reports::ReportError> for Problem {
    fn from(error: tribute_reports::ReportError) -> Self {
        use tribute_reports::ReportError;
        match error {
            ReportError::Store(error) => error.into(),
            ReportError::Service(error) => error.into(),
            ReportError::NoAmbassador { ambassador, .. } => Self::not_found("ambassador", &ambassador),
            error => Self::internal(&error),
        }
    }
}

impl From<sea_orm::DbErr> for Problem {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let document = Document {
            r#type: format!("urn:tribute:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == ProblemCode::Unauthenticated {
            let bearer = HeaderValue::from_static("Bearer realm=\"tribute\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_as_serde_writes_it() {
        for code in ProblemCode::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{}\"", code.as_str()));
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }
}
