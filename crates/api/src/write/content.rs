//! Verdicts on posts.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::json;
use tribute_events::{ReviewVerdict, Timestamp};
use tribute_store::entity::post;

use super::{Said, WriteKey, Written};
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::{Body, Path},
        operation::{Access, Method, Operation},
    },
};

/// What somebody found who looked at a post.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Review {
    /// What was found.
    verdict: ReviewVerdict,
    /// Why; a rejection needs it.
    reason: Option<String>,
    /// Until when the brand may use the post itself.
    usage_rights_until: Option<Timestamp>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let path = "/v1/posts/{post}/reviews";
    let access = Access::Whole(Scope::CONTENT_WRITE);
    let review = Operation::new(Method::Post, path, "reviewPost", "Content", access, review);
    vec![
        review
            .says("Reviews a post", "A later review replaces an earlier one.")
            .of("post", "The post.")
            .writes::<Review>("The verdict is in."),
    ]
}

async fn review(
    State(api): State<Api>,
    caller: Caller,
    key: WriteKey,
    Path(id): Path<String>,
    Body(asked): Body<Review>,
) -> Result<Json<Written>, Problem> {
    let found =
        post::Entity::find_by_id((caller.brand.to_string(), id.clone())).one(api.walled().connection());
    found.await?.filter(|row| row.at.is_some()).ok_or_else(|| Problem::not_found("post", &id))?;
    let mut data = json!({"post": id, "verdict": asked.verdict, "by": caller.credential});
    if let Some(reason) = asked.reason {
        data["reason"] = reason.into();
    }
    if let Some(until) = asked.usage_rights_until {
        data["usage_rights_until"] = json!(until);
    }
    Ok(Json(api.say(&caller, &key, Said { event_type: "tribute.post.reviewed", data }).await?))
}
