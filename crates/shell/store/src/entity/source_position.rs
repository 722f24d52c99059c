//! `source_position`. How far a source is taken in, and by whom.

use sea_orm::entity::prelude::*;

/// How far a source is taken in, and by whom.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_position")]
pub struct Model {
    /// The topic; `outbox/<topic>` for what the relay publishes, `clock` for ticks.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The partition of the topic.
    #[sea_orm(primary_key, auto_increment = false)]
    pub partition: i64,
    /// The number that comes next.
    pub next: i64,
    /// Grows by one whenever the source changes hands.
    pub epoch: i64,
    /// Who has it; empty where it is free.
    pub owner: String,
    /// For a member of a group of workers: until when it counts as alive, by the clock of the database, ms UTC.
    pub lease_until: i64,
}

impl ActiveModelBehavior for ActiveModel {}
