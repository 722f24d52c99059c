use anyhow::{Result, bail};
use serde_json::json;
use tribute_events::{AmbassadorChange, AmbassadorId};
use tribute_reports::Cell;
use tribute_services::Incoming;
use tribute_terms::Standing;

use super::program_of;
use crate::{
    Done,
    arguments::{Format, People, Place},
    commands,
    feed::{Stamp, now},
    messages::say,
};

/// Takes a person's decision on people in.
pub(super) async fn run(
    change: AmbassadorChange,
    people: People,
    reason: Option<String>,
    place: &Place,
) -> Result<Done> {
    let mut engine = commands::existing_engine(place).await?;
    let known = program_of(engine.registry(), &people.brand, &people.program)?;
    let missing = |who: &&String| known.ambassador(&AmbassadorId::trusted(who)).is_none();
    if let Some(unknown) = people.ambassadors.iter().find(missing)
        && change != AmbassadorChange::Invited
    {
        bail!(
            "nothing was heard of ambassador {unknown} in program {}; check the id, or bring them in with \
             `tribute ambassador import`",
            people.program
        );
    }
    let standing = Standing::after(change).map_or("", Standing::as_str);
    let (at, program, brand) = (now(), &people.program, &people.brand);
    let event = |who: &String| {
        let mut data = json!({"program": program, "ambassador": who});
        if let Some(reason) = &reason {
            data["reason"] = reason.as_str().into();
        }
        let event = json!({
            "specversion": "1.0", "type": change.event_type(), "source": "/tribute/ambassador",
            "id": format!("{program}/{who}/{standing}/{at}"), "brand": brand, "time": at, "data": data,
        });
        Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "ambassador".into())
    };
    let events = people.ambassadors.iter().map(event).collect();
    let taken = commands::take(&mut engine, events).await?;
    if people.shape.format == Format::Table {
        say(format_args!("{} of program {program}: {standing}", people.ambassadors.join(", ")));
    }
    commands::finish(&taken, [("standing", Cell::text(standing))], people.shape.format)
}
