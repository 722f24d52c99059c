//! `GET /v1/programs` and what belongs to one: its versions, and the terms of each.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use tribute_events::{ProgramId, Timestamp};
use tribute_terms::{Program, Terms};

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

/// A program.
#[derive(Debug, Serialize, JsonSchema)]
struct ProgramRow {
    /// Its id.
    program: String,
    /// Its name for people, as the newest version has it.
    name: String,
    /// The version in force; absent where the first is yet to come.
    version: Option<String>,
    /// Its currency.
    currency: String,
    /// Every version, the oldest first.
    versions: Vec<Version>,
}

/// A version of a program's terms.
#[derive(Debug, Serialize, JsonSchema)]
struct Version {
    /// Its name.
    version: String,
    /// From when on it holds.
    effective_from: Timestamp,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::PROGRAMS_READ);
    let list = Operation::new(Method::Get, "/v1/programs", "listPrograms", "Programs", access, list);
    let path = "/v1/programs/{program}";
    let show = Operation::new(Method::Get, path, "showProgram", "Programs", access, show);
    let path = "/v1/programs/{program}/terms/{version}";
    let terms = Operation::new(Method::Get, path, "showTerms", "Programs", access, terms);
    vec![
        list.says("Lists programs", "Every program of the brand that has terms.")
            .lists::<Whole, ProgramRow>("A page of programs."),
        show.says("Shows a program", "Its versions, and which one is in force.")
            .of("program", "The program.")
            .shows::<ProgramRow>("The program."),
        terms
            .says(
                "Shows the terms of a version",
                "Who sees their own only is shown those of programs that know them.",
            )
            .of("program", "The program.")
            .of("version", "The version, such as `2026-1`.")
            .shows::<Terms>("The terms."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<ProgramRow>>, Problem> {
    let known = api.configured().await?;
    let programs = known.registry().programs(&caller.brand).into_iter().flatten();
    let rows = programs.filter_map(|(id, program)| shown(id, program, api.now()));
    Ok(Json(cut("programs", rows, |row| row.program.clone(), &wanted)?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
) -> Result<Json<ProgramRow>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    let row = shown(&ProgramId::trusted(&program), found, api.now());
    Ok(Json(row.ok_or_else(|| Problem::not_found("program", &program))?))
}

async fn terms(
    State(api): State<Api>,
    caller: Caller,
    Path((program, version)): Path<(String, String)>,
) -> Result<Json<Terms>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    if let Some(only) = &caller.only {
        configured::ambassador(found, &caller, only.as_str())
            .map_err(|_| Problem::not_found("program", &program))?;
    }
    let terms = found.versions().iter().find(|terms| terms.program.version == version);
    Ok(Json(terms.cloned().ok_or_else(|| Problem::not_found("version", &version))?))
}

fn shown(id: &ProgramId, program: &Program, now: Timestamp) -> Option<ProgramRow> {
    let newest = program.versions().last()?;
    let version = |terms: &Terms| Version {
        version: terms.program.version.to_string(),
        effective_from: terms.program.effective_from,
    };
    Some(ProgramRow {
        program: id.to_string(),
        name: newest.program.name.clone(),
        version: program.terms_at(now).map(|terms| terms.program.version.to_string()),
        currency: newest.program.currency.to_string(),
        versions: program.versions().iter().map(version).collect(),
    })
}
