//! `Idempotency-Key`: a request that is sent again says the same at the same instant, and so counts once.
//!
//! The database keeps of a key when it came first, and what the request was. The event's id and time follow from these,
//! so that the log knows the event for the one that it has, also where nobody learned what became of it.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tribute_events::{Arrival, Timestamp};
use tribute_services::Incoming;
use tribute_store::entity::idempotency_key::{Column, Entity, Model};

use crate::{Answer, Api, Caller, Problem, ProblemCode};

/// The source of events that were written by HTTP.
const SOURCE: &str = "/tribute/api";
const HEADER: &str = "idempotency-key";
const LENGTH_MAX: usize = 64;

/// What was written.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Written {
    /// The event's type.
    #[serde(rename = "type")]
    event_type: String,
    /// Its source.
    source: String,
    /// Its id.
    id: String,
    /// Its time. It is durable, and has its effect or will have it in a moment.
    time: Timestamp,
}

/// The key of a request that writes, with what tells it from another request.
#[derive(Debug, Clone)]
pub(crate) struct WriteKey {
    key: String,
    method: String,
    path: String,
    trace: Option<String>,
}

/// What is to be said.
#[derive(Debug)]
pub(crate) struct Said {
    /// The event's type.
    pub(crate) event_type: &'static str,
    /// Its payload.
    pub(crate) data: Value,
}

impl<S: Sync> FromRequestParts<S> for WriteKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = parts.uri.path().to_owned();
        let trace = parts.headers.get("traceparent").and_then(|it| it.to_str().ok()).map(str::to_owned);
        Ok(Self { key: read(&parts.headers)?, method: parts.method.to_string(), path, trace })
    }
}

fn read(headers: &HeaderMap) -> Result<String, Problem> {
    let detail = format!(
        "send an `Idempotency-Key` of your own choice, 1 to {LENGTH_MAX} letters, digits, `-`, `_` or `.`, a new one for \
         each thing to be written"
    );
    let key = headers.get(HEADER).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let plain = key.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it));
    if plain && (1..=LENGTH_MAX).contains(&key.len()) {
        Ok(key.to_owned())
    } else {
        Err(Problem::invalid(detail))
    }
}

impl WriteKey {
    /// The key itself.
    pub(crate) fn as_str(&self) -> &str {
        &self.key
    }

    /// When the request came first.
    ///
    /// # Errors
    /// [`ProblemCode::KeyReused`] where another one came with this key.
    pub(crate) async fn first(&self, api: &Api, caller: &Caller, what: &[u8]) -> Result<Timestamp, Problem> {
        let mut digest = Sha256::new();
        for part in [self.method.as_bytes(), self.path.as_bytes(), what] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let row = Model {
            brand: caller.brand.to_string(),
            credential: caller.credential.clone(),
            key: self.key.clone(),
            digest: digest.finalize().to_vec(),
            at: api.now().millis(),
        };
        let mut transaction = api.whole().begin().await?;
        let first = if transaction.insert_new::<Entity>(std::slice::from_ref(&row)).await? == 1 {
            row.clone()
        } else {
            let key =
                vec![row.brand.as_str().into(), row.credential.as_str().into(), row.key.as_str().into()];
            let found =
                transaction.find::<Entity>(&[Column::Brand, Column::Credential, Column::Key], &[key]).await?;
            found.into_iter().next().unwrap_or_else(|| row.clone())
        };
        transaction.commit().await?;
        if first.digest != row.digest {
            let detail = format!(
                "the Idempotency-Key `{}` came before with another request; take a new one",
                self.key
            );
            return Err(Problem::new(ProblemCode::KeyReused, detail));
        }
        Ok(Timestamp::from_millis(first.at))
    }
}

impl Api {
    /// Says something as an event of the caller's brand.
    ///
    /// # Errors
    /// [`ProblemCode::Quarantined`] where it was put aside; what [`WriteKey::first`] and [`Api::accept`] say.
    pub(crate) async fn say(&self, caller: &Caller, key: &WriteKey, said: Said) -> Result<Written, Problem> {
        let Said { event_type, data } = said;
        let time = key.first(self, caller, format!("{event_type} {data}").as_bytes()).await?;
        let id = format!("{}/{}", caller.credential, key.key);
        let mut event = json!({
            "specversion": "1.0", "type": event_type, "source": SOURCE, "id": id, "brand": caller.brand,
            "time": time, "recordedtime": time, "data": data,
        });
        if let Some(trace) = &key.trace {
            event["traceparent"] = trace.as_str().into();
        }
        let incoming =
            Incoming::read(event.to_string().into_bytes(), Arrival::Live(self.now()), format!("http {id}"));
        self.take(caller, incoming).await?;
        Ok(Written { event_type: event_type.to_owned(), source: SOURCE.to_owned(), id, time })
    }

    /// Takes in one event that this crate wrote.
    pub(crate) async fn take(&self, caller: &Caller, incoming: Incoming) -> Result<(), Problem> {
        let incoming = Incoming { brand: Some(caller.brand.clone()), ..incoming };
        match self.accept(vec![incoming]).await?.pop() {
            Some(Answer::Quarantined { number, code, reason }) => {
                let number = number
                    .map(|number| format!(" It is number {number} in the quarantine."))
                    .unwrap_or_default();
                Err(Problem::new(ProblemCode::Quarantined, format!("{code}: {reason}{number}")))
            }
            Some(Answer::Accepted | Answer::Duplicate) | None => Ok(()),
        }
    }
}

impl Written {
    /// What an event says of itself.
    pub(crate) fn of(event_type: &str, source: &str, id: &str, time: Timestamp) -> Self {
        let [event_type, source, id] = [event_type, source, id].map(str::to_owned);
        Self { event_type, source, id, time }
    }
}
