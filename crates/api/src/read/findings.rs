//! `GET /v1/programs/{program}/findings`: what looks like fraud, and what it rests on.

use axum::{Json, extract::State};
use tribute_reports::report::{FindingRow, Fraud};

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
    let path = "/v1/programs/{program}/findings";
    let access = Access::Whole(Scope::FINDINGS_READ);
    let list = Operation::new(Method::Get, path, "listFindings", "Findings", access, list);
    vec![
        list.says(
            "Lists findings",
            "What looks like fraud and is held until a person decides, with its evidence.",
        )
        .of("program", "The program.")
        .lists::<Narrow, FindingRow>("A page of findings."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<Narrow>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<FindingRow>>, Problem> {
    configured::program(&*api.configured().await?, &caller, &program)?;
    let filter = query.filter(&caller, Some(program))?;
    Ok(Json(page(&api, "findings", &Fraud, filter, &wanted).await?))
}
