//! `GET /v1/programs/{program}/funnel`: from reach to return.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tribute_events::Timestamp;
use tribute_reports::{
    Books, Filter,
    report::{Funnel, FunnelBy, FunnelRow, collect},
};

use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    configured,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted, cut, narrowed},
    },
};

/// What a row of the funnel is of.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    /// A post.
    #[default]
    Post,
    /// An ambassador.
    Ambassador,
    /// A campaign.
    Campaign,
    /// A tier by followers.
    Tier,
    /// A kind of content.
    Kind,
}

/// Which funnel.
#[derive(Debug, Deserialize, JsonSchema)]
struct FunnelQuery {
    /// What a row is of.
    #[serde(default)]
    by: By,
    /// Only what happened from this instant on.
    from: Option<Timestamp>,
    /// Only what happened before this instant.
    to: Option<Timestamp>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let path = "/v1/programs/{program}/funnel";
    let access = Access::Whole(Scope::FUNNEL_READ);
    let list = Operation::new(Method::Get, path, "showFunnel", "Funnel", access, list);
    vec![
        list.says(
            "Shows the funnel",
            "Reach, interactions, clicks, orders, net revenue, cost and return, the best first; then what belongs to no \
             part, and the total.",
        )
        .of("program", "The program.")
        .lists::<FunnelQuery, FunnelRow>("A page of the funnel."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<FunnelQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<FunnelRow>>, Problem> {
    let known = api.configured().await?;
    configured::program(&known, &caller, &program)?;
    let by = match query.by {
        By::Post => FunnelBy::Post,
        By::Ambassador => FunnelBy::Ambassador,
        By::Campaign => FunnelBy::Campaign,
        By::Tier => FunnelBy::Tier,
        By::Kind => FunnelBy::Kind,
    };
    let filter = narrowed(&caller, Some(program), None)?;
    let filter = Filter { from: query.from, to: query.to, ..filter };
    let books = Books { database: api.walled(), registry: known.registry() };
    let rows = collect(&Funnel::by(by), &books, &filter).await?;
    // Rows are ranked, which takes all of them: a row's key is its place.
    let page = cut("funnel", rows.into_iter().enumerate(), |(place, _)| *place, &wanted)?;
    Ok(Json(Page { items: page.items.into_iter().map(|(_, row)| row).collect(), next: page.next }))
}
