//! `webhook_endpoint`. Where an app wants to be told what the services say.

use sea_orm::entity::prelude::*;

/// Where an app wants to be told what the services say.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    /// The brand whose events it gets.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// Its public name, `wh_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint: String,
    /// Where it is.
    pub url: String,
    /// The types that it gets, by blanks; everything where empty.
    pub events: String,
    /// The app that it belongs to, by the name of its key: it gets what each ambassador may see of their own; the brand
    /// itself, which gets everything, where absent.
    pub app: Option<String>,
    /// The ambassador whose own events it gets; everybody's where absent.
    pub ambassador: Option<String>,
    /// The version of what is sent.
    pub payload: String,
    /// `active` or `disabled`.
    pub state: String,
    /// Why it is disabled.
    pub reason: Option<String>,
    /// When it was made, ms UTC.
    pub made_at: i64,
    /// When it was disabled, ms UTC.
    pub disabled_at: Option<i64>,
    /// When the first of the failures since its last success was, ms UTC.
    pub failing_since: Option<i64>,
    /// Grows whenever a person changes it, or asks for a replay.
    pub revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}
