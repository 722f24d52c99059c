//! `GET /v1/quarantine`: what was put aside, why, and what to do about it.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use tribute_events::Timestamp;
use tribute_store::entity::quarantine::{Column, Entity, Model};

use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted},
    },
};

/// Where an entry stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// It waits for somebody.
    Open,
    /// It was tried again.
    Retried,
    /// Somebody gave it up.
    Discarded,
}

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
struct QuarantineQuery {
    /// Only those that stand so; all where absent.
    status: Option<Status>,
}

/// Something that was put aside.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// Its number.
    number: i64,
    /// The event's type, where it could be read.
    #[serde(rename = "type")]
    event_type: Option<String>,
    /// The event's source, where it could be read.
    source: Option<String>,
    /// The event's id, where it could be read.
    id: Option<String>,
    /// The stable code of the reason.
    code: String,
    /// What is wrong and what would be right.
    reason: String,
    /// Where it came in.
    origin: String,
    /// When it was put aside.
    recorded_at: Timestamp,
    /// `open`, `retried` or `discarded`.
    status: String,
    /// The bytes as they came, as text; of one entry only.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Whole(Scope::QUARANTINE_READ);
    let list = Operation::new(Method::Get, "/v1/quarantine", "listQuarantine", "Quarantine", access, list);
    let path = "/v1/quarantine/{number}";
    let show = Operation::new(Method::Get, path, "showQuarantined", "Quarantine", access, show);
    vec![
        list.says(
            "Lists what was put aside",
            "Input of the brand that was refused, kept whole until somebody acts on it.",
        )
        .lists::<QuarantineQuery, Entry>("A page of entries, by number."),
        show.says("Shows what was put aside", "With its bytes as they came.")
            .of("number", "The entry's number.")
            .shows::<Entry>("The entry."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<QuarantineQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Entry>>, Problem> {
    let (limit, after) = (wanted.limit()?, wanted.after::<i64>("quarantine")?);
    let status = query.status.map(|status| match status {
        Status::Open => "open",
        Status::Retried => "retried",
        Status::Discarded => "discarded",
    });
    let mut rows = Entity::find()
        .filter(Column::Brand.eq(caller.brand.as_str()))
        .filter(Column::Number.gt(after.unwrap_or(0)))
        .order_by_asc(Column::Number)
        .limit(limit.saturating_add(1));
    if let Some(status) = status {
        rows = rows.filter(Column::Status.eq(status));
    }
    let rows = rows.all(api.walled().connection()).await?;
    let entry = |row| Ok(Entry { body: None, ..shown(row) });
    Ok(Json(Page::of("quarantine", rows, limit, |row: &Model| row.number, entry)?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Json<Entry>, Problem> {
    Ok(Json(shown(entry(&api, &caller, &number).await?)))
}

/// An entry of the caller's brand.
pub(crate) async fn entry(api: &Api, caller: &Caller, number: &str) -> Result<Model, Problem> {
    let missing = || Problem::not_found("number in the quarantine", number);
    let parsed: i64 = number.parse().map_err(|_| missing())?;
    let row = Entity::find_by_id(parsed).filter(Column::Brand.eq(caller.brand.as_str()));
    row.one(api.walled().connection()).await?.ok_or_else(missing)
}

fn shown(row: Model) -> Entry {
    Entry {
        number: row.number,
        event_type: row.event_type,
        source: row.source,
        id: row.event_id,
        code: row.code,
        reason: row.reason,
        origin: row.origin,
        recorded_at: Timestamp::from_millis(row.recorded_at),
        status: row.status,
        body: Some(String::from_utf8_lossy(&row.body).into_owned()),
    }
}
