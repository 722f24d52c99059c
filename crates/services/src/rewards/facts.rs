use std::collections::BTreeSet;

use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_rewards::post_qualifies;
use tribute_store::entity::mission_fact;
use tribute_terms::{Mission, Requirement, Terms, View};

use super::grants;
use crate::{
    ServiceError,
    attribution::Decided,
    commission::PostOutcome,
    step::{Step, key},
};

/// The facts that one mission counts for one ambassador.
pub(super) type Count = (BrandId, ProgramId, Mission, AmbassadorId);

/// Counts what a batch's orders and posts bring for missions, and grants or revokes what follows.
pub(crate) async fn run(step: &mut Step<'_>, conversions: &[Decided], posts: &[PostOutcome]) -> Result<(), ServiceError> {
    let mut changes = Changes::default();
    for decided in conversions {
        count_order(step, decided, &mut changes);
    }
    for outcome in posts {
        count_post(step, outcome, &mut changes);
    }
    if changes.touched.is_empty() {
        return Ok(());
    }
    step.transaction.delete::<mission_fact::Entity>(&changes.gone).await?;
    step.transaction.upsert::<mission_fact::Entity>(&changes.rows).await?;
    step.flush().await?;
    for count in changes.touched {
        grants::settle(step, &count).await?;
    }
    Ok(())
}

#[derive(Default)]
struct Changes {
    rows: Vec<mission_fact::Model>,
    gone: Vec<Vec<sea_orm::Value>>,
    touched: Vec<Count>,
    seen: BTreeSet<(String, String, String, String)>,
}

impl Changes {
    fn note(&mut self, brand: &BrandId, program: &ProgramId, mission: &Mission, fact: Fact<'_>) {
        let (ambassador, id) = (fact.ambassador, fact.id);
        if fact.counts {
            self.rows.push(mission_fact::Model {
                brand: brand.to_string(),
                program: program.to_string(),
                mission: mission.id.to_string(),
                ambassador: ambassador.to_string(),
                fact: id,
                at: fact.at.millis(),
                cause: fact.cause.to_owned(),
            });
        } else {
            self.gone.push(key([brand.as_str(), program.as_str(), mission.id.as_str(), ambassador, &id]));
        }
        let count = (brand.to_string(), program.to_string(), mission.id.to_string(), ambassador.to_owned());
        if self.seen.insert(count) {
            self.touched.push((brand.clone(), program.clone(), mission.clone(), AmbassadorId::trusted(ambassador)));
        }
    }
}

/// One order or post, and whether it counts.
struct Fact<'a> {
    ambassador: &'a str,
    id: String,
    at: Timestamp,
    cause: &'a str,
    counts: bool,
}

fn in_season(mission: &Mission, at: Timestamp) -> bool {
    mission.from.is_none_or(|from| from <= at) && mission.until.is_none_or(|until| at < until)
}

fn terms_at<'s>(step: &'s Step<'_>, brand: &BrandId, program: &ProgramId, at: Timestamp) -> Option<&'s Terms> {
    step.registry.program(brand, program)?.terms_at(at)
}

fn count_order(step: &Step<'_>, decided: &Decided, changes: &mut Changes) {
    let conversion = &decided.conversion;
    let Some(terms) = terms_at(step, &decided.brand, &conversion.program, conversion.ordered_at) else { return };
    let cause = conversion.moments.first().map_or("", |moment| moment.cause.as_str());
    for mission in terms.mission.iter().filter(|it| matches!(it.requires, Requirement::Conversions(_))) {
        let parties = decided.rows.iter().map(|row| (row, true)).chain(decided.before.iter().map(|row| (row, false)));
        let mut told = BTreeSet::new();
        for (row, now) in parties.filter(|(row, _)| !row.ambassador.is_empty()) {
            if told.insert(row.ambassador.as_str()) {
                let fact = Fact {
                    ambassador: &row.ambassador,
                    id: format!("order:{}", row.order_id),
                    at: conversion.ordered_at,
                    cause,
                    counts: now && row.net_revenue > 0 && in_season(mission, conversion.ordered_at),
                };
                changes.note(&decided.brand, &conversion.program, mission, fact);
            }
        }
    }
}

fn count_post(step: &Step<'_>, outcome: &PostOutcome, changes: &mut Changes) {
    let Some(published) = outcome.facts.published() else { return };
    let (program_id, author) = (&published.what.program, &published.what.author);
    let Some(program) = step.registry.program(&outcome.brand, program_id) else { return };
    let Some(terms) = program.terms_at(published.at) else { return };
    let active = program.ambassador(author).is_some_and(|it| it.is_active(View::at(published.at)));
    for mission in &terms.mission {
        let Requirement::Posts(requirement) = &mission.requires else { continue };
        let post = tribute_rewards::Post {
            hashtags: &published.what.hashtags,
            kind: published.what.kind.as_deref(),
            approved: outcome.facts.is_approved(),
            removed: outcome.facts.removed_at().is_some(),
        };
        let fact = Fact {
            ambassador: author.as_str(),
            id: format!("post:{}", outcome.post),
            at: published.at,
            cause: published.id.as_str(),
            counts: active && in_season(mission, published.at) && post_qualifies(requirement, &post),
        };
        changes.note(&outcome.brand, program_id, mission, fact);
    }
}
