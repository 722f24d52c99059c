//! `post`. A post with everything that is known of it.

use sea_orm::entity::prelude::*;

/// A post with everything that is known of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: String,
    /// The program.
    pub program: String,
    /// The ambassador who wrote it.
    pub author: String,
    /// When it was published, ms UTC.
    pub at: Option<i64>,
    /// The post's facts, as JSON.
    pub facts: String,
}

impl ActiveModelBehavior for ActiveModel {}
