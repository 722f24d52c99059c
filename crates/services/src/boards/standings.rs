use std::collections::BTreeMap;

use tribute_commission::PostFacts;
use tribute_events::{AmbassadorId, BrandId, Conversion, ProgramId, Timestamp};
use tribute_rewards::rounds;
use tribute_store::{
    Transaction,
    entity::{conversion, post},
};
use tribute_terms::{
    Campaign, Leaderboard, Metric, PeriodBounds, Program, Registry, Segment, Terms, View,
    belongs_to_campaign, carries_hashtag,
};

use crate::{
    ServiceError,
    attribution::{net_of, split},
    rewards::{facts_of, mission_at, tokens_won},
    step::key,
};

/// Millionths of a whole order.
const WHOLE: i64 = 1_000_000;

/// The scores of a board, by segment.
#[derive(Debug, Default)]
pub struct Standings {
    /// For each segment (empty: everyone) the ambassadors with a score.
    pub segments: BTreeMap<String, Vec<(AmbassadorId, i128)>>,
}

/// Counts a board's scores for one period, with what had happened by `as_of`.
///
/// # Errors
/// Where the database is away or holds what cannot be read.
#[allow(clippy::too_many_arguments, reason = "everything that a standing is a function of, named")]
pub async fn standings(
    transaction: &mut Transaction,
    registry: &Registry,
    brand: &BrandId,
    program: &ProgramId,
    terms: &Terms,
    board: &Leaderboard,
    bounds: &PeriodBounds,
    as_of: Timestamp,
) -> Result<Standings, ServiceError> {
    let scope = Scope { brand, program, from: bounds.starts_at, until: bounds.ends_at, as_of };
    let scores = match board.metric {
        Metric::NetRevenue | Metric::Conversions => orders(transaction, &scope, terms, board.metric).await?,
        Metric::Posts | Metric::Engagement => posts(transaction, registry, &scope, (terms, board)).await?,
        Metric::Tokens | Metric::MissionPoints => {
            missions(transaction, registry, &scope, board.metric).await?
        }
    };
    let mut standings = Standings::default();
    for (ambassador, score) in scores {
        let profile = registry.program(brand, program).and_then(|it| it.ambassador(&ambassador));
        let profile = profile.map(|it| it.profile(View::at(as_of))).unwrap_or_default();
        let segment = match board.segment {
            Segment::Everyone => None,
            Segment::Region => profile.region,
            Segment::Campus => profile.campus,
            Segment::Tier => {
                let followers = profile.followers_on(board.followers_on.as_deref());
                board.tier_of(followers.unwrap_or_default()).cloned()
            }
        };
        let segment = segment.map_or_else(String::new, |it| it.to_string());
        standings.segments.entry(segment).or_default().push((ambassador, score));
    }
    Ok(standings)
}

/// What a standing is counted over.
struct Scope<'a> {
    brand: &'a BrandId,
    program: &'a ProgramId,
    from: Timestamp,
    until: Timestamp,
    as_of: Timestamp,
}

type Scores = BTreeMap<AmbassadorId, i128>;

fn add(scores: &mut Scores, ambassador: &AmbassadorId, score: i64) {
    let sum = scores.entry(ambassador.clone()).or_default();
    *sum = sum.saturating_add(i128::from(score));
}

async fn orders(
    transaction: &mut Transaction,
    scope: &Scope<'_>,
    terms: &Terms,
    metric: Metric,
) -> Result<Scores, ServiceError> {
    let keys = [(
        key([scope.brand.as_str(), scope.program.as_str()]),
        scope.from.millis().saturating_sub(1),
        scope.until.millis().saturating_sub(1),
    )];
    let columns = [conversion::Column::Brand, conversion::Column::Program];
    let mut scores = Scores::new();
    let mut last = String::new();
    for row in
        transaction.find_between::<conversion::Entity>(&columns, conversion::Column::OrderedAt, &keys).await?
    {
        // A shared order has a row for each party; each row tells the whole of it, also who was credited only then.
        if row.order_id == last {
            continue;
        }
        last.clone_from(&row.order_id);
        let conversion: Conversion = serde_json::from_str(&row.conversion)
            .map_err(ServiceError::stored("conversion", row.order_id.as_str()))?;
        // Revenue of another currency is not of one kind with the rest: nothing is converted by guess.
        if conversion.currency == terms.program.currency || metric == Metric::Conversions {
            count(&mut scores, &conversion, metric, scope.as_of)?;
        }
    }
    Ok(scores)
}

fn count(
    scores: &mut Scores,
    conversion: &Conversion,
    metric: Metric,
    as_of: Timestamp,
) -> Result<(), ServiceError> {
    let place = || ServiceError::money(format!("order {}", conversion.order));
    let Some(moment) = conversion.moments.iter().rev().find(|moment| moment.effective_at <= as_of) else {
        return Ok(());
    };
    let net = net_of(moment).map_err(place())?.get();
    if net == 0 || moment.shares.is_empty() {
        return Ok(());
    }
    let total = if metric == Metric::Conversions { WHOLE } else { net };
    let parts = split(conversion, moment, total).map_err(place())?;
    for (share, part) in moment.shares.iter().zip(parts) {
        if let Some(ambassador) = &share.ambassador {
            add(scores, ambassador, part);
        }
    }
    Ok(())
}

async fn posts(
    transaction: &mut Transaction,
    registry: &Registry,
    scope: &Scope<'_>,
    (terms, board): (&Terms, &Leaderboard),
) -> Result<Scores, ServiceError> {
    let condition = "brand = $1 AND program = $2 AND at >= $3 AND at < $4";
    let values = vec![
        scope.brand.as_str().into(),
        scope.program.as_str().into(),
        scope.from.millis().into(),
        scope.until.millis().into(),
    ];
    let mut scores = Scores::new();
    for row in transaction.select::<post::Entity>(condition, values).await? {
        let facts: PostFacts =
            serde_json::from_str(&row.facts).map_err(ServiceError::stored("post", row.post_id.as_str()))?;
        let author = AmbassadorId::trusted(&row.author);
        // Who was not in by then is an outsider, whatever they became.
        let program = registry.program(scope.brand, scope.program);
        let standing = program.and_then(|it| it.standing(&author, View::at(scope.as_of)));
        let known = standing.is_some_and(|it| !it.is_outside());
        let gone = facts.removed().is_some_and(|removal| removal.at <= scope.as_of);
        let collected = facts.document_at(scope.as_of).is_some_and(|post| terms.collects(post));
        let ranked = program.is_some_and(|it| is_ranked(board, &facts, it, scope.as_of));
        if !known || gone || !collected || !ranked {
            continue;
        }
        let interactions = || i64::try_from(facts.metrics_at(scope.as_of).interactions()).unwrap_or(i64::MAX);
        add(&mut scores, &author, if board.metric == Metric::Posts { 1 } else { interactions() });
    }
    Ok(scores)
}

/// Whether a board ranks a post as it stood at an instant, by the campaigns that were announced by then.
fn is_ranked(board: &Leaderboard, facts: &PostFacts, program: &Program, as_of: Timestamp) -> bool {
    let (Some(published), Some(document)) = (facts.published(), facts.document_at(as_of)) else {
        return false;
    };
    let wanted = |id: &str| board.campaigns.iter().any(|it| it.as_str() == "*" || it.as_str() == id);
    let belongs = |campaign: &&Campaign| {
        let campaign = &campaign.what;
        wanted(campaign.campaign.as_str())
            && belongs_to_campaign(document, &published.what.author, published.at, campaign)
    };
    (board.hashtags.is_empty() || carries_hashtag(&document.hashtags, &board.hashtags))
        && (board.campaigns.is_empty() || program.campaigns_seen(View::at(as_of)).any(|it| belongs(&it)))
}

/// Tokens or points won by missions in the period, as the missions' facts stood then: what is revoked later was won
/// all the same. Of tokens only those that a cap and the supply let them have.
async fn missions(
    transaction: &mut Transaction,
    registry: &Registry,
    scope: &Scope<'_>,
    metric: Metric,
) -> Result<Scores, ServiceError> {
    let mut scores = Scores::new();
    let in_period = |at| scope.from <= at && at < scope.until;
    if metric == Metric::Tokens {
        let won = tokens_won(transaction, registry, scope.brand, scope.program, scope.as_of).await?;
        for grant in won.iter().filter(|grant| grant.units > 0 && in_period(grant.effective_at)) {
            add(&mut scores, &grant.ambassador, i64::from(grant.units));
        }
        return Ok(scores);
    }
    let Some(program) = registry.program(scope.brand, scope.program) else { return Ok(scores) };
    for ((mission, ambassador), facts) in facts_of(transaction, scope.brand, scope.program).await? {
        let won = rounds(|at| mission_at(program, &mission, at), &facts, scope.as_of);
        for round in won.iter().filter(|it| in_period(it.effective_at)) {
            add(&mut scores, &ambassador, i64::from(round.mission.points));
        }
    }
    Ok(scores)
}
