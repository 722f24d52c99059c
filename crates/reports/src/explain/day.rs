//! The clicks of a day, and the days of a click, where clicks are paid for.

use std::fmt;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use tribute_commission::click_day;
use tribute_events::{AmbassadorId, BrandId, DAY, ProgramId, Timestamp};
use tribute_store::entity::{ambassador_click, earning, touch};

use super::find::id_of;
use crate::{ReportError, error::at, report::Books};

/// How many clicks are shown to people.
const SHOWN_MAX: usize = 20;

/// A click or scan on an ambassador's links on a day that was booked; whether it counts the formula says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClickOfDay {
    /// The click.
    pub click: String,
    /// When it happened.
    pub at: Timestamp,
}

/// The clicks that are filed under an ambassador and their links on the day that a source (`clicks:2026-03-04`) names, by
/// time; nothing for another source.
pub(super) async fn clicks_of(
    books: &Books<'_>,
    brand: &str,
    program: &str,
    source: &str,
    who: &str,
) -> Result<Vec<ClickOfDay>, ReportError> {
    let Some(day) = source.strip_prefix("clicks:") else { return Ok(Vec::new()) };
    let known = books.registry.program(&BrandId::trusted(brand), &ProgramId::trusted(program));
    // A day lies within a day of its noon in any time zone.
    let (Some(known), Ok(noon)) = (known, format!("{day}T12:00:00Z").parse::<Timestamp>()) else {
        return Ok(Vec::new());
    };
    let links = known.links_of(&AmbassadorId::trusted(who)).into_iter().map(|it| format!("l:{}", it.link));
    let query = ambassador_click::Entity::find()
        .filter(ambassador_click::Column::Whose.is_in(links.chain([format!("a:{who}")])))
        .filter(ambassador_click::Column::Brand.eq(brand))
        .filter(
            ambassador_click::Column::At.between(noon.minus(2 * DAY).millis(), noon.plus(2 * DAY).millis()),
        )
        .order_by_asc(ambassador_click::Column::At)
        .order_by_asc(ambassador_click::Column::TouchId);
    let rows = query.all(books.database.connection()).await;
    let rows = rows.map_err(ReportError::read("ambassador_click"))?.into_iter();
    let rows = rows.filter(|row| click_day(known, at(row.at)).is_some_and(|it| it.name == day));
    Ok(rows.map(|row| ClickOfDay { click: row.touch_id, at: at(row.at) }).collect())
}

/// Shows clicks to people: the first ones, and how many more there are.
pub(super) fn show(clicks: &[ClickOfDay], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for ClickOfDay { click, at } in clicks.iter().take(SHOWN_MAX) {
        writeln!(f, "  on {at}, see tribute explain click:{click}")?;
    }
    match clicks.len().saturating_sub(SHOWN_MAX) {
        0 => Ok(()),
        more => writeln!(f, "  and {more} more clicks; --format json has all of them"),
    }
}

/// What the days bring on which a click was, for whom it counts: the ids of the earnings, each with its formula.
pub(super) async fn days_of(
    books: &Books<'_>,
    row: &touch::Model,
    counts_for: &[(String, String)],
) -> Result<Vec<(String, String)>, ReportError> {
    let mut days = Vec::new();
    for (program, who) in counts_for.iter().filter(|_| row.kind != "view") {
        let known = books.registry.program(&BrandId::trusted(&row.brand), &ProgramId::trusted(program));
        let paying = known.filter(|it| it.pays_for_clicks());
        let Some(day) = paying.and_then(|it| click_day(it, at(row.at))) else { continue };
        let query = earning::Entity::find()
            .filter(earning::Column::Brand.eq(&row.brand))
            .filter(earning::Column::Program.eq(program))
            .filter(earning::Column::Source.eq(format!("clicks:{}", day.name)))
            .filter(earning::Column::Ambassador.eq(who));
        let found = query.all(books.database.connection()).await.map_err(ReportError::read("earning"))?;
        for it in found {
            let told: tribute_commission::Earning = crate::error::json("earning", &it.source, &it.earning)?;
            days.push((id_of([&it.program, &it.source, &it.ambassador, &it.rule]), told.formula));
        }
    }
    Ok(days)
}
