//! `GET /v1/programs/{program}/posts`: posts with what became of them, and those that wait for a review.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tribute_events::Timestamp;
use tribute_reports::report::{PostRow, Posts};

use super::Narrow;
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    configured,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted, page},
    },
};

/// Which posts.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Which {
    /// Every post.
    #[default]
    All,
    /// Those that wait for a verdict.
    Waiting,
    /// Those that the brand may use, or might.
    WithRights,
}

/// Which posts of a program.
#[derive(Debug, Deserialize, JsonSchema)]
struct PostsQuery {
    /// All of them, those that wait for a review, or those that the brand may use.
    #[serde(default)]
    which: Which,
    /// Only of this ambassador; of everybody where absent. Who sees their own only gets their own.
    ambassador: Option<String>,
    /// Only from this instant on.
    from: Option<Timestamp>,
    /// Only before this instant.
    to: Option<Timestamp>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let path = "/v1/programs/{program}/posts";
    let access = Access::Scope(Scope::CONTENT_READ);
    let list = Operation::new(Method::Get, path, "listPosts", "Content", access, list);
    vec![
        list.says(
            "Lists posts",
            "With their review, what discloses them, and how long the brand may use them.",
        )
        .of("program", "The program.")
        .lists::<PostsQuery, PostRow>("A page of posts, by the time of publication."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<PostsQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<PostRow>>, Problem> {
    configured::program(&*api.configured().await?, &caller, &program)?;
    let PostsQuery { which, ambassador, from, to } = query;
    let filter = Narrow { ambassador, from, to }.filter(&caller, Some(program))?;
    let which = match which {
        Which::All => Posts::All,
        Which::Waiting => Posts::Waiting,
        Which::WithRights => Posts::WithRights,
    };
    Ok(Json(page(&api, "posts", &which, filter, &wanted).await?))
}
