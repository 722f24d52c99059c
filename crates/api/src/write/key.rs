//! `Idempotency-Key`: a request that is sent again says the same at the same instant, and so counts once.
//!
//! The database keeps of a key when it came first, and what the request was. The event's id and time follow from these,
//! so that the log knows the event for the one that it has, also where nobody learned what became of it.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tribute_events::{Arrival, Timestamp};
use tribute_services::Incoming;
use tribute_store::entity::{
    event_log,
    idempotency_key::{Column, Entity, Model},
};

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

/// A request, as it came first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct First {
    /// When that was.
    pub(crate) at: Timestamp,
    /// Whether it is this one.
    pub(crate) is_new: bool,
}

/// What is to be said.
#[derive(Debug)]
pub(crate) struct Said {
    /// The event's type.
    pub(crate) event_type: &'static str,
    /// Its payload.
    pub(crate) data: Value,
}

/// What is to be said besides, under a name of its own.
#[derive(Debug)]
pub(crate) struct Besides {
    /// The event's source.
    pub(crate) source: &'static str,
    /// The event's id.
    pub(crate) id: String,
    /// What it says.
    pub(crate) said: Said,
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

    /// An id for what the request makes, `claim_…`: the same for the same request.
    pub(crate) fn names(&self, caller: &Caller, kind: &str) -> String {
        let digest = Sha256::digest(json!([caller.brand, caller.credential, self.key]).to_string());
        let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("{kind}_{hex}")
    }

    /// The id of the event that it writes.
    fn event_id(&self, caller: &Caller) -> String {
        format!("{}/{}", caller.credential, self.key)
    }

    /// When the request came first, and whether that is now.
    ///
    /// # Errors
    /// [`ProblemCode::KeyReused`] where another one came with this key.
    pub(crate) async fn first(&self, api: &Api, caller: &Caller, what: &[u8]) -> Result<First, Problem> {
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
        let is_new = transaction.insert_new::<Entity>(std::slice::from_ref(&row)).await? == 1;
        let first = if is_new {
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
        Ok(First { at: Timestamp::from_millis(first.at), is_new })
    }
}

impl Api {
    /// Says something as an event of the caller's brand.
    ///
    /// # Errors
    /// [`ProblemCode::Quarantined`] where it was put aside; what [`WriteKey::first`] and [`Api::accept`] say.
    pub(crate) async fn say(&self, caller: &Caller, key: &WriteKey, said: Said) -> Result<Written, Problem> {
        self.say_with(caller, key, said, None).await
    }

    /// The same, and something besides that follows from it.
    ///
    /// # Errors
    /// As for [`Api::say`].
    pub(crate) async fn say_with(
        &self,
        caller: &Caller,
        key: &WriteKey,
        said: Said,
        besides: Option<Besides>,
    ) -> Result<Written, Problem> {
        let mut asked = format!("{} {}", said.event_type, said.data);
        if let Some(Besides { said, .. }) = &besides {
            asked = format!("{asked} {} {}", said.event_type, said.data);
        }
        let time = key.first(self, caller, asked.as_bytes()).await?.at;
        let id = key.event_id(caller);
        let event_type = said.event_type.to_owned();
        let mut events = vec![self.event(caller, key, (SOURCE, &id), time, said)];
        if let Some(Besides { source, id, said }) = besides {
            events.push(self.event(caller, key, (source, &id), time, said));
        }
        self.take(caller, events).await?;
        Ok(Written { event_type, source: SOURCE.to_owned(), id, time })
    }

    fn event(
        &self,
        caller: &Caller,
        key: &WriteKey,
        (source, id): (&str, &str),
        time: Timestamp,
        Said { event_type, data }: Said,
    ) -> Incoming {
        let mut event = json!({
            "specversion": "1.0", "type": event_type, "source": source, "id": id, "brand": caller.brand,
            "time": time, "recordedtime": time, "data": data,
        });
        if let Some(trace) = &key.trace {
            event["traceparent"] = trace.as_str().into();
        }
        Incoming::read(event.to_string().into_bytes(), Arrival::Live(self.now()), format!("http {id}"))
    }

    /// Takes in events that this crate wrote.
    pub(crate) async fn take(&self, caller: &Caller, events: Vec<Incoming>) -> Result<(), Problem> {
        let own = |it| Incoming { brand: Some(caller.brand.clone()), ..it };
        for answer in self.accept(events.into_iter().map(own).collect()).await? {
            if let Answer::Quarantined { number, code, reason } = answer {
                let number = number
                    .map(|number| format!(" It is number {number} in the quarantine."))
                    .unwrap_or_default();
                return Err(Problem::new(ProblemCode::Quarantined, format!("{code}: {reason}{number}")));
            }
        }
        Ok(())
    }

    /// Whether the log has what this request says already.
    pub(crate) async fn has_said(&self, caller: &Caller, key: &WriteKey) -> Result<bool, Problem> {
        let found = event_log::Entity::find()
            .filter(event_log::Column::Brand.eq(caller.brand.as_str()))
            .filter(event_log::Column::Source.eq(SOURCE))
            .filter(event_log::Column::EventId.eq(key.event_id(caller)))
            .filter(event_log::Column::Refused.eq(0));
        Ok(found.count(self.walled().connection()).await? > 0)
    }
}

impl Written {
    /// What an event says of itself.
    pub(crate) fn of(event_type: &str, source: &str, id: &str, time: Timestamp) -> Self {
        let [event_type, source, id] = [event_type, source, id].map(str::to_owned);
        Self { event_type, source, id, time }
    }
}
