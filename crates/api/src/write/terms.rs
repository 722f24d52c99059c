//! `POST /v1/programs`: terms are published.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tribute_events::{Arrival, Event, EventId, Payload, ProgramPublished, encode};
use tribute_services::Incoming;
use tribute_terms::{Problem as TermsProblem, Terms};

use super::{WriteKey, Written};
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::Body,
        operation::{Access, Method, Operation},
    },
};

/// The source of published terms, whoever publishes them: the same version is the same event.
const SOURCE: &str = "/tribute/program";

/// Terms to be published.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Publication {
    /// The terms file, as TOML, word for word. It names the program, the version and `effective_from`.
    terms: String,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Whole(Scope::PROGRAMS_WRITE);
    let publish = Operation::new(Method::Post, "/v1/programs", "publishTerms", "Programs", access, publish);
    vec![
        publish
            .says(
                "Publishes terms",
                "Puts a version of a program's terms into force from its `effective_from` on. A version that was published \
                 stands: the same one again changes nothing, another one of its name is put aside.",
            )
            .writes::<Publication>("The terms are published."),
    ]
}

async fn publish(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Body(asked): Body<Publication>,
) -> Result<Json<Written>, Problem> {
    let wrong = |problems: Vec<TermsProblem>| {
        let all: Vec<_> = problems.iter().map(ToString::to_string).collect();
        Problem::unprocessable(format!("the terms: {}", all.join("; ")))
    };
    let terms =
        Terms::parse(&asked.terms).and_then(|it| it.belongs_to(&caller.brand).map(|()| it)).map_err(wrong)?;
    key.first(&api, &caller, asked.terms.as_bytes()).await?;
    let id = EventId::trusted(&format!("{}/{}", terms.program.id, terms.program.version));
    let event = Event {
        brand: caller.brand.clone(),
        source: SOURCE.into(),
        id: id.clone(),
        time: terms.program.effective_from,
        recorded: terms.program.effective_from,
        traceparent: None,
        fingerprint: [0; 16],
        unknown: false,
        payload: Payload::Program(ProgramPublished { terms: asked.terms }),
    };
    let line = encode(&event).map_err(|error| Problem::internal(&error))?;
    let incoming = Incoming::read(line.into_bytes(), Arrival::Backfill, format!("http {}", key.as_str()));
    api.take(&caller, vec![incoming]).await?;
    Ok(Json(Written::of(event.payload.event_type(), SOURCE, id.as_str(), event.time)))
}
