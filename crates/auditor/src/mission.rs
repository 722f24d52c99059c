//! How often each ambassador is granted each mission.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, PostPublished, ProgramId, ReviewVerdict, RuleId, Timestamp};
use tribute_terms::{Mission, PostRequirement, Terms};

use crate::{
    brand::Brand,
    case::Case,
    credit::Credited,
    fact::Horizon,
    post::{Post, has_hashtag, is_disclosed, mentions, permits},
};

/// The missions of the rounds that an ambassador won, by mission.
pub(crate) type Rounds<'a> = BTreeMap<(RuleId, AmbassadorId), Vec<&'a Mission>>;

/// An order or a post that counts.
struct Counted {
    /// When it began to count.
    since: Timestamp,
    name: String,
    at: Timestamp,
}

impl Brand {
    /// The rounds that were won, each with its mission as the terms in force at the time of the order or post that
    /// completed it have it.
    ///
    /// An order or a post counts by the terms in force at its time, in the order in which they began to count. It
    /// completes a round where as many are together as its own terms require, and counts for nothing where there
    /// have been as many rounds already as they allow.
    pub(crate) fn rounds<'a>(
        &'a self,
        program: &ProgramId,
        credited: &[Credited<'a>],
        horizon: Horizon,
    ) -> Rounds<'a> {
        let mut counted: BTreeMap<(RuleId, AmbassadorId), Vec<Counted>> = BTreeMap::new();
        for order in credited {
            for (mission, ambassador) in self.of_order(order, program) {
                let counts = |then| is_credited(&order.case, &ambassador, then);
                let since = self.since(program, mission, horizon, counts);
                let fact = Counted { since, name: format!("order:{}", order.case.id), at: order.case.at };
                counted.entry((mission.id.clone(), ambassador)).or_default().push(fact);
            }
        }
        for (id, post) in &self.posts {
            let Some(published) = post.of(program, horizon) else { continue };
            for mission in self.of_post(post, program, horizon) {
                let counts = |then| self.of_post(post, program, then).iter().any(|it| it.id == mission.id);
                let since = self.since(program, mission, horizon, counts);
                let fact = Counted { since, name: format!("post:{id}"), at: published.stamp.time };
                counted.entry((mission.id.clone(), published.body.author.clone())).or_default().push(fact);
            }
        }
        let won = counted.into_iter().map(|(key, facts)| {
            let rounds = self.completed(program, &key.0, facts);
            (key, rounds)
        });
        won.filter(|(_, rounds)| !rounds.is_empty()).collect()
    }

    fn completed(&self, program: &ProgramId, id: &RuleId, mut facts: Vec<Counted>) -> Vec<&Mission> {
        facts.sort_by(|a, b| (a.since, &a.name).cmp(&(b.since, &b.name)));
        let (mut rounds, mut together) = (Vec::new(), 0);
        for fact in facts {
            let Some(mission) = self.missions(program, fact.at).find(|it| it.id == *id) else { continue };
            let allowed = usize::try_from(mission.rounds).unwrap_or(usize::MAX);
            if allowed > 0 && rounds.len() >= allowed {
                continue;
            }
            together += 1;
            if together >= needed(mission) {
                rounds.push(mission);
                together = 0;
            }
        }
        rounds
    }

    /// The first instant of the present run of instants at which something counts. Where all versions of the terms
    /// have the mission alike it makes no difference, and is not looked for.
    fn since(
        &self,
        program: &ProgramId,
        mission: &Mission,
        horizon: Horizon,
        counts: impl Fn(Horizon) -> bool,
    ) -> Timestamp {
        let versions = self.programs.get(program).map(Vec::as_slice).unwrap_or_default();
        let all = versions.iter().flat_map(|it| &it.terms.mission).filter(|it| it.id == mission.id);
        let mut since = horizon.until;
        if all.filter(|it| *it != mission).count() == 0 {
            return since;
        }
        for instant in self.instants.range(..=horizon.until).rev() {
            if !counts(Horizon { until: *instant, ..horizon }) {
                break;
            }
            since = *instant;
        }
        since
    }

    fn missions(&self, program: &ProgramId, at: Timestamp) -> impl Iterator<Item = &Mission> {
        let missions = self.terms(program, at).map(|terms| terms.mission.as_slice()).unwrap_or_default();
        let running = move |mission: &&Mission| {
            mission.from.is_none_or(|from| from <= at) && mission.until.is_none_or(|until| at < until)
        };
        missions.iter().filter(running)
    }

    /// The missions that an order counts for, with each of its ambassadors.
    fn of_order(&self, order: &Credited<'_>, program: &ProgramId) -> Vec<(&Mission, AmbassadorId)> {
        let wanted = |mission: &&Mission| matches!(only(mission), Some(Asked::Conversions(_)));
        let left = self.missions(program, order.case.at).filter(|_| order.net.revenue() > 0);
        let parties: BTreeSet<_> =
            order.credit.shares.iter().filter_map(|(party, _)| party.clone()).collect();
        let case = &order.case;
        let open = |mission: &Mission, who: &AmbassadorId| {
            let tier = || self.tier(program, who, case.at, (case.evidence, case.horizon));
            mission.tiers.is_empty() || tier().is_some_and(|it| mission.tiers.contains(&it))
        };
        let pairs = left.filter(wanted).flat_map(|mission| parties.iter().map(move |who| (mission, who)));
        pairs.filter(|(mission, who)| open(mission, who)).map(|(it, who)| (it, who.clone())).collect()
    }

    /// The missions that a post counts for. Its author's standing is asked as it was known before a fee locked.
    fn of_post(&self, post: &Post, program: &ProgramId, horizon: Horizon) -> Vec<&Mission> {
        let Some(published) = post.of(program, horizon) else { return Vec::new() };
        let verdict = self.verdict_on_author(program, published, horizon);
        if !self.is_by_active_author(program, published, horizon) || verdict.is_some_and(|it| !it.body.valid)
        {
            return Vec::new();
        }
        let at = published.stamp.time;
        let document = post.document(published, horizon);
        let stood = post.removed_at(horizon).map_or(i64::MAX, |removed| removed.since(at));
        let review = post.review(horizon).map(|review| review.body);
        let tier = || self.author_tier(self.terms(program, at)?, program, published, horizon);
        let open = |mission: &Mission| {
            mission.tiers.is_empty() || tier().is_some_and(|it| mission.tiers.contains(&it))
        };
        let counts = |mission: &&Mission| {
            open(mission)
                && matches!(only(mission), Some(Asked::Posts(wanted))
                if fits(wanted, (document, review), self.terms(program, at))
                    && stood >= wanted.live.millis()
                    && (wanted.campaigns.is_empty()
                        || self
                            .campaign(program, &wanted.campaigns, (published, document), horizon)
                            .is_some()))
        };
        self.missions(program, at).filter(counts).collect()
    }
}

fn fits(
    wanted: &PostRequirement,
    (document, review): (&PostPublished, Option<ReviewVerdict>),
    terms: Option<&Terms>,
) -> bool {
    (wanted.hashtags.is_empty() || has_hashtag(document, &wanted.hashtags))
        && permits(&wanted.kinds, document.kind.as_ref())
        && permits(&wanted.platforms, document.platform.as_ref())
        && (wanted.mentions.is_empty() || mentions(document, &wanted.mentions))
        && (!wanted.disclosed || is_disclosed(document, &wanted.disclosure_hashtags, terms))
        && review != Some(ReviewVerdict::Rejected)
        && (!wanted.review || review == Some(ReviewVerdict::Approved))
}

/// Whether an ambassador was credited with an order of which something was left, as it was seen then.
fn is_credited(case: &Case<'_>, ambassador: &AmbassadorId, then: Horizon) -> bool {
    let Some(case) = Case::new(case.brand, case.program, case.id, then) else { return false };
    let named = case.credit().shares.iter().any(|(party, _)| party.as_ref() == Some(ambassador));
    named && case.order.net(then).revenue() > 0
}

/// What a mission asks for, where it is a number of one thing.
enum Asked<'a> {
    Conversions(u64),
    Posts(&'a PostRequirement),
}

/// Missions that ask for several things, in steps, within a time or under a condition in CEL are not audited.
fn only(mission: &Mission) -> Option<Asked<'_>> {
    let asked = &mission.requires;
    let conditions = asked.order_expression.is_some() || asked.posts.iter().any(|it| it.expression.is_some());
    let plain = mission.then.is_empty() && mission.within.is_none() && asked.recruits == 0 && !conditions;
    match (asked.conversions, asked.posts.as_slice()) {
        (1.., []) if plain => Some(Asked::Conversions(asked.conversions)),
        (0, [posts]) if plain && posts.count > 0 && posts.views == 0 && posts.interactions == 0 => {
            posts.after_shipment.is_none().then_some(Asked::Posts(posts))
        }
        _ => None,
    }
}

fn needed(mission: &Mission) -> u64 {
    match only(mission) {
        Some(Asked::Conversions(count)) => count,
        Some(Asked::Posts(wanted)) => wanted.count,
        None => u64::MAX,
    }
}
