//! What surrounds every request: its id, limits of time and size, the access log, and who asks.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{FromRequestParts, MatchedPath, OptionalFromRequestParts, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use tribute_store::on_behalf_of;

use crate::{
    Api, Caller, Problem, ProblemCode,
    access::{authenticate, key::new_name},
    http::{
        operation::Access,
        origin::{Origin, Peer},
        shown, traced,
    },
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
pub(crate) async fn surround(
    State((api, limit)): State<(Api, Duration)>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let origin =
        request.extensions().get::<Peer>().map(|peer| api.proxies().origin(*peer, request.headers()));
    if let Some(origin) = origin {
        request.extensions_mut().insert(origin);
    }
    let id = request_id(&request);
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = traced::begin(&mut request, path.as_deref());
    let mut response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail =
                format!("it took longer than {} s; nothing is lost where it is sent again", limit.as_secs());
            Problem::new(ProblemCode::TimedOut, detail).into_response()
        }
    };
    if let Some(span) = span {
        traced::end(span, response.status());
    }
    let (status, micros) = (response.status().as_u16(), begun.elapsed().as_micros());
    let credential = response.extensions().get::<Credential>().map_or("-", |it| it.0.as_str());
    let path = path.as_deref().unwrap_or("-");
    let (proxied, https) = (origin.map(|it| it.is_proxied), origin.and_then(|it| it.is_encrypted));
    tracing::info!(
        target: "tribute::access", %method, path, status, micros, credential, request = id, proxied, https
    );
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

/// What an operation lets through.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) api: Api,
    pub(crate) access: Access,
    /// The parameters that its query may have.
    pub(crate) parameters: Arc<BTreeSet<String>>,
    /// The fields of what it shows.
    pub(crate) fields: Arc<BTreeSet<String>>,
}

/// Lets a request through where whoever asks may, and as often as they may, and shows what they asked for of the answer.
pub(crate) async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let mut credential = None;
    let let_through = pass(gate, request, next, &mut credential).await;
    let mut response = let_through.unwrap_or_else(IntoResponse::into_response);
    if let Some(credential) = credential {
        response.extensions_mut().insert(credential);
    }
    response
}

async fn pass(
    gate: Gate,
    mut request: Request,
    next: Next,
    credential: &mut Option<Credential>,
) -> Result<Response, Problem> {
    let (mut left, mut brand) = (None, String::new());
    let origin = request.extensions().get::<Origin>().copied();
    if let Some(scope) = gate.access.scope() {
        let caller = match authenticate(&gate.api, request.headers()).await {
            Ok(caller) => caller,
            Err(problem) => return Err(too_often(&gate.api, origin).unwrap_or(problem)),
        };
        *credential = Some(Credential(caller.credential.clone()));
        let taken = gate.api.limits().take(&caller.credential, Instant::now());
        left = Some(taken);
        if let Some(seconds) = taken.after {
            let detail = "this credential has asked too often; `RateLimit` says how often it may";
            let mut response = Problem::new(ProblemCode::Busy, detail).after(seconds).into_response();
            taken.write(response.headers_mut());
            return Ok(response);
        }
        if !matches!(gate.access, Access::Itself(_)) {
            caller.need_ambassador()?;
        }
        caller.need(scope)?;
        if matches!(gate.access, Access::Whole(_)) {
            caller.need_whole()?;
        }
        brand = caller.brand.to_string();
        request.extensions_mut().insert(caller);
    }
    // Whoever follows a link, or a shop that delivers, may bring a query of their own.
    let is_own = gate.access.scope().is_some();
    let query = if is_own { parameters(&request, &gate.parameters)? } else { None };
    let fields = shown::fields(query.as_deref(), &gate.fields)?;
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let response = on_behalf_of(&brand, next.run(request)).await;
    let is_forged = matches!(gate.access, Access::Signed) && response.status() == StatusCode::UNAUTHORIZED;
    if let Some(problem) = is_forged.then(|| too_often(&gate.api, origin)).flatten() {
        return Err(problem);
    }
    let mut response = shown::show(&method, &headers, fields, response).await;
    if let Some(left) = left {
        left.write(response.headers_mut());
    }
    Ok(response)
}

/// Counts one more who came without a credential that counts, or with a signature that is none: they may try as often as
/// one who has one may ask. What they are answered who tried more often.
fn too_often(api: &Api, origin: Option<Origin>) -> Option<Problem> {
    let seconds = api.limits().take(&origin?.counted(), Instant::now()).after?;
    Some(Problem::new(ProblemCode::Busy, "this address has tried too many credentials").after(seconds))
}

/// Looks through path and query; gives what `fields` says. A name that is not known is said so: a filter that was
/// mistyped would show everything.
fn parameters(request: &Request, known: &BTreeSet<String>) -> Result<Option<String>, Problem> {
    let uri = request.uri();
    if [Some(uri.path()), uri.query()].into_iter().flatten().any(holds_control) {
        return Err(Problem::invalid("the path or the query holds a control character, which no id has"));
    }
    let axum::extract::Query(pairs) = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|error| Problem::invalid(format!("the query: {}", error.body_text())))?;
    let mut seen = BTreeSet::new();
    let mut fields = None;
    for (name, value) in pairs {
        if !known.contains(&name) {
            let known = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(Problem::invalid(format!(
                "the query: there is no parameter `{name}`; there are: {known}"
            )));
        }
        if name == "fields" {
            fields = Some(value);
        }
        if !seen.insert(name.clone()) {
            return Err(Problem::invalid(format!("the query: `{name}` is there twice")));
        }
    }
    Ok(fields)
}

/// Whether an address holds a control character, as `%00` to `%1F` or `%7F`.
fn holds_control(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(3).any(|it| match it {
        [b'%', high, low] => matches!((high, low), (b'0' | b'1', _) | (b'7', b'F' | b'f')),
        _ => false,
    })
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let missing = || Problem::new(ProblemCode::Unauthenticated, "a credential is needed");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Origin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Ok(parts.extensions.get::<Self>().copied())
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let missing = || Problem::new(ProblemCode::Internal, "the request has no id");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}
