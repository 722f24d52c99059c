//! The clicks of days, with all that decides whether they count.

use std::collections::{BTreeMap, BTreeSet};

use tribute_attribution::{Login, Person, Touch, person_of};
use tribute_commission::{Click, ClickLock, Objection, click_day, click_earnings};
use tribute_events::{AmbassadorId, BrandId, DeviceId, LinkId, ProgramId, Timestamp, TouchKind};
use tribute_store::{
    RangeKey,
    entity::{ambassador_click, login, touch},
};
use tribute_terms::{Program, View};

use super::{ClickOutcome, Day, Days};
use crate::{
    ServiceError,
    attribution::{login_of, touch_of},
    step::{Step, key},
};

/// How many clicks are looked at together, or a few more: bounds the memory that they take.
const CLICKS_AT_ONCE: usize = 20_000;

/// The clicks of an ambassador's day.
type Clicks = BTreeMap<(AmbassadorId, Day), Vec<Click>>;

/// The logins on each device that an ambassador's own account was used on.
type OwnDevices = BTreeMap<DeviceId, Vec<Login>>;

/// Whose day a click that is filed lies on.
pub(super) fn day_of(program: &Program, row: &ambassador_click::Model) -> Option<(AmbassadorId, Day)> {
    let at = Timestamp::from_millis(row.at);
    let named = row.whose.strip_prefix("a:").map(AmbassadorId::trusted);
    let linked = || program.link(&LinkId::trusted(row.whose.strip_prefix("l:")?), View::at(at)).cloned();
    Some((named.or_else(linked)?, Day::of(click_day(program, at)?)))
}

/// Finds the clicks of these days.
pub(super) async fn clicks_of(
    step: &mut Step<'_>,
    (brand, id): (&BrandId, &ProgramId),
    mut days: Days,
) -> Result<Days, ServiceError> {
    let Some(program) = step.registry.program(brand, id) else { return Ok(Days::new()) };
    let mut keys: BTreeMap<(String, Timestamp), Timestamp> = BTreeMap::new();
    for (who, day) in days.keys() {
        let links = program.links_of(who).into_iter().map(|it| format!("l:{}", it.link));
        let filed = links.chain([format!("a:{who}")]);
        keys.extend(filed.map(|it| ((it, day.starts_at), day.ends_at)));
    }
    let range = |((filed, from), until): (&(String, Timestamp), &Timestamp)| {
        (key([filed, brand.as_str()]), from.minus(1).millis(), until.minus(1).millis())
    };
    let keys: Vec<RangeKey> = keys.iter().map(range).collect();
    let columns = [ambassador_click::Column::Whose, ambassador_click::Column::Brand];
    let at = ambassador_click::Column::At;
    for row in step.transaction.find_between::<ambassador_click::Entity>(&columns, at, &keys).await? {
        let wanted = day_of(program, &row).and_then(|key| days.get_mut(&key));
        wanted.into_iter().for_each(|clicks| clicks.push(row.touch_id.clone()));
    }
    Ok(days)
}

/// What these days earn.
pub(super) async fn outcomes(
    step: &mut Step<'_>,
    (brand, id): (&BrandId, &ProgramId),
    days: Days,
) -> Result<Vec<ClickOutcome>, ServiceError> {
    let (mut outcomes, mut some, mut count) = (Vec::new(), Days::new(), 0_usize);
    for (key, clicks) in days {
        count = count.saturating_add(clicks.len());
        some.insert(key, clicks);
        if count >= CLICKS_AT_ONCE {
            outcomes.extend(outcomes_of(step, (brand, id), std::mem::take(&mut some)).await?);
            count = 0;
        }
    }
    outcomes.extend(outcomes_of(step, (brand, id), some).await?);
    Ok(outcomes)
}

async fn outcomes_of(
    step: &mut Step<'_>,
    (brand, id): (&BrandId, &ProgramId),
    days: Days,
) -> Result<Vec<ClickOutcome>, ServiceError> {
    let mut found = read(step, (brand, id), days).await?;
    let devices = own_devices(step, (brand, id), &found).await?;
    let Some(program) = step.registry.program(brand, id) else { return Ok(Vec::new()) };
    let mut outcomes = Vec::with_capacity(found.len());
    for ((who, day), clicks) in &mut found {
        let bounds = day.bounds();
        if let Some(lock) = ClickLock::of(clicks, &bounds, program) {
            clicks.iter_mut().for_each(|click| click.own = own(program, who, click, lock, &devices));
        }
        let earnings = click_earnings(clicks, who, &bounds, id, program);
        let failed = |source| ServiceError::Commission { cause: format!("clicks of {who}"), source };
        outcomes.push(ClickOutcome {
            brand: brand.clone(),
            program: id.clone(),
            day: day.name.clone(),
            ambassador: who.clone(),
            earnings: earnings.map_err(failed)?,
        });
    }
    Ok(outcomes)
}

/// The clicks as they were told of, those of other programs left out.
async fn read(
    step: &mut Step<'_>,
    (brand, id): (&BrandId, &ProgramId),
    days: Days,
) -> Result<Clicks, ServiceError> {
    let keys: Vec<_> = days.values().flatten().map(|click| key([brand.as_str(), click])).collect();
    let columns = [touch::Column::Brand, touch::Column::TouchId];
    let rows = step.transaction.find::<touch::Entity>(&columns, &keys).await?;
    let known: BTreeMap<&str, &touch::Model> = rows.iter().map(|row| (row.touch_id.as_str(), row)).collect();
    let mut found = Clicks::new();
    for (key, clicks) in days {
        let rows = clicks.iter().filter_map(|click| known.get(click.as_str()));
        let here = rows.filter(|row| row.program.as_ref().is_none_or(|it| it == id.as_str()));
        found.insert(key, here.map(|row| click_of(row)).collect::<Result<_, _>>()?);
    }
    Ok(found)
}

fn click_of(row: &touch::Model) -> Result<Click, ServiceError> {
    let Touch { id, kind, at, recorded, ambassador, link, device, account, verdicts, .. } = touch_of(row)?;
    debug_assert_ne!(kind, TouchKind::View);
    let verdicts = verdicts.into_iter();
    Ok(Click {
        id,
        event: tribute_events::EventId::trusted(&row.event_id),
        at,
        recorded,
        link: link.filter(|_| ambassador.is_none()),
        account,
        device,
        verdicts: verdicts.map(|it| Objection { at: it.at, id: it.id, against: !it.valid }).collect(),
        own: Vec::new(),
    })
}

/// The devices on which an account was ever used that one of these ambassadors names as their own, with all logins there.
async fn own_devices(
    step: &mut Step<'_>,
    (brand, id): (&BrandId, &ProgramId),
    found: &Clicks,
) -> Result<OwnDevices, ServiceError> {
    let Some(program) = step.registry.program(brand, id) else { return Ok(OwnDevices::new()) };
    let people = found.keys().filter_map(|(who, _)| program.ambassador(who));
    let accounts: BTreeSet<_> = people.flat_map(|it| it.accounts()).collect();
    let keys: Vec<_> = accounts.into_iter().map(|account| key([brand.as_str(), account.as_str()])).collect();
    let columns = [login::Column::Brand, login::Column::Account];
    let of_accounts = step.transaction.find::<login::Entity>(&columns, &keys).await?;
    let devices: BTreeSet<_> = of_accounts.iter().map(|row| row.device.as_str()).collect();
    let keys: Vec<_> = devices.into_iter().map(|device| key([brand.as_str(), device])).collect();
    let columns = [login::Column::Brand, login::Column::Device];
    let mut all = OwnDevices::new();
    for row in step.transaction.find::<login::Entity>(&columns, &keys).await? {
        all.entry(DeviceId::trusted(&row.device)).or_default().push(login_of(&row));
    }
    Ok(all)
}

/// Whether a click without an account was on the ambassador's own device, as logins tell one after the other.
fn own(
    program: &Program,
    who: &AmbassadorId,
    click: &Click,
    lock: ClickLock,
    devices: &OwnDevices,
) -> Vec<Objection> {
    let device = click.device.as_ref().filter(|_| click.account.is_none());
    let Some((device, logins)) = device.and_then(|device| Some((device, devices.get(device)?))) else {
        return Vec::new();
    };
    let owns = |as_of| match person_of(device, click.at, logins, lock.view(as_of)) {
        Person::Account(account) => {
            program.ambassador(who).is_some_and(|it| it.owns(account, lock.view(click.at)))
        }
        Person::Device(_) => false,
    };
    let later = logins.iter().filter(|login| login.at > click.at && login.recorded < lock.recorded_before);
    let said = later.map(|login| (login.at, &login.id)).chain([(click.at, &click.event)]);
    said.map(|(at, id)| Objection { at, id: id.clone(), against: owns(at) }).collect()
}
