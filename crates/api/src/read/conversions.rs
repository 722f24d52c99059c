//! `GET /v1/programs/{program}/conversions`: which orders are credited to whom, and why.

use axum::{Json, extract::State};
use tribute_reports::report::{ConversionRow, Conversions};

use super::Narrow;
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    configured,
    http::{
        asked::{Path, Query},
        operation::{Access, AnyJson, AnyObject, Method, Operation},
        page::{Page, Wanted, page},
    },
    read::explain::{Kind, story},
};

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::CONVERSIONS_READ);
    let path = "/v1/programs/{program}/conversions";
    let list = Operation::new(Method::Get, path, "listConversions", "Conversions", access, list);
    let show = Operation::new(Method::Get, "/v1/orders/{order}", "showOrder", "Conversions", access, show);
    vec![
        list.says("Lists conversions", "A row for each ambassador who is credited, or one without where nobody is.")
            .of("program", "The program.")
            .lists::<Narrow, ConversionRow>("A page of conversions, by order."),
        show.says(
            "Shows an order with its reasons",
            "Who claims it, who is credited, and why each of the others is not; what it earns. Who sees their own only is \
             shown their own claims and earnings.",
        )
        .of("order", "The order.")
        .gives::<AnyObject>(200, "The order, as each program sees it."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<Narrow>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<ConversionRow>>, Problem> {
    configured::program(&*api.configured().await?, &caller, &program)?;
    let filter = query.filter(&caller, Some(program))?;
    Ok(Json(page(&api, "conversions", &Conversions, filter, &wanted).await?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(order): Path<String>,
) -> Result<Json<AnyJson>, Problem> {
    Ok(Json(story(&api, &caller, Kind::Order, &order).await?))
}
