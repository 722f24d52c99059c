//! `GET /v1/claims`: sales that are said to be missing, and what became of it.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use tribute_events::Timestamp;
use tribute_services::{ClaimLine, claim_history};
use tribute_store::entity::claim::{Column, Entity, Model};

use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted},
    },
};

/// Where a claim stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Nobody has decided.
    Open,
    /// It is right.
    Accepted,
    /// It is not.
    Refused,
}

/// Which claims.
#[derive(Debug, Deserialize, JsonSchema)]
struct ClaimsQuery {
    /// Only this ambassador's; everybody's where absent. Who sees their own only gets their own.
    ambassador: Option<String>,
    /// Only of this program.
    program: Option<String>,
    /// Only those that stand so; all where absent.
    status: Option<Status>,
}

/// A sale that is said to be missing.
#[derive(Debug, Serialize, JsonSchema)]
struct Claim {
    /// The claim.
    claim: String,
    /// The program.
    program: String,
    /// Who claims.
    ambassador: String,
    /// The order.
    order: String,
    /// `open`, `accepted` or `refused`.
    status: String,
    /// When it was opened.
    opened_at: Timestamp,
    /// What was said of it, in its order. To who sees their own only: their own words, and the decision.
    history: Vec<Line>,
}

/// Something that was said of a claim.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    /// When.
    at: Timestamp,
    /// `opened`, `evidence`, `accepted` or `refused`.
    what: String,
    /// Who said it. Of a decision nobody is named to who sees their own only.
    by: Option<String>,
    /// What was said: the reason, the evidence, or by what an accepted claim takes effect.
    text: String,
    /// Of an accepted claim: the id of the event by which it takes effect.
    event: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::DISPUTES_READ);
    let list = Operation::new(Method::Get, "/v1/claims", "listClaims", "Claims", access, list);
    let show = Operation::new(Method::Get, "/v1/claims/{claim}", "showClaim", "Claims", access, show);
    vec![
        list.says("Lists claims", "Sales that are said to be missing, the oldest first.")
            .lists::<ClaimsQuery, Claim>("A page of claims."),
        show.says("Shows a claim", "With what was said of it.")
            .of("claim", "The claim.")
            .shows::<Claim>("The claim."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ClaimsQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Claim>>, Problem> {
    let (limit, after) = (wanted.limit()?, wanted.after::<(i64, String)>("claims")?);
    let mut which = Condition::all().add(Column::Brand.eq(caller.brand.as_str()));
    let status = query.status.map(|status| match status {
        Status::Open => "open",
        Status::Accepted => "accepted",
        Status::Refused => "refused",
    });
    let ambassador = caller.own(query.ambassador.as_deref())?;
    for (column, text) in [
        (Column::Ambassador, ambassador),
        (Column::Program, query.program.as_deref()),
        (Column::Status, status),
    ] {
        which = which.add_option(text.map(|text| column.eq(text)));
    }
    if let Some((at, claim)) = after {
        let next = Condition::any().add(Column::OpenedAt.gt(at)).add(Column::Claim.gt(claim));
        which = which.add(Column::OpenedAt.gte(at)).add(next);
    }
    let rows = Entity::find().filter(which).order_by_asc(Column::OpenedAt).order_by_asc(Column::Claim);
    let rows = rows.limit(limit.saturating_add(1)).all(api.walled().connection()).await?;
    let key = |row: &Model| (row.opened_at, row.claim.clone());
    Ok(Json(Page::of("claims", rows, limit, key, |row| shown(&caller, row))?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Claim>, Problem> {
    let row = find(&api, &caller, &id).await?;
    Ok(Json(shown(&caller, row)?))
}

/// A claim that the caller may see.
pub(crate) async fn find(api: &Api, caller: &Caller, id: &str) -> Result<Model, Problem> {
    let row = Entity::find_by_id((caller.brand.to_string(), id.to_owned()));
    let row = row.one(api.walled().connection()).await?.filter(|row| caller.sees(&row.ambassador));
    row.ok_or_else(|| Problem::not_found("claim", id))
}

fn shown(caller: &Caller, row: Model) -> Result<Claim, Problem> {
    let history = claim_history(&row)?.into_iter().filter_map(|line| seen(caller, line)).collect();
    Ok(Claim {
        claim: row.claim,
        program: row.program,
        ambassador: row.ambassador,
        order: row.order_id,
        status: row.status,
        opened_at: Timestamp::from_millis(row.opened_at),
        history,
    })
}

/// What the brand found is the brand's; what was decided and why is also the ambassador's.
fn seen(caller: &Caller, line: ClaimLine) -> Option<Line> {
    let ClaimLine { at, what, by, text, event } = line;
    let is_theirs = caller.sees(&by);
    let is_decision = what == "accepted" || what == "refused";
    let by = Some(by).filter(|_| is_theirs);
    (is_theirs || is_decision).then_some(Line { at, what, by, text, event })
}
