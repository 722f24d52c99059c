//! `GET /v1/programs/{program}/earnings`: what was earned, for what, as it stands.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use tribute_events::Timestamp;
use tribute_money::{Asset, format_minor};
use tribute_store::entity::earning::{Column, Entity, Model};

use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    configured,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted},
    },
};

/// Which earnings.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct EarningsQuery {
    /// Only this ambassador's, in the order of time; everybody's by source where absent.
    ambassador: Option<String>,
}

/// What one source earns one ambassador by one rule.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Earning {
    /// The program.
    program: String,
    /// What it is earned by: `order:1001`, `post:p1`.
    source: String,
    /// The ambassador.
    ambassador: String,
    /// The rule.
    rule: String,
    /// `commission`, `fee`, `bonus`, `recruiter`, `prize` …
    kind: String,
    /// The amount that stands, a decimal.
    amount: String,
    /// Its currency.
    currency: String,
    /// When the source happened.
    happened_at: Timestamp,
    /// From when it can be paid.
    clears_at: Timestamp,
    /// The version of the terms.
    terms: String,
}

/// Where a row stands in its list.
type Key = (i64, String, String, String);

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::EARNINGS_READ);
    let list = Operation::new(
        Method::Get,
        "/v1/programs/{program}/earnings",
        "listEarnings",
        "Earnings",
        access,
        list,
    );
    vec![
        list.says(
            "Lists earnings",
            "Every earning of a program as it stands. Who sees their own only gets their own.",
        )
        .of("program", "The program.")
        .lists::<EarningsQuery, Earning>("A page of earnings."),
    ]
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(query): Query<EarningsQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Earning>>, Problem> {
    configured::program(&*api.configured().await?, &caller, &program)?;
    let ambassador = caller.own(query.ambassador.as_deref())?;
    let (limit, after) = (wanted.limit()?, wanted.after::<Key>("earnings")?);
    let mut rows = Entity::find()
        .filter(Column::Brand.eq(caller.brand.as_str()))
        .filter(Column::Program.eq(program.as_str()));
    // Each order is that of an index, so that a page is one range of it.
    rows = match ambassador {
        Some(ambassador) => rows
            .filter(Column::Ambassador.eq(ambassador))
            .order_by_asc(Column::SourceAt)
            .order_by_asc(Column::Source)
            .order_by_asc(Column::Rule),
        None => rows.order_by_asc(Column::Source).order_by_asc(Column::Ambassador).order_by_asc(Column::Rule),
    };
    if let Some((at, source, who, rule)) = after {
        let next_rule = Condition::all().add(Column::Source.eq(source.as_str())).add(Column::Rule.gt(rule));
        rows = rows.filter(match ambassador {
            Some(_) => Condition::all().add(Column::SourceAt.gte(at)).add(
                Condition::any()
                    .add(Column::SourceAt.gt(at))
                    .add(Column::Source.gt(source.as_str()))
                    .add(next_rule),
            ),
            None => Condition::all().add(Column::Source.gte(source.as_str())).add(
                Condition::any()
                    .add(Column::Source.gt(source.as_str()))
                    .add(Column::Ambassador.gt(who.as_str()))
                    .add(next_rule.add(Column::Ambassador.eq(who))),
            ),
        });
    }
    let rows = rows.limit(limit.saturating_add(1)).all(api.walled().connection()).await?;
    let key = |row: &Model| (row.source_at, row.source.clone(), row.ambassador.clone(), row.rule.clone());
    Ok(Json(Page::of("earnings", rows, limit, key, shown)?))
}

fn shown(row: Model) -> Result<Earning, Problem> {
    let amount = row.asset.parse::<Asset>().and_then(|asset| format_minor(row.amount, &asset));
    Ok(Earning {
        program: row.program,
        source: row.source,
        ambassador: row.ambassador,
        rule: row.rule,
        kind: row.kind,
        amount: amount.map_err(|error| Problem::internal(&error))?,
        currency: row.asset,
        happened_at: Timestamp::from_millis(row.source_at),
        clears_at: Timestamp::from_millis(row.clears_at),
        terms: row.terms_version,
    })
}
