use std::collections::{BTreeMap, BTreeSet};

use tribute_commission::PostFact;
use tribute_events::{AmbassadorId, BrandId, EventId, ProgramId, RuleId, Timestamp};
use tribute_rewards::{
    PostHistory, Qualifying, Said, order_qualifies, post_qualifies, recruit_qualifies, recruited_at,
};
use tribute_store::entity::mission_fact;
use tribute_terms::{Mission, Program};

use super::{
    Grounds, expiry, fulfilment,
    grants::{self, Counts},
    money,
    ration::{Rations, serve},
    shipments,
};
use crate::{
    ServiceError,
    attribution::Decided,
    commission::PostOutcome,
    people,
    step::{Step, key},
};

/// The facts that one mission counts for one ambassador.
type Count = (BrandId, ProgramId, RuleId, AmbassadorId);

/// Counts what a batch's orders, posts and recruits bring for missions, and grants or revokes what follows.
///
/// A version of the terms speaks of the orders and posts of its own time alone, and those are decided anew when it
/// arrives: there is nothing else to settle for it.
pub(crate) async fn run(
    step: &mut Step<'_>,
    conversions: &[&Decided],
    posts: &[&PostOutcome],
    grounds: &Grounds,
) -> Result<(), ServiceError> {
    for moved in &grounds.standings {
        people::tell(step, moved);
    }
    let mut changes = Changes::default();
    for decided in conversions {
        count_order(step, decided, &mut changes)?;
    }
    for outcome in posts {
        count_post(step, outcome, &mut changes)?;
    }
    for (brand, program, recruit) in &grounds.recruits {
        count_recruit(step, (brand, program), recruit, &mut changes)?;
    }
    for person in &grounds.payable {
        let program = step.registry.program(&person.0, &person.1);
        let missions = program.map(money::giving).unwrap_or_default();
        if !missions.is_empty() {
            changes.touched.entry(person.clone()).or_default().extend(missions);
        }
    }
    for (brand, program, shipment) in &grounds.shipments {
        shipments::book(step, brand, program, shipment).await?;
    }
    let mut rations: Rations = grounds.supplied().map(|token| (token, Vec::new())).collect();
    step.transaction.delete::<mission_fact::Entity>(&changes.gone).await?;
    step.transaction.upsert::<mission_fact::Entity>(&changes.rows).await?;
    step.flush().await?;
    for (counts, missions) in changes.touched {
        grants::settle(step, &counts, missions, &mut rations).await?;
    }
    step.write_earnings().await?;
    let tokens: Vec<_> = rations.keys().cloned().collect();
    for ((brand, asset), fresh) in rations {
        serve(step, &brand, &asset, fresh).await?;
    }
    expiry::catch_up(step, &tokens).await?;
    fulfilment::take_changed(step).await
}

/// Counts the recruits whom the terms approve at the clock's present instant.
pub(crate) async fn recruit(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
) -> Result<(), ServiceError> {
    let chosen = people::chosen(step, brand, program).into_iter();
    let recruits = chosen.map(|who| (brand.clone(), program.clone(), who)).collect();
    run(step, &[], &[], &Grounds { recruits, ..Grounds::default() }).await
}

#[derive(Default)]
struct Changes {
    rows: Vec<mission_fact::Model>,
    gone: Vec<Vec<sea_orm::Value>>,
    touched: BTreeMap<Counts, BTreeSet<RuleId>>,
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
        let (brand, program, mission, ambassador) = count;
        self.touched.entry((brand, program, ambassador)).or_default().insert(mission);
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
        for ambassador in &parties {
            let conversion = decided.conversion.as_ref();
            let fact = mission.zip(conversion).zip(program);
            let fact =
                fact.and_then(|((mission, it), known)| order_qualifies(mission, it, ambassador, known));
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

/// A person as a recruit of everybody whom they ever named.
fn count_recruit(
    step: &Step<'_>,
    (brand, program_id): (&BrandId, &ProgramId),
    recruit: &AmbassadorId,
    changes: &mut Changes,
) -> Result<(), ServiceError> {
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    let named: BTreeSet<_> = program.recruiters_of(recruit).into_iter().collect();
    let at = recruited_at(recruit, program, step.clock);
    for (id, mission) in missions(Some(program), at.unwrap_or(Timestamp::MIN)) {
        for recruiter in &named {
            let fact = mission.and_then(|it| recruit_qualifies(it, recruit, recruiter, program, step.clock));
            let count = (brand.clone(), program_id.clone(), id.clone(), (*recruiter).clone());
            changes.note(count, &format!("ambassador:{recruit}"), fact)?;
        }
    }
    Ok(())
}

/// The post as a fact of a mission, where it ever counts.
fn post_fact(outcome: &PostOutcome, mission: &Mission, program: &Program) -> Option<Qualifying> {
    let facts = &outcome.facts;
    let history = PostHistory {
        post: &outcome.post,
        tier: outcome.tier.as_ref(),
        documents: facts.documents().iter().map(|fact| said(fact, &fact.what)).collect(),
        measurements: facts.measurements().iter().map(|fact| said(fact, fact.what)).collect(),
        reviews: facts.reviews().iter().map(|fact| said(fact, fact.what)).collect(),
        removal: facts.removed().map(|fact| said(fact, ())),
    };
    post_qualifies(mission, &history, program)
}

const fn said<'a, T, U>(fact: &'a PostFact<T>, what: U) -> Said<'a, U> {
    let cause: &EventId = &fact.id;
    Said { at: fact.at, recorded: fact.recorded, cause, what }
}
