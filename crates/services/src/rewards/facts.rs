use std::collections::BTreeSet;

use tribute_commission::PostFact;
use tribute_events::{AmbassadorId, BrandId, EventId, ProgramId, RuleId, Timestamp};
use tribute_rewards::{PostHistory, Qualifying, Said, order_qualifies, post_qualifies};
use tribute_store::entity::mission_fact;
use tribute_terms::{Mission, Program, Requirement};

use super::{
    grants::{self, Perks},
    stock,
};
use crate::{
    ServiceError,
    attribution::Decided,
    commission::PostOutcome,
    step::{Step, key},
};

/// The facts that one mission counts for one ambassador.
pub(super) type Count = (BrandId, ProgramId, RuleId, AmbassadorId);

/// Counts what a batch's orders and posts bring for missions, and grants or revokes what follows.
///
/// A version of the terms speaks of the orders and posts of its own time alone, and those are decided anew when it
/// arrives: there is nothing else to settle for it.
pub(crate) async fn run(
    step: &mut Step<'_>,
    conversions: &[&Decided],
    posts: &[&PostOutcome],
) -> Result<(), ServiceError> {
    let mut changes = Changes::default();
    for decided in conversions {
        count_order(step, decided, &mut changes)?;
    }
    for outcome in posts {
        count_post(step, outcome, &mut changes)?;
    }
    if changes.touched.is_empty() {
        return Ok(());
    }
    step.transaction.delete::<mission_fact::Entity>(&changes.gone).await?;
    step.transaction.upsert::<mission_fact::Entity>(&changes.rows).await?;
    step.flush().await?;
    let mut perks = Perks::new();
    for count in changes.touched {
        grants::settle(step, &count, &mut perks).await?;
    }
    for ((brand, perk), fresh) in perks {
        stock::serve(step, &brand, &perk, fresh).await?;
    }
    Ok(())
}

#[derive(Default)]
struct Changes {
    rows: Vec<mission_fact::Model>,
    gone: Vec<Vec<sea_orm::Value>>,
    touched: BTreeSet<Count>,
}

impl Changes {
    /// One order or post of an ambassador: when it counts, or that it never did.
    fn note(&mut self, count: Count, id: &str, fact: Option<Qualifying>) -> Result<(), ServiceError> {
        let (brand, program, mission, ambassador) = &count;
        match fact {
            Some(fact) => self.rows.push(mission_fact::Model {
                brand: brand.to_string(),
                program: program.to_string(),
                mission: mission.to_string(),
                ambassador: ambassador.to_string(),
                at: fact.at.millis(),
                spells: serde_json::to_string(&fact.spells)
                    .map_err(ServiceError::stored("mission_fact", id))?,
                fact: fact.id,
            }),
            None => self.gone.push(key([
                brand.as_str(),
                program.as_str(),
                mission.as_str(),
                ambassador.as_str(),
                id,
            ])),
        }
        self.touched.insert(count);
        Ok(())
    }
}

/// Every mission that any version of a program's terms has had, each as the terms in force at `at` have it.
fn missions(program: Option<&Program>, at: Timestamp) -> impl Iterator<Item = (&RuleId, Option<&Mission>)> {
    let versions = program.map(Program::versions).unwrap_or_default();
    let ids: BTreeSet<_> = versions.iter().flat_map(|terms| &terms.mission).map(|it| &it.id).collect();
    ids.into_iter().map(move |id| (id, program.and_then(|it| grants::mission_at(it, id, at))))
}

fn count_order(step: &Step<'_>, decided: &Decided, changes: &mut Changes) -> Result<(), ServiceError> {
    let program = step.registry.program(&decided.brand, &decided.program);
    if program.is_none_or(|it| it.versions().iter().all(|terms| terms.mission.is_empty())) {
        return Ok(());
    }
    let at = decided.ordered_at;
    let parties = decided.parties()?;
    for (id, mission) in missions(program, at) {
        let wanted = mission.is_some_and(|it| matches!(it.requires, Requirement::Conversions(_)));
        for ambassador in &parties {
            let conversion = decided.conversion.as_ref().filter(|_| wanted);
            let fact = conversion.and_then(|it| order_qualifies(it, ambassador));
            let count = (decided.brand.clone(), decided.program.clone(), id.clone(), ambassador.clone());
            changes.note(count, &format!("order:{}", decided.order), fact)?;
        }
    }
    Ok(())
}

fn count_post(step: &Step<'_>, outcome: &PostOutcome, changes: &mut Changes) -> Result<(), ServiceError> {
    let Some(published) = outcome.facts.published() else { return Ok(()) };
    let present = (&published.what.program, &published.what.author);
    let earlier = outcome.before.as_ref().and_then(|facts| facts.published());
    let earlier = earlier.map(|it| (&it.what.program, &it.what.author)).filter(|it| *it != present);
    for (program_id, author) in [Some(present), earlier].into_iter().flatten() {
        let Some(program) = step.registry.program(&outcome.brand, program_id) else { continue };
        for (id, mission) in missions(Some(program), published.at) {
            let mission = mission.filter(|_| (program_id, author) == present);
            let fact = mission.and_then(|mission| post_fact(outcome, mission, program));
            let count = (outcome.brand.clone(), program_id.clone(), id.clone(), author.clone());
            changes.note(count, &format!("post:{}", outcome.post), fact)?;
        }
    }
    Ok(())
}

/// The post as a fact of a mission, where it ever counts.
fn post_fact(outcome: &PostOutcome, mission: &Mission, program: &Program) -> Option<Qualifying> {
    let Requirement::Posts(requirement) = &mission.requires else { return None };
    let facts = &outcome.facts;
    let history = PostHistory {
        post: &outcome.post,
        recorded: facts.published()?.recorded,
        documents: facts.documents().iter().map(|fact| said(fact, &fact.what)).collect(),
        reviews: facts.reviews().iter().map(|fact| said(fact, fact.what)).collect(),
        removal: facts.removed().map(|fact| said(fact, ())),
    };
    post_qualifies(requirement, &history, program)
}

const fn said<'a, T, U>(fact: &'a PostFact<T>, what: U) -> Said<'a, U> {
    let cause: &EventId = &fact.id;
    Said { at: fact.at, cause, what }
}
