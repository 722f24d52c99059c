//! `GET /v1/ambassadors/{ambassador}/statements/{month}`: a month for one ambassador, by what `Accept` asks for.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use tribute_events::{AmbassadorId, ProgramId};
use tribute_reports::statement::{Month, StatementOf, statement, table};

use crate::{
    Api, Caller, Problem, ProblemCode,
    access::role::Scope,
    http::{
        asked::{Path, Query},
        operation::{Access, AnyObject, Method, Operation},
    },
};

const JSON: &str = "application/json";
const CSV: &str = "text/csv";
const HTML: &str = "text/html";
const PDF: &str = "application/pdf";

/// Which statement.
#[derive(Debug, Deserialize, JsonSchema)]
struct StatementQuery {
    /// Only this program's transactions.
    program: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let path = "/v1/ambassadors/{ambassador}/statements/{month}";
    let access = Access::Scope(Scope::STATEMENTS_READ);
    let show = Operation::new(Method::Get, path, "showStatement", "Statements", access, show);
    vec![
        show.says(
            "Shows a statement",
            "What was owed when the month began, what changed it, what is owed at its end. `Accept` chooses JSON, CSV, a \
             page or a document to print.",
        )
        .of("ambassador", "The ambassador.")
        .of("month", "The month in UTC, `2026-03`.")
        .query::<StatementQuery>()
        .gives::<AnyObject>(200, "The statement.")
        .or_gives(200, CSV, "The statement.")
        .or_gives(200, HTML, "The statement.")
        .or_gives(200, PDF, "The statement."),
    ]
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path((ambassador, month)): Path<(String, String)>,
    Query(query): Query<StatementQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let media = chosen(&headers)?;
    if !caller.sees(&ambassador) {
        return Err(Problem::not_found("ambassador", &ambassador));
    }
    let month: Month = month.parse().map_err(|error| Problem::invalid(format!("the path: {error}")))?;
    let of = StatementOf {
        brand: caller.brand.clone(),
        ambassador: AmbassadorId::trusted(&ambassador),
        program: query.program.as_deref().map(ProgramId::trusted),
        month,
    };
    let told = statement(api.walled(), &of).await?;
    let bytes = match media {
        CSV => table(&told).to_csv()?.into_bytes(),
        HTML => told.to_html().into_bytes(),
        PDF => told.to_pdf(),
        _ => serde_json::to_vec(&told).map_err(|error| Problem::internal(&error))?,
    };
    Ok(([(header::CONTENT_TYPE, media)], bytes).into_response())
}

/// The first media type that is asked for and can be given; JSON where nothing is asked for.
fn chosen(headers: &HeaderMap) -> Result<&'static str, Problem> {
    let Some(asked) = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()) else { return Ok(JSON) };
    let ranges = asked.split(',').map(|it| it.split(';').next().unwrap_or_default().trim());
    let given = |range: &str| match range {
        "*/*" | "application/*" => Some(JSON),
        "text/*" => Some(CSV),
        _ => [JSON, CSV, HTML, PDF].into_iter().find(|media| range.eq_ignore_ascii_case(media)),
    };
    ranges.into_iter().find_map(given).ok_or_else(|| {
        let detail = format!("`{asked}` is not given; ask for {JSON}, {CSV}, {HTML} or {PDF}");
        Problem::new(ProblemCode::NotAcceptable, detail)
    })
}
