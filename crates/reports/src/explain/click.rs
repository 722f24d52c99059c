use std::{collections::BTreeSet, fmt};

use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use serde::Serialize;
use tribute_attribution::Verdict;
use tribute_events::{BrandId, Conversion, LinkId, Timestamp};
use tribute_store::entity::touch;
use tribute_terms::View;

use super::{Candidate, EventRef, day, event, words};
use crate::{
    ReportError,
    error::{self, at},
    query::Query,
    report::Books,
};

/// A click, scan or view: whose it is, what was said of it, and which orders it claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClickStory {
    /// The brand.
    pub brand: String,
    /// The click.
    pub click: String,
    /// `view`, `click` or `qr`; `waiting` while only a verdict on it has come.
    #[serde(rename = "touch_kind")]
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// When the log accepted it.
    pub recorded: Timestamp,
    /// The shopper: `a:` and an account, `d:` and a device.
    pub shopper: String,
    /// The link.
    pub link: Option<String>,
    /// The post that held the link.
    pub post: Option<String>,
    /// Program and ambassador that it counts for, by itself or by its link.
    pub counts_for: Vec<(String, String)>,
    /// Verdicts on it, in words.
    pub verdicts: Vec<String>,
    /// The orders that it claims.
    pub orders: Vec<Claimed>,
    /// What the days bring on which it was, where clicks are paid for: earnings, each with its formula.
    pub days: Vec<(String, String)>,
    /// The event that told of it.
    pub event: Option<EventRef>,
}

/// An order that a click claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claimed {
    /// The program.
    pub program: String,
    /// The order.
    pub order: String,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// Whether the click was credited.
    pub credited: bool,
    /// Why it was not.
    pub why: Option<String>,
}

#[derive(FromQueryResult)]
struct Stored {
    order_id: String,
    conversion: String,
}

pub(super) async fn tell(books: &Books<'_>, one: &Candidate) -> Result<ClickStory, ReportError> {
    let source = books.database.connection();
    let query = touch::Entity::find()
        .filter(touch::Column::Brand.eq(&one.brand))
        .filter(touch::Column::TouchId.eq(&one.id));
    let row = query.one(source).await.map_err(ReportError::read("touch"))?;
    let row = row.ok_or_else(|| ReportError::stored("touch", &one.id, &"it is gone"))?;
    let verdicts: Vec<Verdict> = match &row.verdicts {
        Some(text) => error::json("touch", &row.touch_id, text)?,
        None => Vec::new(),
    };
    let verdict = |it: &Verdict| {
        let word = if it.valid { "valid" } else { "invalid" };
        format!("{}: judged {word} (event {})", it.at, it.id)
    };
    let ids = BTreeSet::from([row.event_id.clone()]);
    let event = event::named(source, &one.brand, &ids).await?.remove(&row.event_id);
    let counts_for = counts_for(books, &row);
    Ok(ClickStory {
        days: day::days_of(books, &row, &counts_for).await?,
        counts_for,
        verdicts: verdicts.iter().map(verdict).collect(),
        orders: orders(books, &row).await?,
        event,
        brand: row.brand,
        click: row.touch_id,
        kind: row.kind,
        at: at(row.at),
        recorded: at(row.recorded_at),
        shopper: row.subject,
        link: row.link,
        post: row.post,
    })
}

fn counts_for(books: &Books<'_>, row: &touch::Model) -> Vec<(String, String)> {
    let programs = books.registry.programs(&BrandId::trusted(&row.brand)).into_iter().flatten();
    let programs = programs.filter(|(id, _)| row.program.as_deref().is_none_or(|named| named == id.as_str()));
    let link = row.link.as_deref().map(LinkId::trusted);
    let whose = |(id, program): (&tribute_events::ProgramId, &tribute_terms::Program)| {
        let linked = || program.link(link.as_ref()?, View::at(at(row.at))).map(ToString::to_string);
        Some((id.to_string(), row.ambassador.clone().or_else(linked)?))
    };
    programs.filter_map(whose).collect()
}

/// Orders placed since the click in whose reasons it stands.
async fn orders(books: &Books<'_>, row: &touch::Model) -> Result<Vec<Claimed>, ReportError> {
    let mut query = Query::new("conversion", "SELECT order_id, conversion FROM conversion WHERE 1 = 1");
    query.only("brand", Some(&row.brand));
    let since = query.value(row.at);
    let needle = query.value(needle(&row.touch_id));
    query.push(&format!(" AND ordered_at >= {since} AND conversion LIKE {needle} ESCAPE '!' ORDER BY program, order_id, ambassador"));
    let mut claimed: Vec<Claimed> = Vec::new();
    query
        .each(books.database.connection(), |stored: Stored| {
            let conversion: Conversion = error::json("conversion", &stored.order_id, &stored.conversion)?;
            claimed.extend(claim(books, row, &conversion));
            Ok(())
        })
        .await?;
    // A shared order has a row for each party.
    claimed.dedup();
    Ok(claimed)
}

/// `%"touch":"c1"%`, with whatever LIKE takes for more than itself escaped.
fn needle(touch: &str) -> String {
    let quoted = serde_json::Value::from(touch).to_string();
    let escaped = quoted.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%\"touch\":{escaped}%")
}

fn claim(books: &Books<'_>, row: &touch::Model, conversion: &Conversion) -> Option<Claimed> {
    let (brand, reason) = (BrandId::trusted(&row.brand), &conversion.reason);
    let mine = |touch: &str, kind: &str| touch == row.touch_id && kind == row.kind;
    let credited = reason.winners.iter().any(|claim| mine(claim.touch.as_str(), &claim.kind));
    let lost = reason.losers.iter().find(|loss| mine(loss.claim.touch.as_str(), &loss.claim.kind));
    if !credited && lost.is_none() {
        return None;
    }
    let program = books.registry.program(&brand, &conversion.program);
    let versions = program.map(|program| program.versions()).unwrap_or_default();
    let terms = versions.iter().find(|terms| terms.program.version == conversion.terms_version);
    Some(Claimed {
        program: conversion.program.to_string(),
        order: conversion.order.to_string(),
        ordered_at: conversion.ordered_at,
        credited,
        why: lost.map(|loss| words::why(loss, terms, &reason.tier, conversion.locks_at)),
    })
}

impl fmt::Display for ClickStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {} of brand {} on {}", self.kind, self.click, self.brand, self.at)?;
        writeln!(f, "  shopper   {}", self.shopper)?;
        self.link.iter().try_for_each(|link| writeln!(f, "  link      {link}"))?;
        self.post.iter().try_for_each(|post| writeln!(f, "  post      {post}"))?;
        for (program, ambassador) in &self.counts_for {
            writeln!(f, "  counts    for {ambassador} in program {program}")?;
        }
        if self.counts_for.is_empty() {
            writeln!(f, "  counts    for nobody: no ambassador of a program has this link")?;
        }
        self.verdicts.iter().try_for_each(|verdict| writeln!(f, "  verdict   {verdict}"))?;
        for it in &self.orders {
            let result = it.why.as_deref().unwrap_or("credited");
            writeln!(f, "  order     {} in program {} on {}: {result}", it.order, it.program, it.ordered_at)?;
        }
        if self.orders.is_empty() {
            writeln!(f, "  order     none of this shopper's")?;
        }
        self.days.iter().try_for_each(|(id, formula)| writeln!(f, "  day       {id}: {formula}"))?;
        match &self.event {
            Some(event) => writeln!(f, "  event     {event}"),
            None => Ok(()),
        }
    }
}
