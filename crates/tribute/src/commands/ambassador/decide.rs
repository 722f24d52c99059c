use anyhow::{Result, bail};
use serde_json::json;
use tribute_events::{AmbassadorChange, AmbassadorId, BrandId};
use tribute_reports::Cell;
use tribute_services::{Engine, Incoming};
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
    mut people: People,
    reason: Option<String>,
    place: &Place,
) -> Result<Done> {
    let mut engine = commands::existing_engine(place).await?;
    for named in &mut people.ambassadors {
        *named = who_posts(&engine, &people.brand, named).await?;
    }
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
    let done = commands::finish(&taken, [("standing", Cell::text(standing))], people.shape.format)?;
    if people.shape.format == Format::Table && matches!(done, Done::Clean) {
        say(format_args!("{} of program {program}: {standing}", people.ambassadors.join(", ")));
    }
    Ok(done)
}

/// Whom facts know by an account, written `tube:@jane` as `report outsiders` shows it; any other name is an id.
async fn who_posts(engine: &Engine, brand: &str, named: &str) -> Result<String> {
    let Some((platform, name)) = named.split_once(":@") else { return Ok(named.to_owned()) };
    let account = (platform.to_lowercase(), name.to_lowercase());
    let mut transaction = engine.database().begin().await?;
    let brand = BrandId::trusted(brand);
    let people = engine.vault().people_with_account(&mut transaction, &brand, &account).await?;
    transaction.rollback().await?;
    let people: Vec<_> = people.iter().map(AmbassadorId::as_str).collect();
    match people.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => bail!(
            "nobody is known by the account {named}; see `tribute report outsiders`, or name the person by an id"
        ),
        several => bail!("the account {named} is that of {}; name one of them", several.join(" and ")),
    }
}
