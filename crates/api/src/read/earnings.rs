//! `GET /v1/programs/{program}/earnings`: what was earned, for what, as it stands.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use tribute_events::Timestamp;
use tribute_money::{Asset, format_minor};
use tribute_reports::report::{EarningStatus, earning_statuses};
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
    /// Only those that stand so. A page looks through some thousands: it may have fewer rows than asked for, or none, and
    /// yet a `next`.
    status: Option<EarningStatus>,
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
    /// What became of it; where its parts went different ways, of the largest one.
    status: EarningStatus,
    /// The version of the terms.
    terms: String,
}

/// How many rows are looked through at a time for those of a status, and how often for a page.
const LOOKED: u64 = 500;
const LOOKS: usize = 10;

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
            "Every earning of a program as it stands, and what became of it. Who sees their own only gets their own.",
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
    let list = List { api: &api, brand: caller.brand.as_str(), program: &program, ambassador };
    Ok(Json(match query.status {
        None => {
            let mut rows = list.rows(after, limit.saturating_add(1)).await?;
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = rows.len() > most;
            rows.truncate(most);
            let next = rows.last().filter(|_| more).map(key_of);
            Page::until("earnings", list.shown(rows).await?, next)?
        }
        Some(status) => list.page_of(status, after, limit).await?,
    }))
}

/// The earnings of a program, of one ambassador where one is named.
struct List<'a> {
    api: &'a Api,
    brand: &'a str,
    program: &'a str,
    ambassador: Option<&'a str>,
}

impl List<'_> {
    /// The rows that follow. Each order is that of an index, so that they are one range of it.
    async fn rows(&self, after: Option<Key>, count: u64) -> Result<Vec<Model>, Problem> {
        let mut rows =
            Entity::find().filter(Column::Brand.eq(self.brand)).filter(Column::Program.eq(self.program));
        rows = match self.ambassador {
            Some(ambassador) => rows
                .filter(Column::Ambassador.eq(ambassador))
                .order_by_asc(Column::SourceAt)
                .order_by_asc(Column::Source)
                .order_by_asc(Column::Rule),
            None => {
                rows.order_by_asc(Column::Source).order_by_asc(Column::Ambassador).order_by_asc(Column::Rule)
            }
        };
        if let Some(after) = after {
            rows = rows.filter(self.behind(after));
        }
        Ok(rows.limit(count).all(self.api.walled().connection()).await?)
    }

    fn behind(&self, (at, source, who, rule): Key) -> Condition {
        let next_rule = Condition::all().add(Column::Source.eq(source.as_str())).add(Column::Rule.gt(rule));
        match self.ambassador {
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
        }
    }

    async fn shown(&self, rows: Vec<Model>) -> Result<Vec<Earning>, Problem> {
        let statuses = earning_statuses(self.api.walled(), &rows).await?;
        rows.into_iter().zip(statuses).map(|(row, status)| shown(row, status)).collect()
    }

    /// A page of those that stand so. What becomes of an earning lies in its movements: rows are looked through in their
    /// order, and no request looks through all of them.
    async fn page_of(
        &self,
        wanted: EarningStatus,
        mut after: Option<Key>,
        limit: u64,
    ) -> Result<Page<Earning>, Problem> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        for _ in 0..LOOKS {
            let rows = self.rows(after.clone(), LOOKED).await?;
            let is_last = u64::try_from(rows.len()).unwrap_or(u64::MAX) < LOOKED;
            let keys: Vec<Key> = rows.iter().map(key_of).collect();
            for (key, earning) in keys.into_iter().zip(self.shown(rows).await?) {
                let is_wanted = earning.status == wanted;
                if is_wanted && found.len() == most {
                    return Page::until("earnings", found, after);
                }
                found.extend(Some(earning).filter(|_| is_wanted));
                after = Some(key);
            }
            if is_last {
                return Page::until("earnings", found, None::<Key>);
            }
        }
        Page::until("earnings", found, after)
    }
}

fn key_of(row: &Model) -> Key {
    (row.source_at, row.source.clone(), row.ambassador.clone(), row.rule.clone())
}

fn shown(row: Model, status: EarningStatus) -> Result<Earning, Problem> {
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
        status,
        terms: row.terms_version,
    })
}
