use std::path::Path;

use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tribute_events::Timestamp;
use tribute_reports::{Cell, Column, Table};
use tribute_services::Incoming;
use tribute_store::{Database, entity::quarantine};

use crate::{
    Done,
    arguments::{Format, Place, Quarantine},
    feed::Stamp,
    messages::{receipt, say},
};

pub(crate) async fn run(command: Quarantine, place: &Place) -> Result<Done> {
    match command {
        Quarantine::List { all, format } => list(&super::open_existing(place).await?, all, format).await,
        Quarantine::Show { number } => show(&find(&super::open_existing(place).await?, number).await?),
        Quarantine::Retry { number, file, backfill } => retry(place, number, file.as_deref(), backfill).await,
        Quarantine::Discard { number } => {
            let database = super::open_existing(place).await?;
            set_status(&database, open_one(&database, number).await?, "discarded").await?;
            say(format_args!("{number} is discarded; its bytes are kept"));
            Ok(Done::Clean)
        }
    }
}

async fn find(database: &Database, number: i64) -> Result<quarantine::Model> {
    let row = quarantine::Entity::find_by_id(number).one(database.connection()).await?;
    row.with_context(|| {
        format!("there is no number {number} in the quarantine; see `tribute quarantine list`")
    })
}

async fn open_one(database: &Database, number: i64) -> Result<quarantine::Model> {
    let row = find(database, number).await?;
    if row.status != "open" {
        bail!("{number} is {} already", row.status);
    }
    Ok(row)
}

async fn set_status(database: &Database, row: quarantine::Model, status: &str) -> Result<()> {
    let mut transaction = database.begin().await?;
    let row = quarantine::Model { status: status.to_owned(), ..row };
    transaction.upsert::<quarantine::Entity>(&[row]).await?;
    Ok(transaction.commit().await?)
}

async fn rows(database: &Database, all: bool) -> Result<Vec<quarantine::Model>> {
    let mut query = quarantine::Entity::find().order_by_asc(quarantine::Column::Number);
    if !all {
        query = query.filter(quarantine::Column::Status.eq("open"));
    }
    Ok(query.all(database.connection()).await?)
}

pub(crate) async fn list(database: &Database, all: bool, format: Format) -> Result<Done> {
    let columns = ["number", "brand", "type", "event", "code", "reason", "origin", "status"];
    let mut table = Table::new(columns.map(Column::left));
    for row in rows(database, all).await? {
        let text = |value: Option<String>| Cell::text(value.unwrap_or_else(|| "-".into()));
        table.push(vec![
            Cell::text(row.number.to_string()),
            text(row.brand),
            text(row.event_type),
            text(row.event_id),
            Cell::text(row.code),
            Cell::text(row.reason),
            Cell::text(row.origin),
            Cell::text(row.status),
        ]);
    }
    super::show(&table, format)?;
    Ok(Done::Clean)
}

fn show(row: &quarantine::Model) -> Result<Done> {
    say(format_args!("number    {}", row.number));
    say(format_args!("status    {}", row.status));
    say(format_args!("code      {}", row.code));
    say(format_args!("reason    {}", row.reason));
    say(format_args!("origin    {}", row.origin));
    say(format_args!("recorded  {}", Timestamp::from_millis(row.recorded_at)));
    say(format_args!("bytes     {}", row.body.len()));
    say(String::from_utf8_lossy(&row.body));
    Ok(Done::Clean)
}

async fn retry(place: &Place, number: Option<i64>, file: Option<&Path>, backfill: bool) -> Result<Done> {
    let mut engine = super::existing_engine(place).await?;
    let database = engine.database();
    let open = match number {
        Some(number) => vec![open_one(database, number).await?],
        None => rows(database, false).await?,
    };
    let stamp = if backfill { Stamp::Backfill } else { Stamp::Now };
    let mut total = tribute_services::Receipt::default();
    for row in open {
        let bytes = match file {
            Some(file) => {
                std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?
            }
            None => row.body.clone(),
        };
        let bytes = bytes.trim_ascii().to_vec();
        let origin = format!("quarantine {}", row.number);
        let incoming = Incoming { again: true, ..Incoming::read(bytes, stamp.arrival(), origin) };
        // The old entry is closed either way: what is still wrong stands in a new one.
        let taken = super::take(&mut engine, vec![incoming]).await?;
        set_status(engine.database(), row, "retried").await?;
        total.add(&taken);
    }
    receipt(&total);
    Ok(super::done(&total))
}
