use std::collections::BTreeSet;

use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_rewards::{PostReview, PostState, Qualifying, order_qualifies, post_qualifies};
use tribute_store::entity::mission_fact;
use tribute_terms::{Mission, Requirement};

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
pub(crate) async fn run(
    step: &mut Step<'_>,
    conversions: &[Decided],
    posts: &[PostOutcome],
) -> Result<(), ServiceError> {
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
        if self.seen.insert((brand.clone(), program.clone(), mission.id.to_string(), ambassador.clone())) {
            self.touched.push(count);
        }
    }
}

fn missions_at<'s>(
    step: &'s Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    at: Timestamp,
) -> impl Iterator<Item = &'s Mission> {
    let terms = step.registry.program(brand, program).and_then(|it| it.terms_at(at));
    terms.into_iter().flat_map(|terms| &terms.mission)
}

fn count_order(step: &Step<'_>, decided: &Decided, changes: &mut Changes) {
    let conversion = &decided.conversion;
    let rows = decided.rows.iter().chain(&decided.before).filter(|row| !row.ambassador.is_empty());
    let parties: BTreeSet<_> = rows.map(|row| AmbassadorId::trusted(&row.ambassador)).collect();
    for mission in missions_at(step, &decided.brand, &conversion.program, conversion.ordered_at) {
        if !matches!(mission.requires, Requirement::Conversions(_)) {
            continue;
        }
        for ambassador in &parties {
            let count =
                (decided.brand.clone(), conversion.program.clone(), mission.clone(), ambassador.clone());
            changes.note(
                count,
                &format!("order:{}", conversion.order),
                order_qualifies(conversion, ambassador),
            );
        }
    }
}

fn count_post(step: &Step<'_>, outcome: &PostOutcome, changes: &mut Changes) {
    let Some(published) = outcome.facts.published() else { return };
    let program_id = &published.what.program;
    let Some(program) = step.registry.program(&outcome.brand, program_id) else { return };
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
    for mission in missions_at(step, &outcome.brand, program_id, published.at) {
        let Requirement::Posts(requirement) = &mission.requires else { continue };
        let count =
            (outcome.brand.clone(), program_id.clone(), mission.clone(), published.what.author.clone());
        changes.note(count, &format!("post:{}", outcome.post), post_qualifies(requirement, &state, program));
    }
}
