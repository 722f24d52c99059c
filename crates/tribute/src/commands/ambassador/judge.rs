//! `tribute ambassador judge`.

use anyhow::{Result, bail};
use serde_json::json;
use tribute_events::AmbassadorId;
use tribute_reports::Cell;
use tribute_services::Incoming;

use super::program_of;
use crate::{
    Done,
    arguments::{Format, Judgement, Place},
    commands,
    feed::{Stamp, now},
    messages::say,
};

/// Takes a verdict on people in.
pub(super) async fn run(verdict: &Judgement, place: &Place) -> Result<Done> {
    let Judgement { people, reason, orders_from, valid } = verdict;
    let mut engine = commands::existing_engine(place).await?;
    let known = program_of(engine.registry(), &people.brand, &people.program)?;
    let missing = |who: &&String| known.ambassador(&AmbassadorId::trusted(who)).is_none();
    if let Some(unknown) = people.ambassadors.iter().find(missing) {
        bail!("nothing was heard of ambassador {unknown} in program {}; check the id", people.program);
    }
    let (at, program) = (now(), &people.program);
    let word = if *valid { "valid" } else { "invalid" };
    let event = |who: &String| {
        let mut data = json!({"program": program, "ambassador": who, "valid": valid, "reason": reason});
        if let Some(from) = orders_from {
            data["orders_from"] = from.to_string().into();
        }
        let event = json!({
            "specversion": "1.0", "type": "tribute.ambassador.judged", "source": "/tribute/ambassador",
            "id": format!("{program}/{who}/{word}/{at}"), "brand": people.brand, "time": at, "data": data,
        });
        Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "ambassador".into())
    };
    let events = people.ambassadors.iter().map(event).collect();
    let taken = commands::take(&mut engine, events).await?;
    let done = commands::finish(&taken, [("verdict", Cell::text(word))], people.shape.format)?;
    if people.shape.format == Format::Table && matches!(done, Done::Clean) {
        say(format_args!("{} of program {program}: judged {word}", people.ambassadors.join(", ")));
    }
    Ok(done)
}
