//! `tribute rates`: reference rates from files.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use tribute_events::FxPublished;
use tribute_formats::rates::{DayRates, read};
use tribute_reports::Cell;
use tribute_services::{Incoming, Receipt};

use crate::{
    Done,
    arguments::{Place, Rates},
    feed::Stamp,
};

/// The source of these events: the same day of another file is the same event.
const SOURCE: &str = "/tribute/rates/ecb";
/// How many days make a batch.
const DAYS: usize = 500;

pub(crate) async fn run(command: Rates, place: &Place) -> Result<Done> {
    let Rates::Import { file, shape } = command;
    let days = days_of(&file)?;
    let mut engine = super::engine(place).await?;
    let mut total = Receipt::default();
    for days in days.chunks(DAYS) {
        let events = days.iter().map(event).collect::<Result<Vec<_>>>()?;
        total.add(&super::take(&mut engine, events).await?);
    }
    let ends = [days.first(), days.last()].map(|day| Cell::maybe(day.map(|day| day.date.as_str())));
    let [first, last] = ends;
    super::finish(&total, [("first_day", first), ("last_day", last)], shape.format)
}

fn days_of(file: &Path) -> Result<Vec<DayRates>> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    read(&bytes).with_context(|| file.display().to_string())
}

/// The rates of a day as an event of that day. They come out at 16:00 in Frankfurt, which is 14:00 UTC in summer.
fn event(day: &DayRates) -> Result<Incoming> {
    let data = FxPublished { base: "EUR".parse()?, date: day.date.clone(), rates: day.rates.clone() };
    let event = json!({
        "specversion": "1.0", "type": "tribute.fx.published", "source": SOURCE, "id": day.date,
        "time": format!("{}T14:00:00Z", day.date), "data": data,
    });
    Ok(Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), format!("rates of {}", day.date)))
}
