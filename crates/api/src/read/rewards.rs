//! `GET /v1/programs/{program}/rewards`: tokens and perks that were granted.

use axum::{Json, extract::State};
use tribute_reports::report::{RewardRow, Rewards};

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

pub(crate) fn operations() -> Vec<Operation> {
    let path = "/v1/programs/{program}/rewards";
    let access = Access::Scope(Scope::REWARDS_READ);
    let list = Operation::new(Method::Get, path, "listRewards", "Rewards", access, list);
    vec![
        list.says(
            "Lists rewards",
            "Every grant of a mission: tokens, perks and badges, and what became of them.",
        )
        .of("program", "The program.")
        .lists::<Narrow, RewardRow>("A page of grants."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<Narrow>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<RewardRow>>, Problem> {
    configured::program(&*api.configured().await?, &caller, &program)?;
    let filter = query.filter(&caller, Some(program))?;
    Ok(Json(page(&api, "rewards", &Rewards, filter, &wanted).await?))
}
