use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::{BrandId, Milliseconds, ProgramId, Timestamp};
use tribute_terms::Registry;

use super::{Amount, Books, Filter, Record, Report, Sink, money, rewards::currency};
use crate::{Cell, Column, ReportError, error::at, query::Query};

/// What was sent to whom, and the posts that followed: a post within the follow-up time of the program's terms, or at
/// any time after where they name none, is what a shipment is sent for.
#[derive(Debug, Clone, Copy)]
pub struct Shipments;

/// One shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShipmentRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The shipment.
    pub shipment: String,
    /// To whom, enrolled or not.
    pub to: String,
    /// What was sent.
    pub perk: String,
    /// How many.
    pub units: i64,
    /// What they are worth together, in the program's currency.
    pub fair_value: Option<Amount>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// How many posts followed in time.
    pub posts: i64,
    /// The first of them.
    pub first_post: Option<String>,
}

impl Record for ShipmentRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("shipment"),
            Column::left("to"),
            Column::left("perk"),
            Column::right("units"),
            Column::right("fair_value"),
            Column::for_programs("fair_value_currency"),
            Column::left("sent_at"),
            Column::right("posts"),
            Column::left("first_post"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.shipment.as_str()),
            Cell::text(self.to.as_str()),
            Cell::text(self.perk.as_str()),
            Cell::Number(self.units),
        ];
        cells.extend(money::cells(self.fair_value.as_ref()));
        cells.extend([
            Cell::at(self.sent_at),
            Cell::Number(self.posts),
            Cell::maybe(self.first_post.as_deref()),
        ]);
        cells
    }
}

/// A shipment with one of the posts by who got it, the earliest first; without one where there is none.
#[derive(FromQueryResult)]
struct Joined {
    brand: String,
    program: String,
    grant_id: String,
    ambassador: String,
    asset: String,
    units: i64,
    fair_value: Option<i64>,
    effective_at: i64,
    post_id: Option<String>,
    at: Option<i64>,
}

impl Report for Shipments {
    type Row = ShipmentRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, ShipmentRow>,
    ) -> Result<(), ReportError> {
        let mut query = Query::new(
            "reward",
            "SELECT r.brand AS brand, r.program AS program, r.grant_id AS grant_id, r.ambassador AS ambassador, \
                r.asset AS asset, r.units AS units, r.fair_value AS fair_value, r.effective_at AS effective_at, \
                p.post_id AS post_id, p.at AS at \
             FROM reward r LEFT JOIN post p ON p.brand = r.brand AND p.program = r.program \
                AND p.author = r.ambassador AND p.at >= r.effective_at WHERE r.mission = 'shipment'",
        );
        filter.narrow(&mut query, ["r.brand", "r.program", "r.ambassador"]);
        filter.during(&mut query, "r.effective_at");
        query.push(" ORDER BY r.brand, r.program, r.grant_id, p.at, p.post_id");
        let mut open: Option<ShipmentRow> = None;
        query
            .each(books.database.connection(), |row: Joined| {
                let shipment = shipment_of(&row.grant_id);
                let same = |it: &ShipmentRow| {
                    (&it.brand, &it.program, &it.shipment) == (&row.brand, &row.program, &shipment)
                };
                if !open.as_ref().is_some_and(same)
                    && let Some(done) = open.replace(begin(books.registry, &row, shipment)?)
                {
                    sink(done)?;
                }
                let window = follow_up(books.registry, &row);
                if let (Some(shown), Some(at), Some(post)) = (open.as_mut(), row.at, row.post_id)
                    && window.is_none_or(|window| at < row.effective_at.saturating_add(window))
                {
                    shown.posts = shown.posts.saturating_add(1);
                    shown.first_post.get_or_insert(post);
                }
                Ok(())
            })
            .await?;
        open.map_or(Ok(()), sink)
    }
}

/// The shipment that a grant's id names, as it is written in `tribute_rewards::shipment_id`.
fn shipment_of(grant: &str) -> String {
    let named = grant.strip_prefix("shipment/").and_then(|rest| rest.split_once('/'));
    named.map_or(grant, |(_, shipment)| shipment).replace("%2F", "/").replace("%25", "%")
}

fn begin(registry: &Registry, row: &Joined, shipment: String) -> Result<ShipmentRow, ReportError> {
    let sent_at = at(row.effective_at);
    let worth = row.fair_value.map(|one| {
        let too_large = || ReportError::stored("reward", &row.grant_id, &"its fair value is too large");
        one.checked_mul(row.units).ok_or_else(too_large)
    });
    let worth = worth.transpose()?.zip(currency(registry, &row.brand, &row.program, sent_at));
    Ok(ShipmentRow {
        brand: row.brand.clone(),
        program: row.program.clone(),
        shipment,
        to: row.ambassador.clone(),
        perk: row.asset.clone(),
        units: row.units,
        fair_value: worth
            .map(|(worth, currency)| Amount::millionths("reward", worth, &currency))
            .transpose()?,
        sent_at,
        posts: 0,
        first_post: None,
    })
}

/// The longest follow-up time of the terms in force when it was sent.
fn follow_up(registry: &Registry, row: &Joined) -> Option<Milliseconds> {
    let program = registry.program(&BrandId::trusted(&row.brand), &ProgramId::trusted(&row.program))?;
    let missions = program.terms_at(at(row.effective_at))?.mission.iter();
    let posts = missions.flat_map(|mission| mission.steps()).flat_map(|step| &step.posts);
    posts.filter_map(|posts| posts.after_shipment).map(|span| span.millis()).max()
}
