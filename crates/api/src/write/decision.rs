//! What people decide on money: approval of a payout, holds, findings.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::json;
use tribute_events::FindingDecision;
use tribute_store::entity::{finding, payout};

use super::{Said, WriteKey, Written};
use crate::{
    Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    configured,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
};

/// That a payout may go out. Who approved it is the credential.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Approval {}

/// Whether payouts stop or go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Change {
    /// They stop.
    Placed,
    /// They go on.
    Released,
}

/// A word on an ambassador's payouts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Hold {
    /// Whether they stop or go on.
    hold: Change,
    /// Why.
    #[schemars(length(min = 1))]
    reason: String,
}

/// A decision on a finding.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Finding {
    /// What is decided.
    decision: FindingDecision,
    /// Why.
    #[schemars(length(min = 1))]
    reason: String,
}

pub(crate) fn operations() -> Vec<Operation> {
    let path = "/v1/payouts/{payout}/approvals";
    let access = Access::Whole(Scope::PAYOUTS_WRITE);
    let approve = Operation::new(Method::Post, path, "approvePayout", "Payouts", access, approve);
    let path = "/v1/programs/{program}/ambassadors/{ambassador}/holds";
    let access = Access::Whole(Scope::DECISIONS_WRITE);
    let hold = Operation::new(Method::Post, path, "holdPayouts", "Payouts", access, hold);
    let path = "/v1/programs/{program}/findings/{finding}/decisions";
    let decide = Operation::new(Method::Post, path, "decideOnFinding", "Findings", access, decide);
    vec![
        approve
            .says("Approves a payout", "On the record under the credential's name.")
            .of("payout", "The payout, `po_…`.")
            .writes::<Approval>("The payout is approved."),
        hold.says("Holds or releases payouts", "Of one ambassador in one program.")
            .of("program", "The program.")
            .of("ambassador", "The ambassador.")
            .writes::<Hold>("The payouts are held, or go on."),
        decide
            .says("Decides on a finding", "Released, what it holds goes on; confirmed, it stays held.")
            .of("program", "The program.")
            .of("finding", "The finding, its `/` written as `%2F`.")
            .writes::<Finding>("It is decided."),
    ]
}

async fn approve(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(id): Path<String>,
    Body(Approval {}): Body<Approval>,
) -> Result<Json<Written>, Problem> {
    let found =
        payout::Entity::find_by_id((caller.brand.to_string(), id.clone())).one(api.walled().connection());
    let row = found.await?.ok_or_else(|| Problem::not_found("payout", &id))?;
    if row.amount.is_none() {
        let detail =
            format!("`{id}` is {}, and nothing is to be paid; there is nothing to approve", row.status);
        return Err(Problem::new(ProblemCode::NotPossible, detail));
    }
    let data = json!({"payout": id, "by": caller.credential});
    Ok(Json(api.say(&caller, &key, Said { event_type: "tribute.payout_approval.given", data }).await?))
}

async fn hold(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path((program, ambassador)): Path<(String, String)>,
    Body(asked): Body<Hold>,
) -> Result<Json<Written>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    configured::ambassador(found, &caller, &ambassador)?;
    let event_type = match asked.hold {
        Change::Placed => "tribute.hold.placed",
        Change::Released => "tribute.hold.released",
    };
    if asked.reason.trim().is_empty() {
        return Err(Problem::unprocessable("the body: `reason` is empty; say why"));
    }
    let data = json!({"program": program, "ambassador": ambassador, "by": caller.credential, "reason": asked.reason});
    Ok(Json(api.say(&caller, &key, Said { event_type, data }).await?))
}

async fn decide(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path((program, id)): Path<(String, String)>,
    Body(asked): Body<Finding>,
) -> Result<Json<Written>, Problem> {
    let named = (caller.brand.to_string(), program.clone(), id.clone());
    let found = finding::Entity::find_by_id(named).one(api.walled().connection());
    found.await?.ok_or_else(|| Problem::not_found("finding", &id))?;
    let data = json!({"program": program, "finding": id, "decision": asked.decision, "by": caller.credential,
        "reason": asked.reason});
    Ok(Json(api.say(&caller, &key, Said { event_type: "tribute.finding.decided", data }).await?))
}
