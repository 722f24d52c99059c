use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_rewards::{PostReview, PostState, Qualifying, order_qualifies, post_qualifies};
use tribute_store::entity::mission_fact;
use tribute_terms::{Mission, Requirement};

use super::grants;
use crate::{
    ServiceError,
    attribution::{Changed, Decided},
    commission::PostOutcome,
    step::{Step, key},
};

/// The facts that one mission counts for one ambassador.
pub(super) type Count = (BrandId, ProgramId, Mission, AmbassadorId);

/// Counts what a batch's orders and posts bring for missions, and grants or revokes what follows.
pub(crate) async fn run(
    step: &mut Step<'_>,
    conversions: &[Decided],
    posts: &[PostOutcome],
    changed: &Changed,
) -> Result<(), ServiceError> {
    let mut changes = Changes::default();
    for brand in changed.brands.keys() {
        count_again(step, brand, &mut changes).await?;
    }
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
    seen: BTreeSet<(BrandId, ProgramId, String, AmbassadorId)>,
}

impl Changes {
    /// One order or post of an ambassador: it counts, or it does not.
    fn note(&mut self, count: Count, id: &str, fact: Option<Qualifying>) {
        let (brand, program, mission, ambassador) = &count;
        match fact {
            Some(fact) => self.rows.push(mission_fact::Model {
                brand: brand.to_string(),
                program: program.to_string(),
                mission: mission.id.to_string(),
                ambassador: ambassador.to_string(),
                fact: fact.id,
                at: fact.at.millis(),
                since: fact.since.millis(),
                cause: fact.cause.to_string(),
            }),
            None => self.gone.push(key([
                brand.as_str(),
                program.as_str(),
                mission.id.as_str(),
                ambassador.as_str(),
                id,
            ])),
        }
        self.touch(count);
    }

    fn touch(&mut self, count: Count) {
        let (brand, program, mission, ambassador) = &count;
        if self.seen.insert((brand.clone(), program.clone(), mission.id.to_string(), ambassador.clone())) {
            self.touched.push(count);
        }
    }
}

/// New terms may say otherwise of a mission: what was counted for it is settled anew.
async fn count_again(
    step: &mut Step<'_>,
    brand: &BrandId,
    changes: &mut Changes,
) -> Result<(), ServiceError> {
    let rows = step.transaction.select::<mission_fact::Entity>("brand = $1", key([brand.as_str()])).await?;
    let counts: BTreeSet<_> =
        rows.into_iter().map(|row| (row.program, row.mission, row.ambassador)).collect();
    for (program, mission, ambassador) in counts {
        let program = ProgramId::trusted(&program);
        let known = missions(step, brand, &program, Timestamp::MIN).into_iter().map(|(known, _)| known);
        if let Some(known) = known.into_iter().find(|known| known.id.as_str() == mission) {
            changes.touch((brand.clone(), program, known, AmbassadorId::trusted(&ambassador)));
        }
    }
    Ok(())
}

/// Every mission that any version of a program's terms has had, as its latest version says, and whether it is in
/// the terms in force at `at`.
fn missions(step: &Step<'_>, brand: &BrandId, program: &ProgramId, at: Timestamp) -> Vec<(Mission, bool)> {
    let Some(program) = step.registry.program(brand, program) else { return Vec::new() };
    let in_force = program.terms_at(at);
    let mut latest: BTreeMap<&str, &Mission> = BTreeMap::new();
    for mission in program.versions().iter().flat_map(|terms| &terms.mission) {
        latest.insert(mission.id.as_str(), mission);
    }
    let holds = |id: &str| in_force.is_some_and(|terms| terms.mission.iter().any(|it| it.id.as_str() == id));
    latest.into_iter().map(|(id, mission)| (mission.clone(), holds(id))).collect()
}

fn count_order(step: &Step<'_>, decided: &Decided, changes: &mut Changes) {
    let rows = decided.rows.iter().chain(&decided.before);
    let at = rows.clone().next().map_or(Timestamp::MIN, |row| Timestamp::from_millis(row.ordered_at));
    let named = rows.filter(|row| !row.ambassador.is_empty());
    let parties: BTreeSet<_> = named.map(|row| AmbassadorId::trusted(&row.ambassador)).collect();
    for (mission, holds) in missions(step, &decided.brand, &decided.program, at) {
        for ambassador in &parties {
            let wanted = holds && matches!(mission.requires, Requirement::Conversions(_));
            let conversion = decided.conversion.as_ref().filter(|_| wanted);
            let fact = conversion.and_then(|it| order_qualifies(it, ambassador));
            let count = (decided.brand.clone(), decided.program.clone(), mission.clone(), ambassador.clone());
            changes.note(count, &format!("order:{}", decided.order), fact);
        }
    }
}

fn count_post(step: &Step<'_>, outcome: &PostOutcome, changes: &mut Changes) {
    let Some(published) = outcome.facts.published() else { return };
    let present = (&published.what.program, &published.what.author);
    let earlier = outcome.before.as_ref().and_then(|facts| facts.published());
    let earlier = earlier.map(|it| (&it.what.program, &it.what.author)).filter(|it| *it != present);
    for (program_id, author) in [Some(present), earlier].into_iter().flatten() {
        for (mission, holds) in missions(step, &outcome.brand, program_id, published.at) {
            let counts = holds && (program_id, author) == present;
            let fact = if counts { post_fact(step, outcome, &mission) } else { None };
            let count = (outcome.brand.clone(), program_id.clone(), mission, author.clone());
            changes.note(count, &format!("post:{}", outcome.post), fact);
        }
    }
}

/// The post as a fact of a mission, where it counts.
fn post_fact(step: &Step<'_>, outcome: &PostOutcome, mission: &Mission) -> Option<Qualifying> {
    let Requirement::Posts(requirement) = &mission.requires else { return None };
    let published = outcome.facts.published()?;
    let program = step.registry.program(&outcome.brand, &published.what.program)?;
    let standing = outcome.facts.document_at(Timestamp::MAX).unwrap_or(&published.what);
    let review = outcome.facts.reviews().last();
    let state = PostState {
        post: &outcome.post,
        author: &published.what.author,
        at: published.at,
        recorded: published.recorded,
        cause: &published.id,
        hashtags: &standing.hashtags,
        kind: standing.kind.as_deref(),
        review: review.map(|fact| PostReview { verdict: fact.what, at: fact.at, cause: &fact.id }),
        removed_at: outcome.facts.removed().map(|removal| removal.at),
    };
    post_qualifies(requirement, &state, program)
}
