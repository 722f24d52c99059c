//! `POST /v1/webhooks`: an endpoint is made, and its secret shown, this once; `POST …/secrets` makes another.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use tribute_events::{
    AmbassadorId,
    catalogue::{self, Direction},
};
use tribute_terms::Span;
use tribute_webhooks::{Filter, Made, NewEndpoint, PayloadVersion, Target, WebhookError};

use super::{GROUP, find};
use crate::{
    Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
    stream::scope_of,
    write::WriteKey,
};

/// How long an old secret signs beside the new one, where nobody says.
const OVERLAP: &str = "24h";

/// What is sent.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
enum Version {
    /// `{type, timestamp, id, brand, data}`, as Standard Webhooks advises.
    #[default]
    #[serde(rename = "standard-1")]
    Standard1,
    /// The event as the topics carry it.
    #[serde(rename = "cloudevents-1")]
    CloudEvents1,
}

/// An endpoint to be made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    /// Where it is: `https://…`.
    url: String,
    /// Which events it gets: types such as `tribute.earning.paid`, or `tribute.payout.*`; everything that may be seen where
    /// there are none.
    #[serde(default)]
    events: Vec<String>,
    /// The app that it belongs to, by the name of its key: it gets what each ambassador may see of their own. The brand
    /// itself has it, and gets everything, where absent. By an app: itself.
    app: Option<String>,
    /// It gets this ambassador's own events, and nobody else's. By an app on behalf of an ambassador: this one.
    ambassador: Option<AmbassadorId>,
    /// What is sent.
    #[serde(default)]
    payload: Version,
}

/// A new secret.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// How long the old secret signs yet: `24h`, `30m`, `0s`; `24h` where absent.
    overlap: Option<Span>,
}

/// An endpoint, and what signs what is sent to it.
#[derive(Debug, Serialize, JsonSchema)]
struct Secret {
    /// The endpoint, `wh_…`.
    endpoint: String,
    /// The secret, `whsec_…`. It is not shown again: absent where this request came before. Rotate it then.
    secret: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Itself(Scope::WEBHOOKS_WRITE);
    let create = Operation::new(Method::Post, "/v1/webhooks", "createWebhook", GROUP, access, create);
    let path = "/v1/webhooks/{endpoint}/secrets";
    let rotate = Operation::new(Method::Post, path, "rotateWebhookSecret", GROUP, access, rotate);
    vec![
        create
            .says(
                "Makes a webhook endpoint",
                "It gets what is said from now on, signed by Standard Webhooks. The answer shows the secret, this once.",
            )
            .takes::<NewWebhook>("application/json")
            .has_key()
            .gives::<Secret>(200, "The endpoint, and its secret."),
        rotate
            .says(
                "Makes a new secret",
                "The old one signs beside it for a while yet, so that whoever receives can change over.",
            )
            .of("endpoint", "The endpoint, `wh_…`.")
            .takes::<Rotation>("application/json")
            .has_key()
            .gives::<Secret>(200, "The endpoint, and its new secret."),
    ]
}

fn shown(made: &Made) -> Secret {
    Secret { endpoint: made.endpoint.endpoint.clone(), secret: Some(made.secret.reveal().to_string()) }
}

/// A name for an endpoint: the same for the same request, so that one that comes again makes no other.
fn name_of(caller: &Caller, key: &WriteKey) -> String {
    let digest = Sha256::digest(json!([caller.brand, caller.credential, key.as_str()]).to_string());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("wh_{hex}")
}

async fn create(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Body(asked): Body<NewWebhook>,
) -> Result<Json<Secret>, Problem> {
    let endpoints = api.endpoints()?;
    let body = serde_json::to_vec(&asked).map_err(|error| Problem::internal(&error))?;
    let new = wanted(&caller, asked, name_of(&caller, &key))?;
    key.first(&api, &caller, &body).await?;
    let name = new.name.clone().unwrap_or_default();
    match endpoints.find(&caller.brand, &name).await {
        Ok(row) => Ok(Json(Secret { endpoint: row.endpoint, secret: None })),
        Err(WebhookError::NoEndpoint { .. }) => Ok(Json(shown(&endpoints.create(new, api.now()).await?))),
        Err(error) => Err(error.into()),
    }
}

/// The endpoint that is asked for, as far as the caller may have it.
fn wanted(caller: &Caller, asked: NewWebhook, name: String) -> Result<NewEndpoint, Problem> {
    let app = match (&caller.app, asked.app) {
        (Some(own), Some(other)) if *own != other => {
            return Err(Problem::unprocessable(format!(
                "the body: `app` is `{other}`, and an app makes its own endpoints: leave it out, or say `{own}`"
            )));
        }
        (Some(own), _) => Some(own.clone()),
        (None, app) => app,
    };
    let ambassador = caller.own(asked.ambassador.as_ref().map(AmbassadorId::as_str))?;
    Ok(NewEndpoint {
        name: Some(name),
        brand: caller.brand.clone(),
        target: asked.url.parse::<Target>().map_err(WebhookError::from)?,
        filter: readable(caller, asked.events.join(" ").parse().map_err(WebhookError::from)?)?,
        app,
        ambassador: ambassador.map(AmbassadorId::trusted),
        payload: match asked.payload {
            Version::Standard1 => PayloadVersion::Standard1,
            Version::CloudEvents1 => PayloadVersion::CloudEvents1,
        },
    })
}

/// The events that are asked for, which the caller must be allowed to read: an endpoint gets nothing that whoever made it
/// could not have asked for.
fn readable(caller: &Caller, filter: Filter) -> Result<Filter, Problem> {
    let may = |kind: &str| scope_of(kind).is_some_and(|scope| caller.may(scope));
    let said = catalogue::all().into_iter().filter(|it| it.direction == Direction::Outgoing);
    let wanted: Vec<&str> = said.map(|it| it.name).filter(|kind| filter.wants(kind)).collect();
    let (read, hidden): (Vec<&str>, Vec<&str>) = wanted.into_iter().partition(|kind| may(kind));
    match hidden.first() {
        // What is left out stays left out, also where types are added.
        Some(_) if filter.is_empty() && caller.is_narrowed() && !read.is_empty() => {
            Ok(read.join(" ").parse().map_err(WebhookError::from)?)
        }
        Some(hidden) if !filter.is_empty() || caller.is_narrowed() => {
            let detail =
                format!("`{}` may not read `{hidden}`; name `events` that it may", caller.credential);
            Err(Problem::new(ProblemCode::Forbidden, detail))
        }
        _ => Ok(filter),
    }
}

async fn rotate(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(id): Path<String>,
    Body(asked): Body<Rotation>,
) -> Result<Json<Secret>, Problem> {
    let row = find(&api, &caller, &id).await?;
    let overlap = asked.overlap.map_or_else(|| OVERLAP.parse(), Ok);
    let overlap: Span = overlap.map_err(|_| Problem::unprocessable("the body: `overlap` is no span"))?;
    let body = serde_json::to_vec(&asked).map_err(|error| Problem::internal(&error))?;
    if !key.first(&api, &caller, &body).await?.is_new {
        return Ok(Json(Secret { endpoint: row.endpoint, secret: None }));
    }
    Ok(Json(shown(&api.endpoints()?.rotate(&caller.brand, &id, overlap.millis(), api.now()).await?)))
}
