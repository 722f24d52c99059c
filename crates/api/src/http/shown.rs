//! What is done to every answer that shows something: only the fields that were asked for, and an `ETag`.

use std::collections::BTreeSet;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Problem;

/// The longest answer that is held to be looked at.
const ANSWER_MAX: usize = 256 << 20;

/// The fields that a query asks for, which must be among those that there are.
pub(crate) fn fields(
    asked: Option<&str>,
    known: &BTreeSet<String>,
) -> Result<Option<BTreeSet<String>>, Problem> {
    let Some(asked) = asked.filter(|it| !it.is_empty()) else { return Ok(None) };
    let asked: BTreeSet<String> = asked.split(',').map(|it| it.trim().to_owned()).collect();
    match asked.iter().find(|name| !known.contains(*name)) {
        None => Ok(Some(asked)),
        Some(unknown) => {
            let known = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            Err(Problem::invalid(format!("fields: there is no field `{unknown}`; there are {known}")))
        }
    }
}

/// Leaves out what was not asked for, writes an `ETag`, and answers 304 to who has the same already. A stream goes through
/// as it is.
pub(crate) async fn show(
    method: &Method,
    asked: &HeaderMap,
    fields: Option<BTreeSet<String>>,
    response: Response,
) -> Response {
    let content = response.headers().get(header::CONTENT_TYPE);
    let is_stream = content.is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
    if method != Method::GET || response.status() != StatusCode::OK || is_stream {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match to_bytes(body, ANSWER_MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let bytes = match fields.map(|fields| only(&bytes, &fields)).transpose() {
        Ok(fewer) => fewer.map_or(bytes, Into::into),
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let digest = Sha256::digest(&bytes);
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    parts.headers.remove(header::CONTENT_LENGTH);
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, value);
    }
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    parts.headers.insert(header::VARY, HeaderValue::from_static("authorization, accept, tribute-ambassador"));
    if is_known(asked, &tag) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The rows of a page, or the one thing, with these fields only.
fn only(bytes: &[u8], fields: &BTreeSet<String>) -> Result<Vec<u8>, serde_json::Error> {
    let mut whole: Value = serde_json::from_slice(bytes)?;
    let keep = |row: &mut Value| {
        if let Some(row) = row.as_object_mut() {
            row.retain(|name, _| fields.contains(name));
        }
    };
    match whole.get_mut("items").and_then(Value::as_array_mut) {
        Some(rows) => rows.iter_mut().for_each(keep),
        None => keep(&mut whole),
    }
    serde_json::to_vec(&whole)
}

/// Whether who asks has this already.
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let tags = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|it| it.to_str().ok());
    tags.flat_map(|it| it.split(','))
        .map(|it| it.trim().trim_start_matches("W/"))
        .any(|it| it == tag || it == "*")
}
