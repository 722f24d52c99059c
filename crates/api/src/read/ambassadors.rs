//! `GET /v1/programs/{program}/ambassadors`: who is in a program, and how they came to stand where they stand.

use std::ops::Bound;

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_events::{AmbassadorId, Timestamp};
use tribute_reports::report::{StandingRow, Standings};
use tribute_terms::{Ambassador, Program, Standing, View};

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

/// Which ambassadors.
#[derive(Debug, Deserialize, JsonSchema)]
struct AmbassadorsQuery {
    /// Only who stands so: `invited`, `applied`, `waitlisted`, `approved`, `rejected`, `suspended`, `left`, `banned`.
    standing: Option<String>,
}

/// A person in a program, as they are known now. Names and addresses are not among it.
#[derive(Debug, Serialize, JsonSchema)]
struct AmbassadorRow {
    /// The program.
    program: String,
    /// The ambassador.
    ambassador: String,
    /// Where they stand; absent where nothing was decided.
    standing: Option<String>,
    /// The platform that they post on.
    platform: Option<String>,
    /// Followers on it.
    followers: Option<u64>,
    /// Country or state.
    region: Option<String>,
    /// School or campus.
    campus: Option<String>,
    /// What they post about.
    niches: Vec<String>,
    /// Who recruited them.
    recruiter: Option<String>,
    /// The currency that they want to be paid in.
    payout_currency: Option<String>,
    /// Whether a tax form is on file.
    tax_form: Option<bool>,
    /// Whether their payment details are verified.
    payment_details_verified: Option<bool>,
    /// Why their payouts are on hold, where they are.
    held: Option<String>,
    /// Whether the person was erased.
    erased: bool,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::AMBASSADORS_READ);
    let path = "/v1/programs/{program}/ambassadors";
    let list = Operation::new(Method::Get, path, "listAmbassadors", "Ambassadors", access, list);
    let path = "/v1/programs/{program}/ambassadors/{ambassador}";
    let show = Operation::new(Method::Get, path, "showAmbassador", "Ambassadors", access, show);
    let path = "/v1/programs/{program}/standings";
    let turns = Operation::new(Method::Get, path, "listStandings", "Ambassadors", access, standings);
    vec![
        list.says(
            "Lists ambassadors",
            "Everybody that a program knows. Who sees their own only gets themselves.",
        )
        .of("program", "The program.")
        .lists::<AmbassadorsQuery, AmbassadorRow>("A page of ambassadors."),
        show.says("Shows an ambassador", "As they are known now.")
            .of("program", "The program.")
            .of("ambassador", "The ambassador.")
            .shows::<AmbassadorRow>("The ambassador."),
        turns
            .says(
                "Lists changes of standing",
                "Who stood where from when on, and why; also what was tried in vain.",
            )
            .of("program", "The program.")
            .lists::<Narrow, StandingRow>("A page of changes."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<AmbassadorsQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<AmbassadorRow>>, Problem> {
    let (limit, after) = (wanted.limit()?, wanted.after::<String>("ambassadors")?);
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    let from = after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
    let people = found.ambassadors().range::<str, _>((from, Bound::Unbounded));
    let view = View::at(api.now());
    let stands = |who: &AmbassadorId| {
        query.standing.as_deref().is_none_or(|it| found.standing(who, view).map(Standing::as_str) == Some(it))
    };
    let wanted = people.filter(|(who, _)| caller.sees(who.as_str()) && stands(who));
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let rows =
        wanted.take(most).map(|(who, person)| shown(&program, found, who, person, api.now())).collect();
    Ok(Json(Page::of("ambassadors", rows, limit, |row: &AmbassadorRow| row.ambassador.clone(), Ok)?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path((program, ambassador)): Path<(String, String)>,
) -> Result<Json<AmbassadorRow>, Problem> {
    let known = api.configured().await?;
    let found = configured::program(&known, &caller, &program)?;
    let person = configured::ambassador(found, &caller, &ambassador)?;
    Ok(Json(shown(&program, found, &AmbassadorId::trusted(&ambassador), person, api.now())))
}

async fn standings(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<Narrow>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<StandingRow>>, Problem> {
    configured::program(&*api.configured().await?, &caller, &program)?;
    let filter = query.filter(&caller, Some(program))?;
    Ok(Json(page(&api, "standings", &Standings, filter, &wanted).await?))
}

fn shown(
    id: &str,
    program: &Program,
    who: &AmbassadorId,
    person: &Ambassador,
    now: Timestamp,
) -> AmbassadorRow {
    let (view, text) = (View::at(now), |it: Option<smol_str::SmolStr>| it.map(|it| it.to_string()));
    let profile = person.profile(view);
    AmbassadorRow {
        program: id.to_owned(),
        ambassador: who.to_string(),
        standing: program.standing(who, view).map(|it| it.as_str().to_owned()),
        platform: text(profile.platform),
        followers: profile.followers,
        region: text(profile.region),
        campus: text(profile.campus),
        niches: profile.niches.iter().map(ToString::to_string).collect(),
        recruiter: program.recruiter(who, view).map(|it| it.to_string()),
        payout_currency: profile.payout_currency.map(|it| it.to_string()),
        tax_form: profile.tax_form,
        payment_details_verified: profile.payment_details_verified,
        held: person.held(now).map(str::to_owned),
        erased: program.is_erased(who, now),
    }
}
