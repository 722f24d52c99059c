//! The services one after the other, in one transaction.

use std::collections::BTreeSet;

use tribute_events::{Event, Payload};
use tribute_terms::Registry;

use crate::{
    ServiceError,
    attribution::{self, Decided},
    clicks::{self, ClickOutcome},
    commission::{self, PostOutcome, SourceKey},
    finance, fraud,
    handover::{Service, Ticking},
    intake, payouts, people,
    rewards::{self, Grounds},
    step::Step,
};

/// A stretch of a batch.
pub(crate) enum Run<'a> {
    /// Facts: in whatever order they come, the result is the same, so they are taken together.
    Facts(&'a [&'a Event]),
    /// An event whose effect depends on the state in which it comes.
    Single(&'a Event),
}

pub(crate) fn runs<'e>(events: &'e [&'e Event]) -> impl Iterator<Item = Run<'e>> {
    let stretches = events
        .chunk_by(|before, after| intake::is_single(&before.payload) == intake::is_single(&after.payload));
    stretches.flat_map(|stretch| match stretch.first() {
        Some(first) if intake::is_single(&first.payload) => {
            stretch.iter().copied().map(Run::Single).collect::<Vec<_>>()
        }
        _ => vec![Run::Facts(stretch)],
    })
}

/// Takes a batch through every service.
pub(crate) async fn take(step: &mut Step<'_>, events: &[&Event]) -> Result<(), ServiceError> {
    for run in runs(events) {
        match run {
            Run::Facts(facts) => {
                let attributed = attribute(step, facts).await?;
                if step.passage.is_on() && !attributed.is_empty() {
                    let both = [Service::Rewards, Service::Commission];
                    let first = first_turn(step.registry, &attributed.grounds);
                    step.pass(if first == Service::Rewards { &both } else { &both[1..] }, facts);
                }
                let Attributed { conversions, posts, clicks, standing, grounds } = attributed;
                let (conversions, posts): (Vec<_>, Vec<_>) =
                    (conversions.iter().collect(), posts.iter().collect());
                rewards::run(step, &conversions, &posts, &grounds).await?;
                commission::run(step, &conversions, &posts, &standing, &clicks).await?;
            }
            Run::Single(event) => {
                step.pass(&[Service::Attribution, Service::of_single(&event.payload)], &[event]);
                let mut ticking = Ticking::begin(step.clock);
                take_single(step, event, &mut ticking, &Service::BOOKING).await?;
            }
        }
        step.flush().await?;
    }
    Ok(())
}

/// What a stretch of facts bears on.
pub(crate) struct Attributed {
    pub(crate) conversions: Vec<Decided>,
    pub(crate) posts: Vec<PostOutcome>,
    /// Days of clicks that have ended.
    pub(crate) clicks: Vec<ClickOutcome>,
    /// Sources that lie in the configuration.
    pub(crate) standing: BTreeSet<SourceKey>,
    /// Grounds for rewards.
    pub(crate) grounds: Grounds,
}

impl Attributed {
    /// Whether it bears on nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.conversions.is_empty()
            && self.posts.is_empty()
            && self.clicks.is_empty()
            && self.standing.is_empty()
            && self.grounds.is_empty()
    }
}

/// Attribution's part of a stretch of facts: what they bear on.
pub(crate) async fn attribute(step: &mut Step<'_>, facts: &[&Event]) -> Result<Attributed, ServiceError> {
    let unpaid = clicks::unpaid(step.registry, facts);
    step.pass(&[Service::Attribution], facts);
    let mut changed = attribution::configure(step, facts).await?;
    payouts::record_rates(step, facts).await?;
    let mut posts = commission::gather_posts(step, facts, &changed).await?;
    changed.note_posts(step.registry, &posts);
    let (conversions, moved, news) = attribution::run(step, facts, &changed).await?;
    commission::gather_posts_of(step, &moved, &mut posts).await?;
    attribution::stamp_posts(step, &mut posts).await?;
    let concerned = people::concerned(step.registry, facts);
    let standing = commission::standing_sources(step.registry, facts, &concerned);
    let mut grounds = Grounds::of(step.registry, facts, &concerned);
    grounds.standings = people::moved(step.registry, facts);
    let clicks = clicks::gather(step, facts, &changed, &concerned, (&news, &unpaid)).await?;
    Ok(Attributed { conversions, posts, clicks, standing, grounds })
}

/// Where no terms know a mission and nothing was sent out, rewards have nothing to do.
pub(crate) fn first_turn(registry: &Registry, grounds: &Grounds) -> Service {
    let mut versions = registry.every_program().flat_map(|(_, _, program)| program.versions());
    let missions = versions.any(|terms| !terms.mission.is_empty());
    if missions || !grounds.is_empty() { Service::Rewards } else { Service::Commission }
}

/// Takes an event by itself, as far as `mine` may take it; says whose turn it is then.
pub(crate) async fn take_single(
    step: &mut Step<'_>,
    event: &Event,
    ticking: &mut Ticking,
    mine: &[Service],
) -> Result<Option<Service>, ServiceError> {
    match &event.payload {
        Payload::Clock(tick) => return payouts::tick(step, event, tick.at, ticking, mine).await,
        Payload::PayoutRun(what) => payouts::request(step, event, what).await?,
        Payload::PayoutApproved(_)
        | Payload::PayoutCancelled(_)
        | Payload::PayoutExported(_)
        | Payload::Settlement(_) => {
            payouts::settle(step, event).await?;
        }
        Payload::BankEntry(_)
        | Payload::PeriodClosed(_)
        | Payload::AdjustmentProposed(_)
        | Payload::AdjustmentApproved(_)
        | Payload::AdjustmentRefused(_)
        | Payload::ClaimOpened(_)
        | Payload::ClaimEvidenced(_)
        | Payload::ClaimAccepted(_)
        | Payload::ClaimRefused(_) => finance::take(step, event).await?,
        Payload::FindingDecided(what) => fraud::decide(step, event, what).await?,
        _ => rewards::take(step, event).await?,
    }
    Ok(None)
}
