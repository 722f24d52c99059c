//! Clicks that are paid for: whose they are, on which day they were, and what a day brings once it has ended.
//!
//! Loads: clicks by whose they are, logins on the ambassadors' own devices. Calls:
//! [`tribute_commission::click_earnings`]. Writes: under whom clicks are filed.
//!
//! In brands whose terms pay for no clicks nothing is read or written. In others a day that has not ended costs one row a
//! click; the clock's tick that ends the day books it, and what comes later books what it changes.

mod concerned;
mod filing;
mod load;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_commission::{Earning, click_days};
use tribute_events::{AmbassadorId, BrandId, Event, ProgramId, Timestamp};
use tribute_store::entity::ambassador_click;
use tribute_terms::PeriodBounds;

pub(crate) use filing::{Filed, Filing, unpaid, whose};

use crate::{
    ServiceError,
    attribution::{Changed, News},
    commission,
    people::ByProgram,
    step::Step,
};

/// What an ambassador's clicks of a day that has ended earn.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClickOutcome {
    pub(crate) brand: BrandId,
    pub(crate) program: ProgramId,
    pub(crate) day: SmolStr,
    pub(crate) ambassador: AmbassadorId,
    pub(crate) earnings: Vec<Earning>,
}

/// A day of a program's calendar, in the order of days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Day {
    starts_at: Timestamp,
    ends_at: Timestamp,
    name: SmolStr,
}

impl Day {
    fn of(PeriodBounds { name, starts_at, ends_at }: PeriodBounds) -> Self {
        Self { starts_at, ends_at, name }
    }

    fn bounds(&self) -> PeriodBounds {
        PeriodBounds { name: self.name.clone(), starts_at: self.starts_at, ends_at: self.ends_at }
    }
}

/// The clicks of days of ambassadors in one program, by their ids.
type Days = BTreeMap<(AmbassadorId, Day), Vec<String>>;

/// What the days earn that a batch of facts bears on and that have ended. In the `unpaid` brands no terms paid for clicks
/// before it.
pub(crate) async fn gather(
    step: &mut Step<'_>,
    facts: &[&Event],
    changed: &Changed,
    people: &ByProgram,
    (news, unpaid): (&News, &BTreeSet<BrandId>),
) -> Result<Vec<ClickOutcome>, ServiceError> {
    let brands: BTreeSet<&BrandId> = facts.iter().map(|event| &event.brand).collect();
    if !brands.into_iter().any(|brand| step.registry.pays_for_clicks(brand)) {
        return Ok(Vec::new());
    }
    filing::file_earlier(step, unpaid).await?;
    let mut outcomes = Vec::new();
    for ((brand, program), days) in concerned::find(step, facts, changed, people, news).await? {
        let days = load::clicks_of(step, (&brand, &program), days).await?;
        outcomes.extend(load::outcomes(step, (&brand, &program), days).await?);
    }
    Ok(outcomes)
}

/// Books what the clicks of a day earn that ends at the clock's present instant.
pub(crate) async fn end_day(
    step: &mut Step<'_>,
    brand: &BrandId,
    program_id: &ProgramId,
    name: &str,
) -> Result<(), ServiceError> {
    let at = step.clock;
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    let Some(day) = click_days(program, at.minus(1), at).into_iter().find(|day| day.name == name) else {
        return Ok(());
    };
    let values = vec![brand.as_str().into(), day.starts_at.millis().into(), day.ends_at.millis().into()];
    let condition = "brand = $1 AND at >= $2 AND at < $3";
    let rows = step.transaction.select::<ambassador_click::Entity>(condition, values).await?;
    let mut days = Days::new();
    for row in rows {
        if let Some(key) = load::day_of(program, &row).filter(|(_, of)| of.name == day.name) {
            days.entry(key).or_default().push(row.touch_id);
        }
    }
    let outcomes = load::outcomes(step, (brand, program_id), days).await?;
    commission::run(step, &[], &[], &BTreeSet::new(), &outcomes).await
}
