//! `tribute period`: months that are closed.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use serde_json::json;
use tribute_events::{BrandId, Month, Timestamp};
use tribute_reports::{Cell, Column, Table, verify};
use tribute_services::Engine;
use tribute_store::entity::{bank_entry, handover, payout, period, quarantine};

use crate::{
    Done,
    arguments::{Format, Period, Place},
    messages::note,
};

const SOURCE: &str = "/tribute/period";

pub(crate) async fn run(command: Period, place: &Place) -> Result<Done> {
    let mut engine = super::existing_engine(place).await?;
    match command {
        Period::Close { brand, month, by, shape } => {
            close(&mut engine, &brand, month, &by, shape.format).await
        }
        Period::List { brand, shape } => {
            let mut table = Table::new(COLUMNS.map(Column::left));
            for row in rows(&engine, &brand).await? {
                table.push(cells(&row));
            }
            super::show(&table, shape.format)?;
            Ok(Done::Clean)
        }
    }
}

const COLUMNS: [&str; 6] = ["brand", "month", "closed_by", "closed_at", "open_from", "anchor"];

fn cells(row: &period::Model) -> Vec<Cell> {
    let mut cells = [&row.brand, &row.month, &row.closed_by].map(|text| Cell::text(text.as_str())).to_vec();
    cells.extend([row.closed_at, row.open_from].map(|at| Cell::at(Timestamp::from_millis(at))));
    cells.push(Cell::text(anchor(row)));
    cells
}

fn anchor(row: &period::Model) -> String {
    let hash: String = row.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}:{hash}", row.number)
}

async fn rows(engine: &Engine, brand: &BrandId) -> Result<Vec<period::Model>> {
    let query = period::Entity::find().filter(period::Column::Brand.eq(brand.as_str()));
    Ok(query.order_by_asc(period::Column::OpenFrom).all(engine.database().connection()).await?)
}

async fn close(engine: &mut Engine, brand: &BrandId, month: Month, by: &str, format: Format) -> Result<Done> {
    if let Some(row) = rows(engine, brand).await?.into_iter().find(|row| row.month == month.to_string()) {
        let sentence = format!(
            "{month} of brand {brand} was closed by {} before, anchor {}",
            row.closed_by,
            anchor(&row)
        );
        super::show_or_say(COLUMNS.into_iter().zip(cells(&row)), sentence, format)?;
        return Ok(Done::Clean);
    }
    let open = reasons(engine, brand, month).await?;
    if !open.is_empty() {
        bail!("{month} of brand {brand} is not closed:\n  {}", open.join("\n  "));
    }
    let data = json!({"month": month, "by": by});
    let event = super::event("tribute.period.closed", SOURCE, brand, &month.to_string(), &data);
    let taken = super::take(engine, vec![event]).await?;
    if taken.quarantined_in_all() > 0 {
        return super::finish(&taken, [], format);
    }
    let closed = rows(engine, brand).await?.into_iter().find(|row| row.month == month.to_string());
    let Some(row) = closed else {
        bail!("{month} of brand {brand} is not closed; see `tribute quarantine list`")
    };
    for left in stays_open(engine, brand, month).await? {
        note(left);
    }
    let sentence = format!(
        "{month} of brand {brand} is closed by {}; its books are open from {}, anchor {}",
        row.closed_by,
        month.to,
        anchor(&row)
    );
    super::show_or_say(COLUMNS.into_iter().zip(cells(&row)), sentence, format)?;
    Ok(Done::Clean)
}

/// What must be settled before a month may close, in sentences that say what to do.
async fn reasons(engine: &Engine, brand: &BrandId, month: Month) -> Result<Vec<String>> {
    let connection = engine.database().connection();
    let mut reasons = Vec::new();
    if let Some(later) = rows(engine, brand).await?.iter().find(|row| row.open_from > month.to.millis()) {
        reasons.push(format!("it was closed together with {}", later.month));
    }
    let clock = super::clock::read(engine.database()).await?;
    if clock < month.to {
        reasons
            .push(format!("the clock has not come to {}: tribute clock advance --to {}", month.to, month.to));
    }
    let waiting = handover::Entity::find().count(connection).await?;
    if waiting > 0 {
        reasons.push(format!("{waiting} batch(es) wait to be booked: let the services catch up"));
    }
    let aside = quarantine::Entity::find()
        .filter(quarantine::Column::Brand.eq(brand.as_str()).or(quarantine::Column::Brand.is_null()))
        .filter(quarantine::Column::Status.eq("open"))
        .order_by_asc(quarantine::Column::Number);
    let of_month = |row: &&quarantine::Model| is_of(row, brand) && time_of(row) < month.to;
    for row in aside.all(connection).await?.iter().filter(of_month) {
        let what = row.event_type.as_deref().unwrap_or("an event");
        reasons.push(format!(
            "number {} of the quarantine ({what}): retry or discard it: {}",
            row.number, row.reason
        ));
    }
    for adjustment in super::adjustment::undecided(engine, brand, month.to).await? {
        reasons.push(format!("adjustment {adjustment} waits for a decision: approve or refuse it"));
    }
    let found = verify::verify(engine.database(), &mut |_| {}).await?;
    if !found.is_ok() {
        reasons.push("the books do not hold: see `tribute verify`".to_owned());
    }
    Ok(reasons)
}

/// What can be read of something that was put aside, however wrong the rest of it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Aside {
    brand: Option<String>,
    time: Option<String>,
}

fn read(row: &quarantine::Model) -> Aside {
    serde_json::from_slice(&row.body).unwrap_or_default()
}

/// Whether it is of the brand. What does not say whose it is holds up nobody's books.
fn is_of(row: &quarantine::Model, brand: &BrandId) -> bool {
    row.brand.clone().or_else(|| read(row).brand).is_some_and(|named| named == brand.as_str())
}

/// When it happened, as far as it says so; otherwise when it came.
fn time_of(row: &quarantine::Model) -> Timestamp {
    let said = read(row).time.and_then(|time| time.parse().ok());
    said.unwrap_or(Timestamp::from_millis(row.recorded_at))
}

/// What may stay open, for people: the report of the month names each.
async fn stays_open(engine: &Engine, brand: &BrandId, month: Month) -> Result<Vec<String>> {
    let connection = engine.database().connection();
    let unsettled = payout::Entity::find()
        .filter(payout::Column::Brand.eq(brand.as_str()))
        .filter(payout::Column::RunAt.lt(month.to.millis()))
        .filter(payout::Column::Status.is_in(["exported", "sent"]))
        .count(connection)
        .await?;
    let day: String = month.to.to_string().chars().take(10).collect();
    let unexplained = bank_entry::Entity::find()
        .filter(bank_entry::Column::Brand.eq(brand.as_str()))
        .filter(bank_entry::Column::Day.lt(day))
        .filter(bank_entry::Column::Unexplained.ne(0))
        .all(connection)
        .await?;
    let unexplained = left_over(&unexplained);
    let claims = super::claim::undecided(engine, brand).await?;
    let counts = [
        (unsettled, "payout(s) with the bank are not settled"),
        (unexplained, "entries of the bank are not explained"),
        (u64::try_from(claims)?, "claim(s) wait for a decision"),
    ];
    let open = counts.into_iter().filter(|(count, _)| *count > 0);
    Ok(open.map(|(count, what)| format!("{count} {what}: tribute report month-end names them")).collect())
}

/// How many entries of the bank nothing explains: those of the same payouts that give back what they took do not count.
fn left_over(entries: &[bank_entry::Model]) -> u64 {
    let mut sums: BTreeMap<(&str, &str), (u64, i64)> = BTreeMap::new();
    for row in entries {
        let id = if row.payouts == "[]" { &row.entry } else { &row.payouts };
        let (count, sum) = sums.entry((id, &row.asset)).or_default();
        *count = count.saturating_add(1);
        *sum = sum.saturating_add(row.unexplained);
    }
    let open = sums.values().filter(|(_, sum)| *sum != 0);
    open.fold(0, |all, (count, _)| all.saturating_add(*count))
}
