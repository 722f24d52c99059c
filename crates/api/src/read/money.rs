//! `GET /v1/balances` and `GET /v1/payouts`: what is owed, and what is paid.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tribute_events::Timestamp;
use tribute_reports::{
    Filter,
    report::{BalanceRow, Balances, PayoutRow, Payouts},
};

use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        asked::{Path, Query},
        operation::{Access, AnyJson, AnyObject, Method, Operation},
        page::{Page, Wanted, narrowed, page},
    },
    read::explain::{Kind, story},
};

/// Which balances.
#[derive(Debug, Deserialize, JsonSchema)]
struct BalancesQuery {
    /// Only this ambassador's; everybody's where absent. Who sees their own only gets their own.
    ambassador: Option<String>,
    /// Only what this program's transactions add up to.
    program: Option<String>,
    /// As they stood at this instant; as they stand now where absent.
    at: Option<Timestamp>,
}

/// Which payouts.
#[derive(Debug, Deserialize, JsonSchema)]
struct PayoutsQuery {
    /// Only to this ambassador; to everybody where absent. Who sees their own only gets their own.
    ambassador: Option<String>,
    /// Only of this program.
    program: Option<String>,
    /// Only of runs from this instant on.
    from: Option<Timestamp>,
    /// Only of runs before this instant.
    to: Option<Timestamp>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::BALANCES_READ);
    let balances = Operation::new(Method::Get, "/v1/balances", "listBalances", "Balances", access, balances);
    let access = Access::Scope(Scope::PAYOUTS_READ);
    let payouts = Operation::new(Method::Get, "/v1/payouts", "listPayouts", "Payouts", access, payouts);
    let show = Operation::new(Method::Get, "/v1/payouts/{payout}", "showPayout", "Payouts", access, show);
    vec![
        balances
            .says(
                "Lists balances",
                "What everybody has in each currency, token and perk, by state, from the ledger.",
            )
            .lists::<BalancesQuery, BalanceRow>("A page of balances."),
        payouts
            .says("Lists payouts", "What runs decided for each balance, carried and held ones included.")
            .lists::<PayoutsQuery, PayoutRow>("A page of payouts."),
        show.says("Shows a payout", "What is in it, and what became of it.")
            .of("payout", "The payout, `po_…`.")
            .gives::<AnyObject>(200, "The payout."),
    ]
}

async fn balances(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<BalancesQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<BalanceRow>>, Problem> {
    let filter = narrowed(&caller, query.program, query.ambassador.as_deref())?;
    let filter = Filter { to: query.at, ..filter };
    Ok(Json(page(&api, "balances", &Balances, filter, &wanted).await?))
}

async fn payouts(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<PayoutsQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<PayoutRow>>, Problem> {
    let filter = narrowed(&caller, query.program, query.ambassador.as_deref())?;
    let filter = Filter { from: query.from, to: query.to, ..filter };
    Ok(Json(page(&api, "payouts", &Payouts, filter, &wanted).await?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(payout): Path<String>,
) -> Result<Json<AnyJson>, Problem> {
    Ok(Json(story(&api, &caller, Kind::Payout, &payout).await?))
}
