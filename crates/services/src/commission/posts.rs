use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_commission::PostFacts;
use tribute_events::{BrandId, Event, Payload, PostId, ProgramId, Timestamp};
use tribute_store::entity::post;

use crate::{
    ServiceError,
    attribution::{Changed, Moved, spans_after},
    step::{Step, key},
};

/// A post that a batch bears on: its facts before and now.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PostOutcome {
    pub(crate) brand: BrandId,
    pub(crate) post: PostId,
    pub(crate) facts: PostFacts,
    pub(crate) before: Option<PostFacts>,
    /// The tier of its author when it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tier: Option<SmolStr>,
}

/// Takes the posts, measurements, reviews and removals of a batch in; adds the posts that changed configuration
/// may bear on.
pub(crate) async fn gather(
    step: &mut Step<'_>,
    facts: &[&Event],
    changed: &Changed,
) -> Result<Vec<PostOutcome>, ServiceError> {
    let named: Vec<_> = facts.iter().filter_map(|event| Some((event, post_of(event)?))).collect();
    let mut outcomes: BTreeMap<(BrandId, PostId), PostOutcome> = BTreeMap::new();
    let ids: BTreeSet<_> = named.iter().map(|(event, post)| (event.brand.clone(), (*post).clone())).collect();
    let keys: Vec<_> = ids.iter().map(|(brand, post)| key([brand.as_str(), post.as_str()])).collect();
    let columns = [post::Column::Brand, post::Column::PostId];
    for row in step.transaction.find::<post::Entity>(&columns, &keys).await? {
        insert(&mut outcomes, &row)?;
    }
    for (brand, post) in ids {
        let fresh = || PostOutcome {
            brand: brand.clone(),
            post: post.clone(),
            facts: PostFacts::default(),
            before: None,
            tier: None,
        };
        outcomes.entry((brand.clone(), post.clone())).or_insert_with(fresh);
    }
    let mut written = BTreeSet::new();
    for (event, post) in named {
        let id = (event.brand.clone(), post.clone());
        if outcomes.get_mut(&id).is_some_and(|outcome| outcome.facts.add(event)) {
            written.insert(id);
        }
    }
    let rows: Result<Vec<_>, _> = written.iter().filter_map(|id| outcomes.get(id)).map(row_of).collect();
    step.transaction.upsert::<post::Entity>(&rows?).await?;
    outcomes.retain(|id, _| written.contains(id));
    for row in concerned(step, changed).await? {
        let id = (BrandId::trusted(&row.brand), PostId::trusted(&row.post_id));
        if !outcomes.contains_key(&id) {
            insert(&mut outcomes, &row)?;
        }
    }
    Ok(outcomes.into_values().filter(|outcome| outcome.facts.published().is_some()).collect())
}

/// Adds the posts of those whose tiers are reached by sales that changed.
pub(crate) async fn gather_of(
    step: &mut Step<'_>,
    moved: &Moved,
    posts: &mut Vec<PostOutcome>,
) -> Result<(), ServiceError> {
    let known: BTreeSet<_> = posts.iter().map(|it| (it.brand.clone(), it.post.clone())).collect();
    let mut outcomes = BTreeMap::new();
    for ((brand, program, author), from, until) in spans_after(step, moved) {
        let condition = "brand = $1 AND program = $2 AND author = $3 AND at >= $4 AND at < $5";
        let mut values = key([brand.as_str(), program.as_str(), author.as_str()]);
        values.extend([from.millis().into(), until.millis().into()]);
        for row in step.transaction.select::<post::Entity>(condition, values).await? {
            insert(&mut outcomes, &row)?;
        }
    }
    outcomes.retain(|id, _| !known.contains(id));
    posts.extend(outcomes.into_values().filter(|outcome| outcome.facts.published().is_some()));
    Ok(())
}

const fn post_of(event: &Event) -> Option<&PostId> {
    match &event.payload {
        Payload::PostPublished(what) => Some(&what.post),
        Payload::PostMeasured(what) => Some(&what.post),
        Payload::PostReviewed(what) => Some(&what.post),
        Payload::PostRemoved(what) => Some(&what.post),
        _ => None,
    }
}

fn insert(
    outcomes: &mut BTreeMap<(BrandId, PostId), PostOutcome>,
    row: &post::Model,
) -> Result<(), ServiceError> {
    let (brand, post) = (BrandId::trusted(&row.brand), PostId::trusted(&row.post_id));
    let facts: PostFacts = read(row)?;
    let outcome = PostOutcome {
        brand: brand.clone(),
        post: post.clone(),
        before: Some(facts.clone()),
        facts,
        tier: None,
    };
    outcomes.insert((brand, post), outcome);
    Ok(())
}

fn read(row: &post::Model) -> Result<PostFacts, ServiceError> {
    serde_json::from_str(&row.facts).map_err(ServiceError::stored("post", row.post_id.as_str()))
}

fn row_of(outcome: &PostOutcome) -> Result<post::Model, ServiceError> {
    let published = outcome.facts.published();
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Ok(post::Model {
        brand: outcome.brand.to_string(),
        post_id: outcome.post.to_string(),
        program: text(published.map(|it| it.what.program.as_str())),
        author: text(published.map(|it| it.what.author.as_str())),
        at: published.map(|it| it.at.millis()),
        facts: serde_json::to_string(&outcome.facts)
            .map_err(ServiceError::stored("post", outcome.post.as_str()))?,
    })
}

/// Posts that changed configuration may bear on.
async fn concerned(step: &mut Step<'_>, changed: &Changed) -> Result<Vec<post::Model>, ServiceError> {
    let mut rows = Vec::new();
    for ((brand, program), from) in &changed.posts {
        let values = vec![brand.as_str().into(), program.as_str().into(), from.millis().into()];
        rows.extend(
            step.transaction
                .select::<post::Entity>("brand = $1 AND program = $2 AND at >= $3", values)
                .await?,
        );
    }
    for (brand, from) in &changed.brands {
        let values = vec![brand.as_str().into(), from.millis().into()];
        rows.extend(step.transaction.select::<post::Entity>("brand = $1 AND at >= $2", values).await?);
    }
    Ok(rows)
}

/// The posts of a program published within `(after, until]`.
pub(crate) async fn posts_between(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    after: Timestamp,
    until: Timestamp,
) -> Result<Vec<PostFacts>, ServiceError> {
    let values =
        vec![brand.as_str().into(), program.as_str().into(), after.millis().into(), until.millis().into()];
    let condition = "brand = $1 AND program = $2 AND at > $3 AND at <= $4 ORDER BY at, post_id";
    let rows = step.transaction.select::<post::Entity>(condition, values).await?;
    rows.iter().map(read).collect()
}
