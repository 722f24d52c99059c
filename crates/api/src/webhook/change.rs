//! `PUT /v1/webhooks/{endpoint}/state` and `DELETE /v1/webhooks/{endpoint}`: whether an endpoint is sent to.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GROUP, find, show::Webhook};
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
};

/// Whether an endpoint is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Sending {
    /// It goes on where it stopped.
    Active,
    /// Nothing is sent to it; what waits is kept for it.
    Disabled,
}

/// What becomes of an endpoint.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Whether it is sent to.
    state: Sending,
    /// Why it is disabled.
    reason: Option<String>,
    /// Where it is active again: leaves out what waited and what was said meanwhile.
    #[serde(default)]
    skip: bool,
}

/// An endpoint that is gone.
#[derive(Debug, Serialize, JsonSchema)]
struct Deleted {
    /// The endpoint, `wh_…`.
    endpoint: String,
    /// `deleted`.
    state: &'static str,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Itself(Scope::WEBHOOKS_WRITE);
    let path = "/v1/webhooks/{endpoint}/state";
    let change = Operation::new(Method::Put, path, "setWebhookState", GROUP, access, change);
    let path = "/v1/webhooks/{endpoint}";
    let delete = Operation::new(Method::Delete, path, "deleteWebhook", GROUP, access, delete);
    vec![
        change
            .says(
                "Disables or enables a webhook endpoint",
                "Disabled, it is sent nothing, and what waits is kept for it; active again, it goes on where it stopped.",
            )
            .of("endpoint", "The endpoint, `wh_…`.")
            .takes::<Change>("application/json")
            .gives::<Webhook>(200, "The endpoint as it is now."),
        delete
            .says("Deletes a webhook endpoint", "With its secrets and its delivery log.")
            .of("endpoint", "The endpoint, `wh_…`.")
            .gives::<Deleted>(200, "The endpoint is gone."),
    ]
}

async fn change(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    Body(asked): Body<Change>,
) -> Result<Json<Webhook>, Problem> {
    find(&api, &caller, &id).await?;
    let (endpoints, now) = (api.endpoints()?, api.now());
    let row = match asked.state {
        Sending::Active => endpoints.enable(&caller.brand, &id, asked.skip, now).await?,
        Sending::Disabled => {
            let reason = asked.reason.unwrap_or_else(|| format!("disabled by {}", caller.credential));
            endpoints.disable(&caller.brand, &id, &reason, now).await?
        }
    };
    Ok(Json(row.into()))
}

async fn delete(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Deleted>, Problem> {
    find(&api, &caller, &id).await?;
    api.endpoints()?.delete(&caller.brand, &id).await?;
    Ok(Json(Deleted { endpoint: id, state: "deleted" }))
}
