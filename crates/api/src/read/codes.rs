//! `GET /v1/programs/{program}/codes` and `…/links`: what stands for whom.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_events::{CodeMode, Timestamp};
use tribute_terms::View;

use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    configured::{self, finite},
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted, cut},
    },
    redirect,
};

/// Whose.
#[derive(Debug, Deserialize, JsonSchema)]
struct Whose {
    /// Only this ambassador's; everybody's where absent. Who sees their own only gets their own.
    ambassador: Option<String>,
}

/// A code that stands for somebody.
#[derive(Debug, Serialize, JsonSchema)]
struct CodeRow {
    /// The program.
    program: String,
    /// The code, as it was issued; compared without regard to case.
    code: String,
    /// Whose code it is.
    ambassador: String,
    /// What it does against a click.
    mode: CodeMode,
    /// First instant at which it counts.
    valid_from: Timestamp,
    /// First instant at which it no longer counts; absent where it has no end.
    valid_until: Option<Timestamp>,
}

/// A tracking link.
#[derive(Debug, Serialize, JsonSchema)]
struct LinkRow {
    /// The program.
    program: String,
    /// The link.
    link: String,
    /// Whose link it is.
    ambassador: String,
    /// Where it leads.
    target: Option<String>,
    /// Its address on the server that follows links, whatever links other brands have there.
    path: String,
    /// When it was issued.
    issued_at: Timestamp,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::LINKS_READ);
    let path = "/v1/programs/{program}/codes";
    let codes = Operation::new(Method::Get, path, "listCodes", "Codes and links", access, codes);
    let path = "/v1/programs/{program}/links";
    let links = Operation::new(Method::Get, path, "listLinks", "Codes and links", access, links);
    vec![
        codes
            .says("Lists codes", "Every code that was not withdrawn, expired ones among them.")
            .of("program", "The program.")
            .lists::<Whose, CodeRow>("A page of codes."),
        links
            .says("Lists links", "Every tracking link.")
            .of("program", "The program.")
            .lists::<Whose, LinkRow>("A page of links."),
    ]
}

async fn codes(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<Whose>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<CodeRow>>, Problem> {
    let known = api.configured().await?;
    let (found, whose) =
        (configured::program(&known, &caller, &program)?, caller.own(query.ambassador.as_deref())?);
    let codes = found.codes(View::at(api.now()));
    let rows =
        codes.filter(|it| whose.is_none_or(|who| it.issued.ambassador.as_str() == who)).map(|it| CodeRow {
            program: program.clone(),
            code: it.issued.code.to_string(),
            ambassador: it.issued.ambassador.to_string(),
            mode: it.issued.mode,
            valid_from: it.valid_from,
            valid_until: finite(it.valid_until),
        });
    Ok(Json(cut("codes", rows, |row| row.code.to_lowercase(), &wanted)?))
}

async fn links(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<Whose>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<LinkRow>>, Problem> {
    let known = api.configured().await?;
    let (found, whose) =
        (configured::program(&known, &caller, &program)?, caller.own(query.ambassador.as_deref())?);
    let links = found.links(View::at(api.now()));
    let rows =
        links.filter(|it| whose.is_none_or(|who| it.what.ambassador.as_str() == who)).map(|it| LinkRow {
            program: program.clone(),
            link: it.what.link.to_string(),
            ambassador: it.what.ambassador.to_string(),
            target: it.what.target.as_ref().map(ToString::to_string),
            path: redirect::path(it.what.link.as_str(), caller.brand.as_str()),
            issued_at: it.time,
        });
    Ok(Json(cut("links", rows, |row| row.link.clone(), &wanted)?))
}
