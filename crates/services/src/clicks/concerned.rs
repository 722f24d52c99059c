//! Which days that have ended a batch bears on.

use std::collections::{BTreeMap, BTreeSet};

use tribute_commission::click_day;
use tribute_events::{AccountId, AmbassadorId, BrandId, Event, LinkId, Payload, ProgramId, Timestamp};
use tribute_store::{
    RangeKey,
    entity::{ambassador_click, login, touch},
};
use tribute_terms::{Program, Registry, Terms, View};

use super::{Day, Days, filing::whose};
use crate::{
    ServiceError,
    attribution::{Changed, News},
    people::ByProgram,
    step::{Step, key},
};

/// The days of ambassadors by program, their clicks still to be found.
type ByDay = BTreeMap<(BrandId, ProgramId), Days>;

/// Ambassadors of programs, and since when something about them changed.
type Since = BTreeMap<(BrandId, ProgramId, AmbassadorId), Timestamp>;

/// The days that clicks, logins and configuration bear on.
pub(super) async fn find(
    step: &mut Step<'_>,
    facts: &[&Event],
    changed: &Changed,
    people: &ByProgram,
    news: &News,
) -> Result<ByDay, ServiceError> {
    let mut days = ByDay::new();
    for filed in &news.clicks {
        add(&mut days, step.registry, step.clock, (&filed.brand, &filed.whose, filed.at));
    }
    by_logins(step, news, &mut days).await?;
    by_people(step, facts, changed, people, &mut days).await?;
    by_terms(step, facts, &mut days).await?;
    Ok(days)
}

/// Adds the days that a click lies on, in every program where it may count.
fn add(
    days: &mut ByDay,
    registry: &Registry,
    clock: Timestamp,
    (brand, whose, at): (&BrandId, &str, Timestamp),
) {
    if at >= clock {
        return;
    }
    let programs = registry.programs(brand).into_iter().flatten();
    for (id, program) in programs.filter(|(_, program)| program.pays_for_clicks()) {
        let ended = click_day(program, at).filter(|day| day.ends_at <= clock);
        let Some(day) = ended.map(Day::of) else { continue };
        let of_program = days.entry((brand.clone(), id.clone())).or_default();
        for who in owners(program, whose) {
            of_program.entry((who, day.clone())).or_default();
        }
    }
}

/// Everybody in a program whose click it may be.
fn owners(program: &Program, whose: &str) -> Vec<AmbassadorId> {
    if let Some(link) = whose.strip_prefix("l:") {
        return program.owners_of(&LinkId::trusted(link)).cloned().collect();
    }
    let named = whose.strip_prefix("a:").map(AmbassadorId::trusted);
    named.into_iter().filter(|who| program.ambassador(who).is_some()).collect()
}

/// Clicks on devices that were ever used with an ambassador's own account: a login tells that they were theirs, or not.
async fn by_logins(step: &mut Step<'_>, news: &News, days: &mut ByDay) -> Result<(), ServiceError> {
    let paying = news.logins.iter().filter(|(brand, _)| step.registry.pays_for_clicks(brand));
    let devices: BTreeSet<_> = paying.map(|(brand, login)| (brand, login.device.as_str())).collect();
    if devices.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = devices.iter().map(|(brand, device)| key([brand.as_str(), device])).collect();
    let columns = [login::Column::Brand, login::Column::Device];
    let logins = step.transaction.find::<login::Entity>(&columns, &keys).await?;
    let own = logins.into_iter().filter(|row| is_own(step.registry, row));
    let own: BTreeSet<_> = own.map(|row| (row.brand, format!("d:{}", row.device))).collect();
    let keys: Vec<_> = own.iter().map(|(brand, subject)| key([brand.as_str(), subject])).collect();
    let columns = [touch::Column::Brand, touch::Column::Subject];
    for row in step.transaction.find::<touch::Entity>(&columns, &keys).await? {
        if let Some(whose) = whose(&row) {
            let click = (&BrandId::trusted(&row.brand), whose.as_str(), Timestamp::from_millis(row.at));
            add(days, step.registry, step.clock, click);
        }
    }
    Ok(())
}

/// Whether an ambassador logged in.
fn is_own(registry: &Registry, row: &login::Model) -> bool {
    let account = AccountId::trusted(&row.account);
    let mut programs =
        registry.programs(&BrandId::trusted(&row.brand)).into_iter().flat_map(BTreeMap::values);
    programs.any(|program| program.pays_for_clicks() && program.owner_of(&account, View::ALL).is_some())
}

/// Clicks of whoever something was said of, or whose links these are or were, since then.
async fn by_people(
    step: &mut Step<'_>,
    facts: &[&Event],
    changed: &Changed,
    people: &ByProgram,
    days: &mut ByDay,
) -> Result<(), ServiceError> {
    let mut keys: Vec<RangeKey> = Vec::new();
    for ((brand, id, who), from) in since(step.registry, facts, changed, people) {
        let Some(program) = step.registry.program(&brand, &id) else { continue };
        let links = program.links_of(&who).into_iter().map(|it| format!("l:{}", it.link));
        let mut filed: BTreeSet<_> = links.collect();
        filed.insert(format!("a:{who}"));
        let (after, until) = (from.millis().saturating_sub(1), step.clock.millis());
        keys.extend(filed.iter().map(|it| (key([it, brand.as_str()]), after, until)));
    }
    let columns = [ambassador_click::Column::Whose, ambassador_click::Column::Brand];
    let at = ambassador_click::Column::At;
    let rows = step.transaction.find_between::<ambassador_click::Entity>(&columns, at, &keys).await?;
    rows.iter().for_each(|row| add_row(days, step, row));
    Ok(())
}

fn add_row(days: &mut ByDay, step: &Step<'_>, row: &ambassador_click::Model) {
    let click = (&BrandId::trusted(&row.brand), row.whose.as_str(), Timestamp::from_millis(row.at));
    add(days, step.registry, step.clock, click);
}

/// Of whom the batch says something that clicks before the clock may depend on.
fn since(registry: &Registry, facts: &[&Event], changed: &Changed, people: &ByProgram) -> Since {
    let mut all = Since::new();
    let mut widen = |key: (BrandId, ProgramId, AmbassadorId), from: Timestamp| {
        let known = all.entry(key).or_insert(from);
        *known = (*known).min(from);
    };
    let pays =
        |brand: &BrandId, id: &ProgramId| registry.program(brand, id).filter(|it| it.pays_for_clicks());
    for (program, concerned) in people.iter().filter(|((brand, id), _)| pays(brand, id).is_some()) {
        let from =
            [changed.programs.get(program), changed.brands.get(&program.0)].into_iter().flatten().min();
        let Some(from) = from else { continue };
        for who in &concerned.people {
            widen((program.0.clone(), program.1.clone(), who.clone()), *from);
        }
    }
    for event in facts {
        let Payload::LinkIssued(what) = &event.payload else { continue };
        let program = pays(&event.brand, &what.program);
        for who in program.into_iter().flat_map(|it| it.owners_of(&what.link)) {
            widen((event.brand.clone(), what.program.clone(), who.clone()), event.time);
        }
    }
    all
}

/// All clicks since terms that were published only after days under them had ended.
async fn by_terms(step: &mut Step<'_>, facts: &[&Event], days: &mut ByDay) -> Result<(), ServiceError> {
    for event in facts {
        let Payload::Program(published) = &event.payload else { continue };
        let Ok(terms) = Terms::parse(&published.terms) else { continue };
        let (from, clock) = (terms.program.effective_from, step.clock);
        if from >= clock || terms.click_fee.is_empty() {
            continue;
        }
        let values = vec![event.brand.as_str().into(), from.millis().into(), clock.millis().into()];
        let condition = "brand = $1 AND at >= $2 AND at < $3";
        let rows = step.transaction.select::<ambassador_click::Entity>(condition, values).await?;
        rows.iter().for_each(|row| add_row(days, step, row));
    }
    Ok(())
}
