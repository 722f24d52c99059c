use std::path::Path;

use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tribute_api::{ConnectedShop, Told, told};
use tribute_events::{RefusedDelivery, Timestamp};
use tribute_reports::{Cell, Column, Table};
use tribute_services::{Incoming, Receipt};
use tribute_store::{Database, entity::quarantine};

use super::Field;
use crate::{
    Done,
    arguments::{Format, Place, Quarantine},
    feed::Stamp,
    messages::say,
};

pub(crate) async fn run(command: Quarantine, place: &Place) -> Result<Done> {
    match command {
        Quarantine::List { all, shape } => list(&super::open_existing(place).await?, all, shape.format).await,
        Quarantine::Show { number, shape } => {
            show(&find(&super::open_existing(place).await?, number).await?, shape.format)
        }
        Quarantine::Retry { number, file, backfill, shape } => {
            let total = retry(place, number, file.as_deref(), backfill).await?;
            super::finish(&total, [], shape.format)
        }
        Quarantine::Discard { number, shape } => {
            let database = super::open_existing(place).await?;
            set_status(&database, open_one(&database, number).await?, "discarded").await?;
            let fields = [("number", Cell::Number(number)), ("status", Cell::text("discarded"))];
            let sentence = format_args!("{number} is discarded; its bytes are kept");
            super::show_or_say(fields, sentence, shape.format)?;
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
        table.push(fields(&row).map(|(_, cell)| cell).into());
    }
    super::show(&table, format)?;
    Ok(Done::Clean)
}

/// What both the list and one entry show.
fn fields(row: &quarantine::Model) -> [Field; 8] {
    [
        ("number", Cell::Number(row.number)),
        ("brand", Cell::maybe(row.brand.as_deref())),
        ("type", Cell::maybe(row.event_type.as_deref())),
        ("event", Cell::maybe(row.event_id.as_deref())),
        ("code", Cell::text(&row.code)),
        ("reason", Cell::text(&row.reason)),
        ("origin", Cell::text(&row.origin)),
        ("status", Cell::text(&row.status)),
    ]
}

fn show(row: &quarantine::Model, format: Format) -> Result<Done> {
    let recorded = Timestamp::from_millis(row.recorded_at);
    let body = String::from_utf8_lossy(&row.body);
    if format != Format::Table {
        let more = [
            ("recorded", Cell::at(recorded)),
            ("bytes", Cell::count(u64::try_from(row.body.len()).unwrap_or(u64::MAX))),
            ("body", Cell::text(body)),
        ];
        super::show(&super::one_row(fields(row).into_iter().chain(more)), format)?;
        return Ok(Done::Clean);
    }
    say(format_args!("number    {}", row.number));
    say(format_args!("status    {}", row.status));
    say(format_args!("code      {}", row.code));
    say(format_args!("reason    {}", row.reason));
    say(format_args!("origin    {}", row.origin));
    say(format_args!("recorded  {recorded}"));
    say(format_args!("bytes     {}", row.body.len()));
    say(body);
    Ok(Done::Clean)
}

async fn retry(place: &Place, number: Option<i64>, file: Option<&Path>, backfill: bool) -> Result<Receipt> {
    let mut engine = super::existing_engine(place).await?;
    let database = engine.database();
    let open = match number {
        Some(number) => vec![open_one(database, number).await?],
        None => rows(database, false).await?,
    };
    let stamp = if backfill { Stamp::Backfill } else { Stamp::Now };
    let mut total = Receipt::default();
    for row in open {
        let bytes = match file {
            Some(file) => {
                std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?
            }
            None => row.body.clone(),
        };
        let bytes = bytes.trim_ascii().to_vec();
        let origin = format!("quarantine {}", row.number);
        let incoming = match RefusedDelivery::read(&bytes) {
            Some(delivery) => redelivered(engine.database(), &delivery, stamp, &origin).await?,
            None => vec![Incoming::read(bytes, stamp.arrival(), origin)],
        };
        let incoming = incoming.into_iter().map(|incoming| Incoming { again: true, ..incoming }).collect();
        // The old entry is closed either way: what is still wrong stands in a new one.
        let taken = super::take(&mut engine, incoming).await?;
        set_status(engine.database(), row, "retried").await?;
        total.add(&taken);
    }
    Ok(total)
}

/// What a shop delivered, told anew: by the shop's settings as they are now.
async fn redelivered(
    database: &Database,
    delivery: &RefusedDelivery,
    stamp: Stamp,
    origin: &str,
) -> Result<Vec<Incoming>> {
    let shop = ConnectedShop::find(database, &delivery.shop).await?;
    let shop = shop.filter(|shop| shop.brand == delivery.brand).with_context(|| {
        format!("{origin}: shop {} of brand {} is not connected any more", delivery.shop, delivery.brand)
    })?;
    Ok(match told(&shop, delivery.topic.as_deref(), delivery.body(), stamp.arrival(), origin) {
        Told::Incoming(batch) => batch,
        Told::Nothing(_) => Vec::new(),
    })
}
