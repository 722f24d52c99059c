use std::collections::BTreeMap;

use anyhow::{Result, bail};
use sea_orm::EntityTrait;
use tribute_events::{Arrival, BrandId, ClockTicked, Event, EventId, Payload, Timestamp, encode};
use tribute_reports::Cell;
use tribute_services::Incoming;
use tribute_store::{Database, entity::clock};

use crate::{
    Done,
    arguments::{Clock, Format, Place},
};

pub(crate) async fn run(command: Clock, place: &Place) -> Result<Done> {
    match command {
        Clock::Advance { to, shape } => {
            let mut engine = super::engine(place).await?;
            let stands = read(engine.database()).await?;
            if to < stands {
                bail!("the clock stands at {stands} and never goes back; {to} has no effect");
            }
            super::take(&mut engine, vec![tick(to)?]).await?;
            tell(to, shape.format)?;
        }
        Clock::Show { shape } => {
            let stands = read(&super::open_existing(place).await?).await?;
            tell(stands, shape.format)?;
        }
    }
    Ok(Done::Clean)
}

fn tell(stands: Timestamp, format: Format) -> Result<()> {
    let known = (stands > Timestamp::MIN).then(|| stands.to_string());
    let sentence = known
        .as_ref()
        .map_or_else(|| "the clock has not been started".into(), |at| format!("the clock stands at {at}"));
    super::show_or_say([("at", Cell::maybe(known))], sentence, format)
}

/// How far the clock has come.
pub(crate) async fn read(database: &Database) -> Result<Timestamp> {
    let row = clock::Entity::find_by_id(0).one(database.connection()).await?;
    Ok(row.map_or(Timestamp::MIN, |row| Timestamp::from_millis(row.at)))
}

/// The event that moves the clock. The same instant makes the same event.
pub(crate) fn tick(at: Timestamp) -> Result<Incoming> {
    let event = Event {
        brand: BrandId::trusted("*"),
        source: "/tribute/clock".into(),
        id: EventId::trusted(&format!("clock:{at}")),
        time: at,
        recorded: at,
        traceparent: None,
        fingerprint: [0; 16],
        unknown: false,
        payload: Payload::Clock(ClockTicked { at, after: BTreeMap::new() }),
    };
    Ok(Incoming::read(encode(&event)?.into_bytes(), Arrival::Backfill, "clock".into()))
}
