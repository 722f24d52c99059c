//! `ambassador_click`. A click or scan, filed under whose it is, in brands whose terms pay for clicks.

use sea_orm::entity::prelude::*;

/// A click or scan, filed under whose it is, in brands whose terms pay for clicks.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ambassador_click")]
pub struct Model {
    /// `a:<ambassador>` where the click names one, else `l:<link>`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub whose: String,
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// When it happened, ms UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: i64,
    /// The touch's own id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub touch_id: String,
}

impl ActiveModelBehavior for ActiveModel {}
