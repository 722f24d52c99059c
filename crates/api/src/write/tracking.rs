//! Codes and links are issued.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tribute_events::{AmbassadorId, Code, CodeMode, LinkId, Timestamp};
use tribute_terms::View;

use super::{Said, WriteKey, Written};
use crate::{
    Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    configured,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
    redirect,
};

/// A code to be issued.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewCode {
    /// The code as shoppers type it.
    code: Code,
    /// Whose code it is.
    ambassador: AmbassadorId,
    /// What it does against a click.
    #[serde(default)]
    mode: CodeMode,
    /// First instant at which it counts; now where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<Timestamp>,
    /// First instant at which it no longer counts; never where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
}

/// A link to be issued.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewLink {
    /// The link's id; one is made where absent, and the answer's event has it.
    link: Option<LinkId>,
    /// Whose link it is.
    ambassador: AmbassadorId,
    /// Where it leads: an address that begins with `https://`.
    target: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Whole(Scope::LINKS_WRITE);
    let path = "/v1/programs/{program}/codes";
    let code = Operation::new(Method::Post, path, "issueCode", "Codes and links", access, issue_code);
    let path = "/v1/programs/{program}/links";
    let link = Operation::new(Method::Post, path, "issueLink", "Codes and links", access, issue_link);
    vec![
        code.says("Issues a code", "A code that stands for somebody else is not given away.")
            .of("program", "The program.")
            .writes::<NewCode>("The code is issued."),
        link.says("Issues a link", "A link that stands for somebody else is not given away.")
            .of("program", "The program.")
            .writes::<NewLink>("The link is issued."),
    ]
}

fn taken(what: &str, id: &str) -> Problem {
    Problem::new(
        ProblemCode::NotPossible,
        format!("the {what} `{id}` stands for another ambassador; choose another one"),
    )
}

async fn issue_code(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(program): Path<String>,
    Body(asked): Body<NewCode>,
) -> Result<Json<Written>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    configured::ambassador(found, &caller, asked.ambassador.as_str())?;
    let stands = found.code(asked.code.as_str(), View::ALL);
    if stands.is_some_and(|it| it.issued.ambassador != asked.ambassador) {
        return Err(taken("code", asked.code.as_str()));
    }
    let mut data = serde_json::to_value(&asked).map_err(|error| Problem::internal(&error))?;
    data["program"] = program.into();
    Ok(Json(api.say(&caller, &key, Said { event_type: "tribute.code.issued", data }).await?))
}

async fn issue_link(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(program): Path<String>,
    Body(asked): Body<NewLink>,
) -> Result<Json<Written>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    configured::ambassador(found, &caller, asked.ambassador.as_str())?;
    if let Some(why) = asked.target.as_deref().and_then(redirect::refused) {
        return Err(Problem::unprocessable(why));
    }
    let link = asked.link.unwrap_or_else(|| LinkId::trusted(&made(&caller, &key)));
    if found.link(&link, View::ALL).is_some_and(|owner| *owner != asked.ambassador) {
        return Err(taken("link", link.as_str()));
    }
    let mut data: Value = json!({"program": program, "link": link, "ambassador": asked.ambassador});
    if let Some(target) = asked.target {
        data["target"] = target.into();
    }
    Ok(Json(api.say(&caller, &key, Said { event_type: "tribute.link.issued", data }).await?))
}

/// An id for a link: the same for the same request.
fn made(caller: &Caller, key: &WriteKey) -> String {
    let text = format!("{} {} {}", caller.brand, caller.credential, key.as_str());
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
