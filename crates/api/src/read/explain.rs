//! `GET /v1/explain`: one id, down to the events.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tribute_reports::{
    Books,
    explain::{self, Answer, Story},
};

pub(super) use tribute_reports::explain::Kind;

use crate::{
    Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    http::{
        asked::Query,
        operation::{Access, AnyJson, AnyObject, Method, Operation},
    },
};

/// What to explain.
#[derive(Debug, Deserialize, JsonSchema)]
struct ExplainQuery {
    /// The id: of an order, a payout, a post, a click, a grant; of an earning `program/source/ambassador/rule`; of a
    /// transaction `brand/number`.
    #[schemars(length(min = 1, max = 1024))]
    id: String,
    /// What it is of, where more than one thing has it.
    kind: Option<Kind>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::EXPLAIN_READ);
    let show = Operation::new(Method::Get, "/v1/explain", "explain", "Explanations", access, show);
    vec![
        show.says(
            "Explains an id",
            "What happened, who was credited and why, what was booked, what was paid. Who sees their own only is told of \
             their own, without the ledger's transactions.",
        )
        .query::<ExplainQuery>()
        .gives::<AnyObject>(200, "What the id stands for."),
    ]
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ExplainQuery>,
) -> Result<Json<AnyJson>, Problem> {
    if let Some(kind) = query.kind {
        return Ok(Json(story(&api, &caller, kind, &query.id).await?));
    }
    let known = api.configured().await?;
    let books = Books { database: api.walled(), registry: known.registry() };
    match explain::explain(&books, &query.id, Some(caller.brand.as_str())).await? {
        Answer::Story(story) => Ok(Json(told(&caller, &story, &query.id)?)),
        Answer::Unknown { id } => Err(Problem::not_found("thing of the id", &id)),
        Answer::Ambiguous(_) if caller.only.is_some() => Err(Problem::unprocessable(
            "the query: more than one thing may have this id; say which by `kind`",
        )),
        Answer::Ambiguous(several) => {
            let several: Vec<_> = several.iter().map(|it| it.kind.as_str()).collect();
            let detail = format!(
                "`{}` is the id of more than one thing; name one by `kind`: {}",
                query.id,
                several.join(", ")
            );
            Err(Problem::new(ProblemCode::NotPossible, detail))
        }
    }
}

/// What one id of a kind stands for, as the caller may see it.
pub(super) async fn story(api: &Api, caller: &Caller, kind: Kind, id: &str) -> Result<Value, Problem> {
    let known = api.configured().await?;
    let books = Books { database: api.walled(), registry: known.registry() };
    let found = explain::explain_one(&books, kind, caller.brand.as_str(), id).await?;
    let story = found.ok_or_else(|| Problem::not_found(kind.as_str(), id))?;
    told(caller, &story, id)
}

/// A story as the caller may see it: whole, or their own part of it.
fn told(caller: &Caller, story: &Story, id: &str) -> Result<Value, Problem> {
    let mut value = serde_json::to_value(story).map_err(|error| Problem::internal(&error))?;
    let Some(only) = &caller.only else { return Ok(value) };
    let only = only.as_str();
    let is_own = match story {
        Story::Order(_) => keep_own_of_order(&mut value, only),
        Story::Earning(story) => story.view.ambassador == only,
        Story::Payout(story) => story.ambassador == only,
        Story::Post(story) => story.author == only,
        Story::Click(story) => {
            story.counts_for.iter().all(|(_, who)| who == only) && !story.counts_for.is_empty()
        }
        Story::Grant(story) => story.ambassador == only,
        // The ledger is the brand's.
        Story::Transaction(_) => false,
    };
    if !is_own {
        return Err(Problem::not_found("thing of the id", id));
    }
    leave_out(&mut value);
    Ok(value)
}

/// What concerns others or the brand alone: transactions stand together with those of others, events name who sent them,
/// findings name others as evidence, a shopper is nobody's but the brand's to know.
const BRAND_ONLY: [&str; 7] = ["transactions", "events", "event", "findings", "held_by", "buyer", "shopper"];

fn leave_out(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !BRAND_ONLY.contains(&name.as_str()));
            fields.values_mut().for_each(leave_out);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out),
        _ => {}
    }
}

/// Leaves of an order what is one ambassador's: their claims, shares and earnings. Whether anything is.
fn keep_own_of_order(order: &mut Value, only: &str) -> bool {
    let own = |item: &Value| item.get("ambassador").and_then(Value::as_str) == Some(only);
    let keep = |list: Option<&mut Value>| {
        let list = list.and_then(Value::as_array_mut);
        list.is_some_and(|list| {
            list.retain(own);
            !list.is_empty()
        })
    };
    let mut any = false;
    if let Some(order) = order.as_object_mut() {
        order.remove("facts");
    }
    for program in order.get_mut("programs").and_then(Value::as_array_mut).into_iter().flatten() {
        any |= keep(program.get_mut("earnings"));
        let Some(credit) = program.get_mut("credit").and_then(Value::as_object_mut) else { continue };
        credit.remove("notes");
        any |= keep(credit.get_mut("winners"));
        any |= keep(credit.get_mut("losers"));
        for moment in credit.get_mut("moments").and_then(Value::as_array_mut).into_iter().flatten() {
            any |= keep(moment.get_mut("shares"));
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_an_order_nothing_is_shown_that_is_others() {
        let claim = |who: &str| json!({"ambassador": who, "touch": format!("t-{who}")});
        let mut order = json!({"order": "1", "buyer": "a:kim", "facts": [{"what": "kim"}], "events": [{"id": "e"}],
            "programs": [{"program": "p", "earnings": [{"ambassador": "ben", "transactions": [1]}],
                "credit": {"winners": [claim("ben")], "losers": [claim("ada"), claim("cyd")], "notes": ["ben"],
                    "moments": [{"shares": [{"ambassador": "ben"}, {"ambassador": null}]}]}}]});
        assert!(
            keep_own_of_order(&mut order.clone(), "ben") && !keep_own_of_order(&mut order.clone(), "eve")
        );
        assert!(keep_own_of_order(&mut order, "ada"));
        leave_out(&mut order);
        let text = order.to_string();
        assert!(text.contains("t-ada"), "{text}");
        for others in ["ben", "cyd", "kim", "events", "transactions"] {
            assert!(!text.contains(others), "{others} in {text}");
        }
    }
}
