use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use tribute_attribution::OrderFacts;
use tribute_commission::why_unpaid;
use tribute_events::{BrandId, Claim, Conversion, Loss, Moment, ProgramId, Share, Timestamp};
use tribute_store::entity::{conversion, sale};
use tribute_terms::{Program, Terms};

use super::{
    Candidate, EarningView, EventRef, FactView, earning, earning_load, event, order_facts::facts_of, words,
};
use crate::{
    ReportError, error,
    report::{Amount, Books},
};

/// An order: what happened, and what each program made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderStory {
    /// The brand.
    pub brand: String,
    /// The order.
    pub order: String,
    /// Who bought: `a:` and an account, `d:` and a device.
    pub buyer: Option<String>,
    /// When it was placed; absent while only a refund or the like is known.
    pub placed_at: Option<Timestamp>,
    /// What was said of it, by time.
    pub facts: Vec<FactView>,
    /// Every program of the brand.
    pub programs: Vec<ProgramView>,
    /// Every other event that something here names as its cause.
    pub events: Vec<EventRef>,
}

/// What a program made of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProgramView {
    /// The program.
    pub program: String,
    /// Who is credited; absent where the order is none of the program's business.
    pub credit: Option<Credit>,
    /// Why nobody is credited, or why it is none of its business.
    pub why_nobody: Option<String>,
    /// What it earned.
    pub earnings: Vec<EarningView>,
}

/// Who is credited, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Credit {
    /// The version of the terms.
    pub terms_version: String,
    /// When who-gets-what freezes.
    pub locks_at: Timestamp,
    /// Whether the buyer had ordered before.
    pub returning: bool,
    /// The tier that decided.
    pub tier: String,
    /// The model within the tier.
    pub model: Option<String>,
    /// The claims that were credited.
    pub winners: Vec<ClaimView>,
    /// The claims that were not, with why.
    pub losers: Vec<ClaimView>,
    /// What a person should know besides.
    pub notes: Vec<String>,
    /// The order from moment to moment.
    pub moments: Vec<MomentView>,
}

/// A touch, a code, or whatever else claims an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimView {
    /// Whose claim it is.
    pub ambassador: Option<String>,
    /// `click`, `qr`, `view`, `code`, `binding`, `workshop`, `post`, `override`.
    pub kind: String,
    /// Its id.
    pub touch: String,
    /// When it happened.
    pub at: Timestamp,
    /// How long before the order, in words.
    pub age: String,
    /// The stable code of why it lost; absent for a winner.
    pub why: Option<String>,
    /// Why it lost, in words.
    pub why_in_words: Option<String>,
}

/// The order and its credit from one instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MomentView {
    /// From when on.
    pub effective_at: Timestamp,
    /// The event that brought it about.
    pub cause: String,
    /// The net of all lines.
    pub net: Amount,
    /// Who gets which part.
    pub shares: Vec<ShareView>,
}

/// One party's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShareView {
    /// The ambassador; absent for the house.
    pub ambassador: Option<String>,
    /// The part, in lowest terms.
    pub share: String,
}

pub(super) async fn tell(books: &Books<'_>, one: &Candidate) -> Result<OrderStory, ReportError> {
    let source = books.database.connection();
    let key = (one.brand.clone(), one.id.clone());
    let row = sale::Entity::find_by_id(key).one(source).await.map_err(ReportError::read("sale"))?;
    let row = row.ok_or_else(|| ReportError::stored("sale", &one.id, &"it is gone"))?;
    let facts: OrderFacts = error::json("sale", &one.id, &row.facts)?;
    let told = facts_of(&error::json("sale", &one.id, &row.facts)?);
    let query = conversion::Entity::find()
        .filter(conversion::Column::Brand.eq(&one.brand))
        .filter(conversion::Column::OrderId.eq(&one.id));
    let rows = query.all(source).await.map_err(ReportError::read("conversion"))?;
    let mut conversions: BTreeMap<String, Conversion> = BTreeMap::new();
    for row in rows {
        conversions.insert(row.program.clone(), error::json("conversion", &row.order_id, &row.conversion)?);
    }
    let mut earnings = earning_load::of_source(books, &one.brand, &format!("order:{}", one.id)).await?;
    let events = events(books, one, &told, &conversions, &earnings).await?;
    let mut programs = Vec::new();
    let known = books.registry.programs(&BrandId::trusted(&one.brand)).into_iter().flatten();
    for (id, program) in known {
        let earnings = earnings.remove(id.as_str()).unwrap_or_default();
        programs.push(match conversions.get(id.as_str()) {
            Some(conversion) => view_of(program, conversion, earnings)?,
            None => outside(id, program, &facts, earnings),
        });
    }
    Ok(OrderStory {
        brand: row.brand,
        order: row.order_id,
        buyer: Some(row.buyer).filter(|buyer| !buyer.is_empty()),
        placed_at: row.at.map(error::at),
        facts: told,
        programs,
        events,
    })
}

/// The events behind what is told, facts of the order itself left out: they are told already.
async fn events(
    books: &Books<'_>,
    one: &Candidate,
    told: &[FactView],
    conversions: &BTreeMap<String, Conversion>,
    earnings: &BTreeMap<String, Vec<EarningView>>,
) -> Result<Vec<EventRef>, ReportError> {
    let mut ids: BTreeSet<String> = earnings.values().flat_map(|views| earning::causes(views)).collect();
    ids.extend(conversions.values().flat_map(|it| it.moments.iter().map(|moment| moment.cause.to_string())));
    ids.extend(told.iter().map(|fact| fact.event.clone()));
    let named = event::named(books.database.connection(), &one.brand, &ids).await?;
    let mut events: Vec<EventRef> = named.into_values().collect();
    events.sort();
    Ok(events)
}

fn view_of(
    program: &Program,
    conversion: &Conversion,
    earnings: Vec<EarningView>,
) -> Result<ProgramView, ReportError> {
    let terms = program.versions().iter().find(|terms| terms.program.version == conversion.terms_version);
    let reason = &conversion.reason;
    let credited =
        conversion.moments.last().is_some_and(|last| last.shares.iter().any(|it| it.ambassador.is_some()));
    let winner = |claim: &Claim| claim_view(claim, conversion.ordered_at, None);
    let loser = |loss: &Loss| {
        let words = words::why(loss, terms, &reason.tier, conversion.locks_at);
        claim_view(&loss.claim, conversion.ordered_at, Some((loss.why.to_string(), words)))
    };
    let moments = conversion.moments.iter().map(|moment| moment_view(conversion, moment));
    let notes = reason.notes.iter().cloned().chain(unpaid(program, terms, conversion, &earnings)).collect();
    Ok(ProgramView {
        program: conversion.program.to_string(),
        why_nobody: (!credited).then(|| words::nobody(&reason.tier, !reason.losers.is_empty()).to_owned()),
        credit: Some(Credit {
            terms_version: conversion.terms_version.to_string(),
            locks_at: conversion.locks_at,
            returning: conversion.returning,
            tier: reason.tier.to_string(),
            model: reason.model.as_ref().map(ToString::to_string),
            winners: reason.winners.iter().map(winner).collect(),
            losers: reason.losers.iter().map(loser).collect(),
            notes,
            moments: moments.collect::<Result<_, _>>()?,
        }),
        earnings,
    })
}

/// Why those who are credited and earned nothing did not.
fn unpaid(
    program: &Program,
    terms: Option<&Terms>,
    conversion: &Conversion,
    earnings: &[EarningView],
) -> Vec<String> {
    let shares = conversion.moments.last().map(|it| it.shares.as_slice()).unwrap_or_default();
    let credited = shares.iter().filter_map(|share| share.ambassador.as_ref());
    let empty = credited.filter(|who| !earnings.iter().any(|it| it.ambassador == who.as_str()));
    let told = empty.zip(std::iter::repeat(terms)).filter_map(|(who, terms)| {
        let terms = terms?;
        if terms.commission.is_empty() {
            return Some(format!("no rule pays {who}: the terms have no [[commission]]"));
        }
        let why = why_unpaid(who, conversion, program, terms);
        (!why.is_empty()).then(|| format!("no rule pays {who}: {}", why.join("; ")))
    });
    told.collect()
}

/// An order that a program did not look at.
fn outside(id: &ProgramId, program: &Program, facts: &OrderFacts, earnings: Vec<EarningView>) -> ProgramView {
    let why = match facts.placed() {
        None => "the order itself has not come yet: what is known of it waits".to_owned(),
        Some(placed) => match &placed.sale.program {
            Some(named) if named != id => format!("the order counts in program {named} only"),
            _ => no_terms(program, placed.at),
        },
    };
    ProgramView { program: id.to_string(), credit: None, why_nobody: Some(why), earnings }
}

fn no_terms(program: &Program, ordered_at: Timestamp) -> String {
    let in_force: Option<&Terms> = program.terms_at(ordered_at);
    match (in_force, program.versions().first()) {
        (None, Some(first)) => format!(
            "no terms were in force at {ordered_at}: the first ones, {}, are from {}",
            first.program.version, first.program.effective_from
        ),
        (None, None) => "the program has no terms".to_owned(),
        (Some(_), _) => "it was not decided; run `tribute verify`".to_owned(),
    }
}

fn claim_view(claim: &Claim, ordered_at: Timestamp, lost: Option<(String, String)>) -> ClaimView {
    let (why, why_in_words) = lost.unzip();
    ClaimView {
        ambassador: claim.ambassador.as_ref().map(ToString::to_string),
        kind: claim.kind.to_string(),
        touch: claim.touch.to_string(),
        at: claim.at,
        age: words::before_order(claim.at, ordered_at),
        why,
        why_in_words,
    }
}

fn moment_view(conversion: &Conversion, moment: &Moment) -> Result<MomentView, ReportError> {
    let net = moment.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.net.get()));
    let of_weight = moment.shares.iter().fold(0_u64, |sum, share| sum.saturating_add(share.weight));
    let share = |share: &Share| ShareView {
        ambassador: share.ambassador.as_ref().map(ToString::to_string),
        share: crate::report::share(share.weight, of_weight),
    };
    Ok(MomentView {
        effective_at: moment.effective_at,
        cause: moment.cause.to_string(),
        net: Amount::millionths("conversion", net, conversion.currency.as_str())?,
        shares: moment.shares.iter().map(share).collect(),
    })
}
