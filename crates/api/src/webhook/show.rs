//! `GET /v1/webhooks`: which endpoints there are, without their secrets.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_events::Timestamp;
use tribute_store::entity::webhook_endpoint;

use super::{GROUP, find, is_theirs, walled};
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted, cut},
    },
};

/// Which endpoints.
#[derive(Debug, Deserialize, JsonSchema)]
struct WebhooksQuery {
    /// Only those that get this ambassador's own events; all that may be seen where absent.
    ambassador: Option<String>,
}

/// An endpoint.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Webhook {
    /// The endpoint, `wh_…`.
    endpoint: String,
    /// Where it is.
    url: String,
    /// The types that it gets; everything that may be seen where there are none.
    events: Vec<String>,
    /// The app that it belongs to; the brand itself where absent.
    app: Option<String>,
    /// The ambassador whose own events it gets; everybody's where absent.
    ambassador: Option<String>,
    /// What is sent: `standard-1` or `cloudevents-1`.
    payload: String,
    /// `active` or `disabled`.
    state: String,
    /// Why it is disabled.
    reason: Option<String>,
    /// When it was made.
    made_at: Timestamp,
    /// When it was disabled.
    disabled_at: Option<Timestamp>,
    /// When the first of the failures since its last success was.
    failing_since: Option<Timestamp>,
}

impl From<webhook_endpoint::Model> for Webhook {
    fn from(row: webhook_endpoint::Model) -> Self {
        Self {
            endpoint: row.endpoint,
            url: row.url,
            events: row.events.split_whitespace().map(str::to_owned).collect(),
            app: row.app,
            ambassador: row.ambassador,
            payload: row.payload,
            state: row.state,
            reason: row.reason,
            made_at: Timestamp::from_millis(row.made_at),
            disabled_at: row.disabled_at.map(Timestamp::from_millis),
            failing_since: row.failing_since.map(Timestamp::from_millis),
        }
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Itself(Scope::WEBHOOKS_READ);
    let list = Operation::new(Method::Get, "/v1/webhooks", "listWebhooks", GROUP, access, list);
    let path = "/v1/webhooks/{endpoint}";
    let show = Operation::new(Method::Get, path, "showWebhook", GROUP, access, show);
    vec![
        list.says("Lists webhook endpoints", "By age, the oldest first. An app sees its own.")
            .lists::<WebhooksQuery, Webhook>("A page of endpoints."),
        show.says("Shows a webhook endpoint", "Whether it is sent to, and why not.")
            .of("endpoint", "The endpoint, `wh_…`.")
            .shows::<Webhook>("The endpoint."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<WebhooksQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Webhook>>, Problem> {
    let whose = caller.own(query.ambassador.as_deref())?;
    let rows = walled(&api)?.list(Some(&caller.brand)).await?;
    let rows = rows.into_iter().filter(|row| is_theirs(&caller, row));
    let rows = rows.filter(|row| whose.is_none() || row.ambassador.as_deref() == whose).map(Webhook::from);
    Ok(Json(cut("webhooks", rows, |row| (row.made_at.millis(), row.endpoint.clone()), &wanted)?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(find(&api, &caller, &id).await?.into()))
}
