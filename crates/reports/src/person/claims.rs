//! Sales that somebody said were missing.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use tribute_events::{AmbassadorId, BrandId};
use tribute_store::entity::claim;

use crate::{ReportError, error, report::Books};

/// A sale that they said was missing.
#[derive(Debug, Clone, Serialize)]
pub struct ClaimRecord {
    /// The claim.
    pub claim: String,
    /// The program.
    pub program: String,
    /// The order.
    pub order: String,
    /// `open`, `accepted` or `refused`.
    pub status: String,
    /// Everything that was said of it.
    pub history: serde_json::Value,
}

/// By the time at which each was opened.
pub(super) async fn read(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
) -> Result<Vec<ClaimRecord>, ReportError> {
    let query = claim::Entity::find()
        .filter(claim::Column::Brand.eq(brand.as_str()))
        .filter(claim::Column::Ambassador.eq(person.as_str()))
        .order_by_asc(claim::Column::OpenedAt)
        .order_by_asc(claim::Column::Claim);
    let rows = query.all(books.database.connection()).await.map_err(ReportError::read("claim"))?;
    let record = |row: claim::Model| {
        let history = error::json("claim", &row.claim, &row.history)?;
        let claim::Model { claim, program, order_id: order, status, .. } = row;
        Ok(ClaimRecord { claim, program, order, status, history })
    };
    rows.into_iter().map(record).collect()
}
