//! Corrections of the books by hand: proposed by one, decided on by another, as `tribute adjustment` does it.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tribute_events::{AdjustmentId, AdjustmentProposed, ProgramId, Timestamp};
use tribute_money::{Asset, Millionths};
use tribute_payouts::same_name;
use tribute_services::adjustable;
use tribute_store::entity::adjustment;

use super::{Said, WriteKey, Written};
use crate::{
    Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    configured,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
    read::adjustments::find,
};

const GROUP: &str = "Adjustments";

/// A correction: one account is debited, another credited.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewAdjustment {
    /// The program that it is booked on.
    program: ProgramId,
    /// The account that is debited: `expense:…`, `cash`, `fx`, `write_off`, `ambassador:ID:available`.
    debit: String,
    /// The account that is credited: what an ambassador gets is credited to `ambassador:ID:available`.
    credit: String,
    /// How much; more than nothing.
    amount: Millionths,
    /// In which currency.
    currency: Asset,
    /// The day of UTC that it is booked on, `2026-03-31`. One in a closed month is booked on the first day after it.
    day: String,
    /// Why, without names and addresses: it stays.
    #[schemars(length(min = 1))]
    reason: String,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Decision {
    /// It is booked.
    Approved,
    /// It is not.
    Refused,
}

/// A decision on an adjustment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// What is decided.
    decision: Decision,
    /// Why; a refusal needs it, and an approval has none.
    reason: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Whole(Scope::PAYOUTS_WRITE);
    let propose =
        Operation::new(Method::Post, "/v1/adjustments", "proposeAdjustment", GROUP, access, propose);
    let path = "/v1/adjustments/{adjustment}/decisions";
    let decide = Operation::new(Method::Post, path, "decideOnAdjustment", GROUP, access, decide);
    vec![
        propose
            .says(
                "Proposes an adjustment",
                "A correction of the books by hand. Nothing is booked until another credential approves it; its id follows \
                 from the `Idempotency-Key` and is in the list.",
            )
            .writes::<NewAdjustment>("It is proposed."),
        decide
            .says(
                "Decides on an adjustment",
                "Approved, it is booked; what it gives an ambassador is an earning of its own, available at once. The \
                 credential that proposed it does not approve it.",
            )
            .of("adjustment", "The adjustment.")
            .writes::<Decided>("It is decided."),
    ]
}

async fn propose(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Body(asked): Body<NewAdjustment>,
) -> Result<Json<Written>, Problem> {
    let known = api.configured().await?;
    let wrong = |why: String| Problem::unprocessable(format!("the body: {why}"));
    if configured::program(&known, &caller, asked.program.as_str()).is_err() {
        return Err(wrong(format!("`program`: there is no program `{}`", asked.program)));
    }
    if format!("{}T00:00:00Z", asked.day).parse::<Timestamp>().is_err() {
        return Err(wrong(format!("`day`: `{}` is no day; write it as 2026-03-31", asked.day)));
    }
    if asked.reason.trim().is_empty() {
        return Err(wrong("`reason` is empty; say why".to_owned()));
    }
    let what = AdjustmentProposed {
        adjustment: AdjustmentId::trusted(&key.names(&caller, "adj")),
        program: asked.program,
        debit: asked.debit.into(),
        credit: asked.credit.into(),
        amount: asked.amount,
        currency: asked.currency,
        day: asked.day.into(),
        by: caller.credential.clone(),
        reason: asked.reason,
    };
    adjustable(known.registry(), &caller.brand, api.now(), &what)
        .map_err(|rejection| wrong(rejection.reason))?;
    let data = serde_json::to_value(what).map_err(|error| Problem::internal(&error))?;
    Ok(Json(api.say(&caller, &key, Said { event_type: "tribute.adjustment.proposed", data }).await?))
}

async fn decide(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(id): Path<String>,
    Body(asked): Body<Decided>,
) -> Result<Json<Written>, Problem> {
    let row = find(&api, &caller, &id).await?;
    waits(&api, &caller, &key, &row).await?;
    let reason = asked.reason.unwrap_or_default();
    let said = match asked.decision {
        Decision::Approved if !reason.is_empty() => {
            return Err(Problem::unprocessable("the body: `reason` goes with a refusal alone"));
        }
        Decision::Approved => {
            by_another(&caller, &row)?;
            let data = json!({"adjustment": id, "by": caller.credential});
            Said { event_type: "tribute.adjustment.approved", data }
        }
        Decision::Refused if reason.trim().is_empty() => {
            return Err(Problem::unprocessable("the body: `reason` is empty; say why it is refused"));
        }
        Decision::Refused => {
            let data = json!({"adjustment": id, "by": caller.credential, "reason": reason});
            Said { event_type: "tribute.adjustment.refused", data }
        }
    };
    Ok(Json(api.say(&caller, &key, said).await?))
}

/// A proposal that nobody decided on yet, or that this very request decided on before.
async fn waits(api: &Api, caller: &Caller, key: &WriteKey, row: &adjustment::Model) -> Result<(), Problem> {
    if row.status == "proposed" || api.has_said(caller, key).await? {
        return Ok(());
    }
    let by = row.decided_by.as_deref().unwrap_or("nobody");
    let detail = format!(
        "adjustment `{}` was {} by `{by}`, which stands; propose another",
        row.adjustment, row.status
    );
    Err(Problem::new(ProblemCode::NotPossible, detail))
}

fn by_another(caller: &Caller, row: &adjustment::Model) -> Result<(), Problem> {
    if !same_name(&row.proposed_by, &caller.credential) {
        return Ok(());
    }
    let detail = format!(
        "adjustment `{}` was proposed by `{}`: somebody else has to approve it",
        row.adjustment, row.proposed_by
    );
    Err(Problem::new(ProblemCode::NotPossible, detail))
}
