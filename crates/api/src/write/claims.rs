//! Sales that ambassadors say are missing: opened, given evidence, and decided on, as `tribute claim` does it.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::json;
use tribute_events::{AmbassadorId, ClaimRemedy, EventId, OrderId};
use tribute_services::{NoRemedy, claim_override, claim_remedy};
use tribute_store::entity::{claim, sale};

use super::{Besides, Said, WriteKey, Written};
use crate::{
    Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    configured,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
    read::claims::find,
};

/// The source of what follows from a claim, whoever accepts it.
const SOURCE: &str = "/tribute/claim";
const GROUP: &str = "Claims";

/// A sale that is said to be missing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewClaim {
    /// The order.
    order: OrderId,
    /// What is said of it, without names and addresses: it stays.
    #[schemars(length(min = 1))]
    reason: String,
    /// What speaks for it: the number of a ticket, where it can be read.
    evidence: Option<String>,
    /// Who claims; needed where the credential is not theirs.
    ambassador: Option<AmbassadorId>,
}

/// What speaks for a claim or against it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Evidence {
    /// What it is, without names and addresses: it stays.
    #[schemars(length(min = 1))]
    evidence: String,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Decision {
    /// It is right.
    Accepted,
    /// It is not.
    Refused,
}

/// A decision on a claim.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// What is decided.
    decision: Decision,
    /// Why; a refusal needs it, and the ambassador sees it.
    reason: Option<String>,
    /// Of an accepted claim, where nobody knows the order yet: the id of the sale event that will bring it in.
    sale: Option<EventId>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::DISPUTES_WRITE);
    let path = "/v1/programs/{program}/claims";
    let open = Operation::new(Method::Post, path, "openClaim", GROUP, access, open);
    let path = "/v1/claims/{claim}/evidence";
    let evidence = Operation::new(Method::Post, path, "addEvidence", GROUP, access, evidence);
    let path = "/v1/claims/{claim}/decisions";
    let access = Access::Whole(Scope::DECISIONS_WRITE);
    let decide = Operation::new(Method::Post, path, "decideOnClaim", GROUP, access, decide);
    vec![
        open.says("Opens a claim", "An ambassador says that a sale of theirs is missing. It moves nothing by itself.")
            .of("program", "The program.")
            .writes::<NewClaim>("The claim is open."),
        evidence
            .says("Adds evidence to a claim", "Of a claim that is open.")
            .of("claim", "The claim.")
            .writes::<Evidence>("The evidence is in."),
        decide
            .says(
                "Decides on a claim",
                "Accepted, its order is credited to the ambassador by an override, or where nobody knows the order, by the \
                 sale that is named. An amount is never entered by hand: the terms say what the order earns.",
            )
            .of("claim", "The claim.")
            .writes::<Decided>("It is decided."),
    ]
}

fn needed(name: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::unprocessable(format!("the body: `{name}` is empty; say what there is to say")));
    }
    Ok(())
}

/// Who says something of a claim, as its history has it.
fn speaker(caller: &Caller) -> &str {
    caller.only.as_ref().map_or(&caller.credential, AmbassadorId::as_str)
}

async fn open(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(program): Path<String>,
    Body(asked): Body<NewClaim>,
) -> Result<Json<Written>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    let who = caller.own(asked.ambassador.as_ref().map(AmbassadorId::as_str))?;
    let who = who.ok_or_else(|| Problem::unprocessable("the body: say who claims by `ambassador`"))?;
    configured::ambassador(found, &caller, who)?;
    needed("reason", &asked.reason)?;
    let claim = key.names(&caller, "claim");
    let besides = asked.evidence.filter(|it| !it.trim().is_empty()).map(|evidence| Besides {
        source: SOURCE,
        id: format!("{claim}/evidence/1"),
        said: Said {
            event_type: "tribute.claim.evidenced",
            data: json!({"claim": claim, "by": speaker(&caller), "evidence": evidence}),
        },
    });
    let data = json!({"claim": claim, "program": program, "ambassador": who, "order": asked.order, "reason": asked.reason});
    let said = Said { event_type: "tribute.claim.opened", data };
    Ok(Json(api.say_with(&caller, &key, said, besides).await?))
}

/// A claim that may still be spoken of: an open one, or one that this very request spoke of before.
async fn undecided(api: &Api, caller: &Caller, key: &WriteKey, row: &claim::Model) -> Result<(), Problem> {
    if row.status == "open" || api.has_said(caller, key).await? {
        return Ok(());
    }
    let detail = format!("claim `{}` was {} before, which stands; open another one", row.claim, row.status);
    Err(Problem::new(ProblemCode::NotPossible, detail))
}

async fn evidence(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(id): Path<String>,
    Body(asked): Body<Evidence>,
) -> Result<Json<Written>, Problem> {
    let row = find(&api, &caller, &id).await?;
    undecided(&api, &caller, &key, &row).await?;
    needed("evidence", &asked.evidence)?;
    let data = json!({"claim": id, "by": speaker(&caller), "evidence": asked.evidence});
    Ok(Json(api.say(&caller, &key, Said { event_type: "tribute.claim.evidenced", data }).await?))
}

async fn decide(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(id): Path<String>,
    Body(asked): Body<Decided>,
) -> Result<Json<Written>, Problem> {
    let row = find(&api, &caller, &id).await?;
    undecided(&api, &caller, &key, &row).await?;
    if asked.decision == Decision::Refused {
        let reason = asked.reason.unwrap_or_default();
        needed("reason", &reason)?;
        if asked.sale.is_some() {
            return Err(Problem::unprocessable("the body: `sale` goes with an accepted claim alone"));
        }
        let data = json!({"claim": id, "by": caller.credential, "reason": reason});
        return Ok(Json(api.say(&caller, &key, Said { event_type: "tribute.claim.refused", data }).await?));
    }
    let (remedy, event) = remedy(&api, &row, asked.sale).await?;
    let data = json!({"claim": id, "by": caller.credential, "remedy": remedy, "event": event});
    let besides = (remedy == ClaimRemedy::Override).then(|| overridden(&caller, &row, &event)).transpose()?;
    let said = Said { event_type: "tribute.claim.accepted", data };
    Ok(Json(api.say_with(&caller, &key, said, besides).await?))
}

/// By what the claim takes effect. Once it is accepted the order may be known that was not before.
async fn remedy(
    api: &Api,
    row: &claim::Model,
    named: Option<EventId>,
) -> Result<(ClaimRemedy, EventId), Problem> {
    let is_known = if row.status == "open" {
        let order = sale::Entity::find_by_id((row.brand.clone(), row.order_id.clone()));
        order.one(api.walled().connection()).await?.is_some()
    } else {
        named.is_none()
    };
    let refused = |error: NoRemedy| Problem::new(ProblemCode::NotPossible, error.to_string());
    claim_remedy(row, is_known, named).map_err(refused)
}

/// The override that gives the order to whoever claimed it.
fn overridden(caller: &Caller, row: &claim::Model, event: &EventId) -> Result<Besides, Problem> {
    let data = serde_json::to_value(claim_override(row, &caller.credential));
    let data = data.map_err(|error| Problem::internal(&error))?;
    let said = Said { event_type: "tribute.conversion.overridden", data };
    Ok(Besides { source: SOURCE, id: event.to_string(), said })
}
