//! `GET /v1/adjustments`: corrections of the books by hand, and who stands for them.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use tribute_events::Timestamp;
use tribute_money::{Asset, format_minor};
use tribute_store::entity::adjustment::{Column, Entity, Model};

use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted},
    },
};

/// Where an adjustment stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Nobody has decided; nothing is booked.
    Proposed,
    /// It is booked.
    Approved,
    /// It is not booked.
    Refused,
}

/// Which adjustments.
#[derive(Debug, Deserialize, JsonSchema)]
struct AdjustmentsQuery {
    /// Only of this program.
    program: Option<String>,
    /// Only those that stand so; all where absent.
    status: Option<Status>,
}

/// A correction of the books by hand.
#[derive(Debug, Serialize, JsonSchema)]
struct Adjustment {
    /// The adjustment.
    adjustment: String,
    /// The program that it is booked on.
    program: String,
    /// The account that is debited.
    debit: String,
    /// The account that is credited.
    credit: String,
    /// How much, in the major unit.
    amount: String,
    /// The currency.
    currency: String,
    /// The day of UTC that it is booked on, unless that lies in a closed month.
    day: String,
    /// Why.
    reason: String,
    /// `proposed`, `approved` or `refused`.
    status: String,
    /// Who proposed it.
    proposed_by: String,
    /// When.
    proposed_at: Timestamp,
    /// Who decided; absent while nobody has.
    decided_by: Option<String>,
    /// When.
    decided_at: Option<Timestamp>,
    /// Why it was refused.
    refusal: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Whole(Scope::ADJUSTMENTS_READ);
    let list = Operation::new(Method::Get, "/v1/adjustments", "listAdjustments", "Adjustments", access, list);
    let path = "/v1/adjustments/{adjustment}";
    let show = Operation::new(Method::Get, path, "showAdjustment", "Adjustments", access, show);
    vec![
        list.says(
            "Lists adjustments",
            "Corrections of the books by hand, by the day that they are booked on.",
        )
        .lists::<AdjustmentsQuery, Adjustment>("A page of adjustments."),
        show.says("Shows an adjustment", "With who proposed it and who decided.")
            .of("adjustment", "The adjustment.")
            .shows::<Adjustment>("The adjustment."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<AdjustmentsQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Adjustment>>, Problem> {
    let (limit, after) = (wanted.limit()?, wanted.after::<(String, String)>("adjustments")?);
    let status = query.status.map(|status| match status {
        Status::Proposed => "proposed",
        Status::Approved => "approved",
        Status::Refused => "refused",
    });
    let mut which = Condition::all()
        .add(Column::Brand.eq(caller.brand.as_str()))
        .add_option(query.program.map(|program| Column::Program.eq(program)))
        .add_option(status.map(|status| Column::Status.eq(status)));
    if let Some((day, adjustment)) = after {
        let next = Condition::any().add(Column::Day.gt(day.as_str())).add(Column::Adjustment.gt(adjustment));
        which = which.add(Column::Day.gte(day)).add(next);
    }
    let rows = Entity::find().filter(which).order_by_asc(Column::Day).order_by_asc(Column::Adjustment);
    let rows = rows.limit(limit.saturating_add(1)).all(api.walled().connection()).await?;
    let key = |row: &Model| (row.day.clone(), row.adjustment.clone());
    Ok(Json(Page::of("adjustments", rows, limit, key, shown)?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Adjustment>, Problem> {
    Ok(Json(shown(find(&api, &caller, &id).await?)?))
}

/// An adjustment of the caller's brand.
pub(crate) async fn find(api: &Api, caller: &Caller, id: &str) -> Result<Model, Problem> {
    let row = Entity::find_by_id((caller.brand.to_string(), id.to_owned()));
    let row = row.one(api.walled().connection()).await?;
    row.ok_or_else(|| Problem::not_found("adjustment", id))
}

fn shown(row: Model) -> Result<Adjustment, Problem> {
    let asset: Asset = row.asset.parse().map_err(|error| Problem::internal(&error))?;
    let amount = format_minor(row.amount, &asset).map_err(|error| Problem::internal(&error))?;
    Ok(Adjustment {
        adjustment: row.adjustment,
        program: row.program,
        debit: row.debit,
        credit: row.credit,
        amount,
        currency: row.asset,
        day: row.day,
        reason: row.reason,
        status: row.status,
        proposed_by: row.proposed_by,
        proposed_at: Timestamp::from_millis(row.proposed_at),
        decided_by: row.decided_by,
        decided_at: row.decided_at.map(Timestamp::from_millis),
        refusal: row.refusal,
    })
}
