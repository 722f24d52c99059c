//! How often each ambassador is granted each mission.

use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, ProgramId, ReviewVerdict, RuleId, Timestamp};
use tribute_terms::{Mission, PostRequirement, Requirement};

use crate::{
    brand::Brand,
    credit::Credited,
    fact::{Fact, Horizon},
    post::{Post, has_hashtag, permits},
};

impl Brand {
    /// Grants by mission and ambassador, with the mission as the last version of the terms has it.
    ///
    /// An order or a post counts under the terms in force at its time.
    pub(crate) fn grants<'a>(
        &'a self,
        program: &ProgramId,
        credited: &[Credited<'a>],
        horizon: Horizon,
    ) -> BTreeMap<(RuleId, AmbassadorId), (u64, &'a Mission)> {
        let mut counts: BTreeMap<(RuleId, AmbassadorId), u64> = BTreeMap::new();
        for (at, ambassador, order) in orders(credited) {
            for mission in self.missions(program, at) {
                if matches!(mission.requires, Requirement::Conversions(_)) && order {
                    *counts.entry((mission.id.clone(), ambassador.clone())).or_default() += 1;
                }
            }
        }
        for post in self.posts.values() {
            for (mission, author) in self.missions_of(post, program, horizon) {
                *counts.entry((mission.id.clone(), author)).or_default() += 1;
            }
        }
        let versions = self.programs.get(program).map(Vec::as_slice).unwrap_or_default();
        let last = |id: &RuleId| {
            versions.iter().rev().find_map(|it| it.terms.mission.iter().find(|it| it.id == *id))
        };
        let granted = counts.into_iter().filter_map(|(key, count)| {
            let mission = last(&key.0)?;
            let rounds = rounds(mission, count);
            (rounds > 0).then_some((key, (rounds, mission)))
        });
        granted.collect()
    }

    fn missions(&self, program: &ProgramId, at: Timestamp) -> impl Iterator<Item = &Mission> {
        let missions = self.terms(program, at).map(|terms| terms.mission.as_slice()).unwrap_or_default();
        let running = move |mission: &&Mission| {
            mission.from.is_none_or(|from| from <= at) && mission.until.is_none_or(|until| at < until)
        };
        missions.iter().filter(running)
    }

    /// The missions that a post counts for, with its author.
    fn missions_of<'a>(
        &'a self,
        post: &'a Post,
        program: &ProgramId,
        horizon: Horizon,
    ) -> Vec<(&'a Mission, AmbassadorId)> {
        let Some(Fact { stamp, body }) = post.of(program, horizon) else { return Vec::new() };
        if !self.profile(program, &body.author, stamp.time, horizon).active {
            return Vec::new();
        }
        let review = post.review(horizon).map(|review| review.body);
        let stood = post.removed_at(horizon).map_or(i64::MAX, |removed| removed.since(stamp.time));
        let fits = |wanted: &PostRequirement| {
            (wanted.hashtags.is_empty() || has_hashtag(body, &wanted.hashtags))
                && permits(&wanted.kinds, body.kind.as_ref())
                && (!wanted.disclosed || has_hashtag(body, &wanted.disclosure_hashtags))
                && stood >= wanted.live.millis()
                && review != Some(ReviewVerdict::Rejected)
                && (!wanted.review || review == Some(ReviewVerdict::Approved))
        };
        let counts =
            |mission: &&Mission| matches!(&mission.requires, Requirement::Posts(wanted) if fits(wanted));
        self.missions(program, stamp.time)
            .filter(counts)
            .map(|mission| (mission, body.author.clone()))
            .collect()
    }
}

/// Every ambassador's credited orders, and whether anything is left of them.
fn orders<'a>(credited: &'a [Credited<'_>]) -> impl Iterator<Item = (Timestamp, &'a AmbassadorId, bool)> {
    credited.iter().flat_map(|order| {
        let parties = order.credit.shares.iter().filter_map(|(party, _)| party.as_ref());
        parties.map(|ambassador| (order.case.at, ambassador, order.net.revenue() > 0))
    })
}

fn rounds(mission: &Mission, count: u64) -> u64 {
    let needed = match &mission.requires {
        Requirement::Conversions(count) => *count,
        Requirement::Posts(wanted) => wanted.count,
    };
    let reached = count.checked_div(u64::from(needed)).unwrap_or(0);
    if mission.rounds == 0 { reached } else { reached.min(u64::from(mission.rounds)) }
}
