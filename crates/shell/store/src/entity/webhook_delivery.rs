//! `webhook_delivery`. An event on its way to an endpoint, and the log of what became of it.

use sea_orm::entity::prelude::*;

/// An event on its way to an endpoint, and the log of what became of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The endpoint.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint: String,
    /// The stream of the outbox that holds the event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// The event's number in the stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The event's type.
    pub event_type: String,
    /// The W3C trace of the event that caused it, where it came with one.
    pub traceparent: Option<String>,
    /// When it was queued, ms UTC.
    pub queued_at: i64,
    /// `pending`, `delivered`, `failed` (no attempt is left), or `paused` (the endpoint is disabled).
    pub status: String,
    /// How many attempts there were in this round; a replay begins a new one.
    pub attempts: i64,
    /// When they were, ms UTC by blanks, those of earlier rounds included.
    pub attempted_at: String,
    /// When the next one is due, ms UTC.
    pub next_at: Option<i64>,
    /// The HTTP status of the last answer.
    pub response_status: Option<i64>,
    /// The first 1,024 bytes of the last answer, or why there was none.
    pub response: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
