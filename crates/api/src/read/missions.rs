//! `GET /v1/programs/{program}/missions`: what there is to be reached, and how far somebody has come.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tribute_events::{AmbassadorId, ProgramId};
use tribute_reports::{
    Books,
    report::{MissionRow, missions},
};
use tribute_terms::Mission;

use super::Whole;
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    configured,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted, cut},
    },
};

/// Whose progress.
#[derive(Debug, Deserialize, JsonSchema)]
struct ProgressQuery {
    /// The ambassador; themselves for who sees their own only.
    ambassador: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::MISSIONS_READ);
    let path = "/v1/programs/{program}/missions";
    let list = Operation::new(Method::Get, path, "listMissions", "Missions", access, list);
    let path = "/v1/programs/{program}/progress";
    let progress = Operation::new(Method::Get, path, "listProgress", "Missions", access, progress);
    vec![
        list.says(
            "Lists missions",
            "The missions of the terms in force: what they ask for, and what they give.",
        )
        .of("program", "The program.")
        .lists::<Whole, Mission>("A page of missions."),
        progress
            .says("Shows progress", "How far one ambassador has come in each mission that is in force.")
            .of("program", "The program.")
            .lists::<ProgressQuery, MissionRow>(
                "A page of missions, with what is there of what they ask for.",
            ),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Mission>>, Problem> {
    let known = api.configured().await?;
    let terms = configured::program(&known, &caller, &program)?.terms_at(api.now());
    let mut rows: Vec<Mission> = terms.map(|terms| terms.mission.clone()).unwrap_or_default();
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Json(cut("missions", rows, |row| row.id.to_string(), &wanted)?))
}

async fn progress(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<ProgressQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<MissionRow>>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    let who = caller.own(query.ambassador.as_deref())?;
    let who = who.ok_or_else(|| Problem::unprocessable("the query: say whose progress by `ambassador`"))?;
    configured::ambassador(found, &caller, who)?;
    let books = Books { database: api.walled(), registry: known.registry() };
    let of = (&caller.brand, &ProgramId::trusted(&program));
    let mut rows = missions(&books, of, &AmbassadorId::trusted(who), api.now()).await?;
    rows.sort_by(|a, b| a.mission.cmp(&b.mission));
    Ok(Json(cut("progress", rows, |row| row.mission.clone(), &wanted)?))
}
