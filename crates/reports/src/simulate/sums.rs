//! What one side comes to, by currency, token or perk and ambassador.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::Timestamp;
use tribute_money::Millionths;
use tribute_services::Engine;

use super::Stretch;
use crate::{
    ReportError,
    error::{self, at},
    query::Query,
    report::currency,
};

/// What is compared, in millionths of the currency's unit; of tokens and perks in millionths of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// Net revenue of the orders that are credited; of an ambassador their part of it.
    pub net_revenue: Millionths,
    /// Commission, the recruiter's share included.
    pub commission: Millionths,
    /// Fees, bonuses, prizes, guarantees and referral rewards.
    pub other: Millionths,
    /// Perks at their fair value; tokens, and perks without one, in units.
    pub rewards: Millionths,
}

impl Figures {
    /// Commission, other earnings and rewards together.
    pub(super) fn cost(&self) -> Result<Millionths, tribute_money::MoneyError> {
        self.commission.plus(self.other)?.plus(self.rewards)
    }

    pub(super) fn plus(&self, other: &Self) -> Result<Self, tribute_money::MoneyError> {
        Ok(Self {
            net_revenue: self.net_revenue.plus(other.net_revenue)?,
            commission: self.commission.plus(other.commission)?,
            other: self.other.plus(other.other)?,
            rewards: self.rewards.plus(other.rewards)?,
        })
    }
}

/// By asset, then by ambassador.
pub(super) type Sums = BTreeMap<(String, String), Figures>;

#[derive(FromQueryResult)]
struct Credited {
    ambassador: String,
    asset: String,
    total: i64,
}

#[derive(FromQueryResult)]
struct Earned {
    ambassador: String,
    asset: String,
    kind: String,
    total: i64,
}

#[derive(FromQueryResult)]
struct Granted {
    ambassador: String,
    asset: String,
    units: i64,
    effective_at: i64,
    fair_value: Option<i64>,
}

/// Adds up what a side holds of the stretch. Nothing where there is not even an order that nobody is credited with.
pub(super) async fn sums(engine: &Engine, stretch: &Stretch) -> Result<Option<Sums>, ReportError> {
    let source = engine.database().connection();
    let mut sums = Sums::new();
    let mut orders = 0_u64;
    let mut figures = |asset: &str, who: &str, add: &dyn Fn(&mut Figures) -> Option<()>| {
        let sum = sums.entry((asset.to_owned(), who.to_owned())).or_default();
        add(sum).ok_or_else(|| too_large(who))
    };
    credited(stretch)
        .each(source, |row: Credited| {
            orders = orders.saturating_add(1);
            if row.ambassador.is_empty() {
                return Ok(());
            }
            let more = Millionths::new(row.total);
            figures(&row.asset, &row.ambassador, &|sum| raise(&mut sum.net_revenue, more))
        })
        .await?;
    earned(stretch)
        .each(source, |row: Earned| {
            let more = of_minor(row.total, &row.asset)?;
            figures(&row.asset, &row.ambassador, &|sum| match row.kind.as_str() {
                "commission" | "recruiter" => raise(&mut sum.commission, more),
                _ => raise(&mut sum.other, more),
            })
        })
        .await?;
    granted(stretch)
        .each(source, |row: Granted| {
            let at = at(row.effective_at);
            let valued = currency(engine.registry(), stretch.brand.as_str(), stretch.program.as_str(), at);
            let (asset, more) = match row.fair_value.zip(valued) {
                // The value is that of one unit.
                Some((value, currency)) => {
                    let worth = value.checked_mul(row.units).map(Millionths::new);
                    (currency, worth.ok_or_else(|| too_large(&row.ambassador))?)
                }
                None => (row.asset.clone(), of_minor(row.units, &row.asset)?),
            };
            figures(&asset, &row.ambassador, &|sum| raise(&mut sum.rewards, more))
        })
        .await?;
    Ok((orders > 0 || !sums.is_empty()).then_some(sums))
}

fn too_large(who: &str) -> ReportError {
    ReportError::stored("simulation", who, &"a total does not fit 64 bits")
}

fn raise(sum: &mut Millionths, more: Millionths) -> Option<()> {
    *sum = sum.plus(more).ok()?;
    Some(())
}

fn of_minor(minor: i64, asset: &str) -> Result<Millionths, ReportError> {
    let known = error::asset("earning", asset)?;
    let exponent = known.exponent().map_err(|why| ReportError::stored("earning", asset, &why))?;
    Millionths::from_minor(minor, exponent).map_err(|why| ReportError::stored("earning", asset, &why))
}

fn of_program(query: &mut Query, stretch: &Stretch) {
    query.only("brand", Some(stretch.brand.as_str()));
    query.only("program", Some(stretch.program.as_str()));
}

fn credited(stretch: &Stretch) -> Query {
    let text = "SELECT ambassador, currency AS asset, CAST(SUM(net_revenue) AS BIGINT) AS total FROM conversion \
                WHERE 1 = 1";
    let mut query = Query::new("conversion", text);
    of_program(&mut query, stretch);
    query.between("ordered_at", Some(stretch.from), Some(stretch.to));
    query.push(" GROUP BY ambassador, currency");
    query
}

/// What comes at the end of a period belongs to the period: at the stretch's end it is in, at its beginning it is not.
fn earned(stretch: &Stretch) -> Query {
    let text =
        "SELECT ambassador, asset, kind, CAST(SUM(amount) AS BIGINT) AS total FROM earning WHERE amount <> 0";
    let mut query = Query::new("earning", text);
    of_program(&mut query, stretch);
    let later = |instant: Timestamp| instant.plus(1).millis();
    let [from, to] = [stretch.from, stretch.to].map(|it| query.value(it.millis()));
    let [after_from, after_to] = [stretch.from, stretch.to].map(|it| query.value(later(it)));
    let at_the_end = "(kind = 'guarantee' OR (kind = 'prize' AND source LIKE 'period:%'))";
    query.push(&format!(
        " AND source_at >= CASE WHEN {at_the_end} THEN {after_from} ELSE {from} END \
          AND source_at < CASE WHEN {at_the_end} THEN {after_to} ELSE {to} END \
          GROUP BY ambassador, asset, kind"
    ));
    query
}

fn granted(stretch: &Stretch) -> Query {
    let text = "SELECT ambassador, asset, units, effective_at, fair_value FROM reward \
                WHERE status IN ('granted', 'reserved', 'delivered')";
    let mut query = Query::new("reward", text);
    of_program(&mut query, stretch);
    query.between("effective_at", Some(stretch.from), Some(stretch.to));
    query
}
