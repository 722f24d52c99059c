//! `GET /v1/webhooks/{endpoint}/deliveries`: what was sent, and what became of it; `POST …/replays` sends it again.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_events::Timestamp;
use tribute_store::entity::webhook_delivery::Model;
use tribute_webhooks::{LogPlace, Replay, status, webhook_id};

use super::{GROUP, find, walled};
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::{Body, Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted},
    },
    write::WriteKey,
};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// It is due at its time.
    Pending,
    /// It was taken.
    Delivered,
    /// No attempt is left.
    Failed,
    /// Its endpoint is disabled.
    Paused,
}

/// Which deliveries.
#[derive(Debug, Deserialize, JsonSchema)]
struct DeliveriesQuery {
    /// Only those that stand so; all where absent.
    status: Option<Status>,
}

/// An event on its way to an endpoint, and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Delivery {
    /// The event's id.
    event: String,
    /// The id under which it is sent, the same in every attempt.
    webhook_id: String,
    /// The event's type.
    #[serde(rename = "type")]
    event_type: String,
    /// `pending`, `delivered`, `failed` or `paused`.
    status: String,
    /// How many attempts there were in this round; a replay begins a new one.
    attempts: i64,
    /// When they were, those of earlier rounds included.
    attempted_at: Vec<Timestamp>,
    /// When the next one is due.
    next_at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    response_status: Option<i64>,
    /// The beginning of the last answer, or why there was none.
    response: Option<String>,
    /// When it was queued.
    queued_at: Timestamp,
}

/// What is sent again: one of `event`, `failed` and `since`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Again {
    /// One event, by its id or the webhook's.
    event: Option<String>,
    /// Everything that was given up.
    #[serde(default)]
    failed: bool,
    /// Everything that happened from this instant on, also what the endpoint never got.
    since: Option<Timestamp>,
    /// With `since`: only what happened before.
    until: Option<Timestamp>,
}

/// What is sent again.
#[derive(Debug, Serialize, JsonSchema)]
struct Queued {
    /// The endpoint, `wh_…`.
    endpoint: String,
    /// How many events.
    queued: u64,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Itself(Scope::WEBHOOKS_READ);
    let path = "/v1/webhooks/{endpoint}/deliveries";
    let list = Operation::new(Method::Get, path, "listDeliveries", GROUP, access, list);
    let access = Access::Itself(Scope::WEBHOOKS_WRITE);
    let path = "/v1/webhooks/{endpoint}/replays";
    let replay = Operation::new(Method::Post, path, "replayDeliveries", GROUP, access, replay);
    vec![
        list.says("Lists deliveries", "The delivery log of an endpoint, the newest first; it goes back 30 days.")
            .of("endpoint", "The endpoint, `wh_…`.")
            .lists::<DeliveriesQuery, Delivery>("A page of deliveries."),
        replay
            .says(
                "Sends events again",
                "Each begins a new round of attempts, under the `webhook-id` that it had. The request sent again sends \
                 them again.",
            )
            .of("endpoint", "The endpoint, `wh_…`.")
            .takes::<Again>("application/json")
            .has_key()
            .gives::<Queued>(200, "They are queued."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<DeliveriesQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Delivery>>, Problem> {
    find(&api, &caller, &id).await?;
    let status = query.status.map(|status| match status {
        Status::Pending => status::PENDING,
        Status::Delivered => status::DELIVERED,
        Status::Failed => status::FAILED,
        Status::Paused => status::PAUSED,
    });
    let (limit, after) = (wanted.limit()?, wanted.after::<LogPlace>("deliveries")?);
    let log = walled(&api)?;
    let rows = log.deliveries(&caller.brand, &id, status, after, limit.saturating_add(1)).await?;
    let place = |row: &Model| -> LogPlace { (row.queued_at, row.stream.clone(), row.number) };
    Ok(Json(Page::of("deliveries", rows, limit, place, |row| Ok(shown(row)))?))
}

fn shown(row: Model) -> Delivery {
    let at = Timestamp::from_millis;
    Delivery {
        event: format!("{}/{}", row.stream, row.number),
        webhook_id: webhook_id(&row.stream, row.number),
        event_type: row.event_type,
        status: row.status,
        attempts: row.attempts,
        attempted_at: row.attempted_at.split_whitespace().filter_map(|it| it.parse().ok()).map(at).collect(),
        next_at: row.next_at.map(at),
        response_status: row.response_status,
        response: row.response,
        queued_at: at(row.queued_at),
    }
}

async fn replay(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(id): Path<String>,
    Body(asked): Body<Again>,
) -> Result<Json<Queued>, Problem> {
    find(&api, &caller, &id).await?;
    let body = serde_json::to_vec(&asked).map_err(|error| Problem::internal(&error))?;
    let what = match asked {
        Again { event: Some(id), failed: false, since: None, until: None } => Replay::Event(id),
        Again { event: None, failed: true, since: None, until: None } => Replay::Failed,
        Again { event: None, failed: false, since: Some(from), until } => Replay::Between(from, until),
        _ => {
            return Err(Problem::unprocessable(
                "the body: say one of `event`, `failed` and `since`, with `until` beside `since` alone",
            ));
        }
    };
    key.first(&api, &caller, &body).await?;
    let queued = api.endpoints()?.replay(&caller.brand, &id, &what, api.now()).await?;
    Ok(Json(Queued { endpoint: id, queued }))
}
