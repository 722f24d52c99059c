//! How often what is a person's was followed. Who followed it is not told: that is others' own.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::{AmbassadorId, BrandId, LinkId};
use tribute_terms::View;

use crate::{ReportError, error::at, query::Query, report::Books};

/// How often something of theirs was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clicks {
    /// The program, where it is known.
    pub program: Option<String>,
    /// `view`, `click` or `qr`.
    pub kind: String,
    /// How often.
    pub count: u64,
}

#[derive(FromQueryResult)]
struct Touch {
    program: Option<String>,
    kind: String,
    link: Option<String>,
    ambassador: Option<String>,
    at: i64,
}

/// Touches that name the person, and those that name only a link that was theirs at that instant.
pub(super) async fn read(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
) -> Result<Vec<Clicks>, ReportError> {
    let programs: Vec<_> = books.registry.programs(brand).into_iter().flatten().collect();
    let links: Vec<LinkId> =
        programs.iter().flat_map(|(_, it)| it.links_of(person)).map(|issued| issued.link).collect();
    let mut query =
        Query::new("touch", "SELECT program, kind, link, ambassador, at FROM touch WHERE kind <> 'waiting'");
    query.only("brand", Some(brand.as_str()));
    let named = query.value(person.as_str());
    query.push(&format!(" AND (ambassador = {named} OR (ambassador IS NULL"));
    query.one_of("link", links.iter().map(LinkId::as_str));
    query.push("))");
    let mut counts: BTreeMap<(Option<String>, String), u64> = BTreeMap::new();
    query
        .each(books.database.connection(), |mut touch: Touch| {
            if let (None, Some(link)) = (&touch.ambassador, &touch.link) {
                let (link, view) = (LinkId::trusted(link), View::at(at(touch.at)));
                let owner = programs.iter().find(|(_, it)| it.link(&link, view) == Some(person));
                let Some((id, _)) = owner else { return Ok(()) };
                touch.program = Some(id.to_string());
            }
            let count = counts.entry((touch.program, touch.kind)).or_default();
            *count = count.saturating_add(1);
            Ok(())
        })
        .await?;
    Ok(counts.into_iter().map(|((program, kind), count)| Clicks { program, kind, count }).collect())
}
