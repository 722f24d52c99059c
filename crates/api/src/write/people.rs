//! Applications to a program, and what a brand decides on people.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tribute_events::{AmbassadorChange, AmbassadorId};

use super::{Said, WriteKey, Written};
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    configured,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
};

/// What somebody says who wants to join.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Application {
    /// Who; themselves for who sees their own only.
    #[serde(skip_serializing)]
    ambassador: Option<AmbassadorId>,
    /// The platform that they post on.
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    /// Followers on it.
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    #[serde(skip_serializing_if = "Option::is_none")]
    followers: Option<u64>,
    /// Country or state.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// School or campus.
    #[serde(skip_serializing_if = "Option::is_none")]
    campus: Option<String>,
    /// What they post about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    niches: Vec<String>,
    /// The currency that they want to be paid in, by its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    payout_currency: Option<String>,
    /// The tracking link by which they came.
    #[serde(skip_serializing_if = "Option::is_none")]
    recruiter_link: Option<String>,
}

/// What is decided.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Decision {
    /// They are asked to join.
    Invited,
    /// They may earn from now on.
    Approved,
    /// They must wait.
    Waitlisted,
    /// They may not join.
    Rejected,
    /// They earn nothing for now.
    Suspended,
    /// They are thrown out.
    Banned,
}

/// A decision on somebody.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// What is decided.
    decision: Decision,
    /// Why: of the matter, without a word about the person. A rejection, suspension or ban needs it.
    reason: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let path = "/v1/programs/{program}/applications";
    let access = Access::Scope(Scope::APPLICATIONS_WRITE);
    let apply = Operation::new(Method::Post, path, "apply", "Ambassadors", access, apply);
    let path = "/v1/programs/{program}/ambassadors/{ambassador}/decisions";
    let access = Access::Whole(Scope::AMBASSADORS_WRITE);
    let decide = Operation::new(Method::Post, path, "decideOnAmbassador", "Ambassadors", access, decide);
    vec![
        apply
            .says(
                "Applies to a program",
                "The program's terms judge the application where they can; else somebody does.",
            )
            .of("program", "The program.")
            .writes::<Application>("The application is in."),
        decide
            .says(
                "Decides on an ambassador",
                "A person's decision stands above what the terms say of an application.",
            )
            .of("program", "The program.")
            .of("ambassador", "The ambassador.")
            .writes::<Decided>("It is decided."),
    ]
}

async fn apply(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(program): Path<String>,
    Body(asked): Body<Application>,
) -> Result<Json<Written>, Problem> {
    configured::program(&*api.configured().await?, &caller, &program)?;
    let who = caller.own(asked.ambassador.as_ref().map(AmbassadorId::as_str))?;
    let who = who.ok_or_else(|| Problem::unprocessable("the body: say who applies by `ambassador`"))?;
    let mut data = serde_json::to_value(&asked).map_err(|error| Problem::internal(&error))?;
    (data["program"], data["ambassador"]) = (program.as_str().into(), who.into());
    let said = Said { event_type: AmbassadorChange::Applied.event_type(), data };
    Ok(Json(api.say(&caller, &key, said).await?))
}

async fn decide(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path((program, ambassador)): Path<(String, String)>,
    Body(asked): Body<Decided>,
) -> Result<Json<Written>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    if ambassador.parse::<AmbassadorId>().is_err() {
        return Err(Problem::not_found("ambassador", &ambassador));
    }
    let change = match asked.decision {
        Decision::Invited => AmbassadorChange::Invited,
        Decision::Approved => AmbassadorChange::Approved,
        Decision::Waitlisted => AmbassadorChange::Waitlisted,
        Decision::Rejected => AmbassadorChange::Rejected,
        Decision::Suspended => AmbassadorChange::Suspended,
        Decision::Banned => AmbassadorChange::Banned,
    };
    // Who is invited may be new; a decision on anybody else is on somebody who is there.
    if change != AmbassadorChange::Invited {
        configured::ambassador(found, &caller, &ambassador)?;
    }
    let mut data: Value = json!({"program": program, "ambassador": ambassador});
    if let Some(reason) = asked.reason {
        data["reason"] = reason.into();
    }
    Ok(Json(api.say(&caller, &key, Said { event_type: change.event_type(), data }).await?))
}
