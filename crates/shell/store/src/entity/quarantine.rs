//! `quarantine`. Input that was refused, kept whole until somebody acts on it.

use sea_orm::entity::prelude::*;

/// Input that was refused, kept whole until somebody acts on it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quarantine")]
pub struct Model {
    /// Number of the entry, ascending.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The brand, where it could be read.
    pub brand: Option<String>,
    /// CloudEvents `source`, where it could be read.
    pub source: Option<String>,
    /// CloudEvents `id`, where it could be read.
    pub event_id: Option<String>,
    /// CloudEvents `type`, where it could be read.
    pub event_type: Option<String>,
    /// The rejection's code.
    pub code: String,
    /// A sentence that a person can act on.
    pub reason: String,
    /// Where it came in: a file and line, a topic and offset, a request.
    pub origin: String,
    /// The bytes as they came.
    pub body: Vec<u8>,
    /// 16 bytes that stand for them.
    pub digest: Vec<u8>,
    /// When it was refused, ms UTC.
    pub recorded_at: i64,
    /// `open`, `retried` or `discarded`.
    pub status: String,
}

impl ActiveModelBehavior for ActiveModel {}
