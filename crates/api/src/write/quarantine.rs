//! What was put aside is tried again, as it is or corrected.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tribute_events::Arrival;
use tribute_services::Incoming;
use tribute_store::entity::quarantine::{Entity, Model};

use super::{WriteKey, events};
use crate::{
    Answer, Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
    read::quarantine::entry,
};

/// How it is tried again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Retry {
    /// The event as it ought to be; the bytes that are held where absent.
    event: Option<Value>,
}

/// What became of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Retried {
    /// The number under which it was held.
    number: i64,
    /// `accepted` or `duplicate`.
    status: &'static str,
}

pub(crate) fn operations() -> Vec<Operation> {
    let path = "/v1/quarantine/{number}/retries";
    let access = Access::Whole(Scope::QUARANTINE_WRITE);
    let retry = Operation::new(Method::Post, path, "retryQuarantined", "Quarantine", access, retry);
    vec![
        retry
            .says("Tries again what was put aside", "What is still wrong is put aside under a new number.")
            .of("number", "The entry's number.")
            .takes::<Retry>("application/json")
            .has_key()
            .gives::<Retried>(200, "It was taken in."),
    ]
}

async fn retry(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(number): Path<String>,
    Body(asked): Body<Retry>,
) -> Result<Json<Retried>, Problem> {
    let row = entry(&api, &caller, &number).await?;
    let body = serde_json::to_vec(&asked).map_err(|error| Problem::internal(&error))?;
    let time = key.first(&api, &caller, &body).await?.at;
    let text = match &asked.event {
        Some(event) => event.to_string().into_bytes(),
        None => row.body.trim_ascii().to_vec(),
    };
    let number = row.number;
    let incoming = events::read(&caller, text, Arrival::Live(time), None, format!("quarantine {number}"));
    let answer = api.accept(vec![Incoming { again: true, ..incoming }]).await?.pop();
    // The entry is closed either way: what is still wrong stands in a new one.
    let mut transaction = api.whole().begin().await?;
    transaction.upsert::<Entity>(&[Model { status: "retried".to_owned(), ..row }]).await?;
    transaction.commit().await?;
    match answer {
        Some(Answer::Quarantined { code, reason, .. }) => {
            Err(Problem::new(ProblemCode::Quarantined, format!("{code}: {reason}")))
        }
        Some(Answer::Duplicate) => Ok(Json(Retried { number, status: "duplicate" })),
        Some(Answer::Accepted) | None => Ok(Json(Retried { number, status: "accepted" })),
    }
}
