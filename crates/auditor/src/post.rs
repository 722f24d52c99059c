//! One post: what happened to it, and what it earns.

use smol_str::SmolStr;
use tribute_events::{
    CampaignAnnounced, CampaignId, Metrics, PostId, PostPublished, ProgramId, ReviewVerdict, Timestamp,
};
use tribute_terms::{PostFee, Terms};

use crate::{
    Source,
    brand::Brand,
    earning::Earned,
    exact::{MILLION, minor, round, ten_to},
    fact::{Fact, Facts, Horizon, Stamp, sort},
};

/// What events say of one post.
#[derive(Debug, Default)]
pub(crate) struct Post {
    pub(crate) published: Facts<PostPublished>,
    pub(crate) measured: Facts<Metrics>,
    pub(crate) reviewed: Facts<ReviewVerdict>,
    pub(crate) removed: Facts<()>,
}

/// A hashtag as it is compared.
pub(crate) fn hashtag(text: &str) -> String {
    text.trim().trim_start_matches('#').to_lowercase()
}

/// Whether any of a post's hashtags is among `wanted`.
pub(crate) fn has_hashtag(post: &PostPublished, wanted: &[SmolStr]) -> bool {
    let wanted: Vec<String> = wanted.iter().map(|it| hashtag(it)).collect();
    post.hashtags.iter().any(|it| wanted.contains(&hashtag(it)))
}

/// Whether a list of permitted values is empty or holds the value.
pub(crate) fn permits(list: &[SmolStr], value: Option<&SmolStr>) -> bool {
    list.is_empty() || value.is_some_and(|value| list.contains(value))
}

impl Post {
    pub(crate) fn seal(&mut self) {
        sort(&mut self.published);
        sort(&mut self.measured);
        sort(&mut self.reviewed);
        sort(&mut self.removed);
    }

    /// The first publication under this id, where it is seen and in this program.
    pub(crate) fn of(&self, program: &ProgramId, horizon: Horizon) -> Option<&Fact<PostPublished>> {
        let first = self.published.first().filter(|first| horizon.sees(&first.stamp))?;
        (first.body.program == *program).then_some(first)
    }

    /// What the last review found.
    pub(crate) fn review(&self, horizon: Horizon) -> Option<&Fact<ReviewVerdict>> {
        horizon.last(&self.reviewed, |_| true)
    }

    /// When it was removed first.
    pub(crate) fn removed_at(&self, horizon: Horizon) -> Option<Timestamp> {
        self.removed.iter().find(|fact| horizon.sees(&fact.stamp)).map(|fact| fact.stamp.time)
    }

    /// The facts without which a fee would not be due, or `None` where it is not.
    fn grounds(&self, rule: &PostFee, published: &Stamp, horizon: Horizon) -> Option<Vec<Stamp>> {
        let mut grounds = vec![published.clone()];
        if rule.interactions_from > 0 {
            let enough = |fact: &&Fact<Metrics>| {
                horizon.sees(&fact.stamp) && fact.body.interactions() >= rule.interactions_from
            };
            grounds.push(self.measured.iter().find(enough)?.stamp.clone());
        }
        match self.review(horizon) {
            Some(review) if review.body == ReviewVerdict::Rejected => return None,
            Some(review) if rule.review => grounds.push(review.stamp.clone()),
            None if rule.review => return None,
            _ => (),
        }
        let removed = self.removed_at(horizon);
        let too_soon = removed.is_some_and(|at| at.since(published.time) < rule.live.millis());
        (!too_soon).then_some(grounds)
    }
}

impl Brand {
    /// What every post of a program earns.
    pub(crate) fn post_earnings(&self, program: &ProgramId, horizon: Horizon) -> Vec<Earned> {
        let mut all = Vec::new();
        for (id, post) in &self.posts {
            let Some(published) = post.of(program, horizon) else { continue };
            let at = published.stamp.time;
            let Some(terms) = self.terms(program, at) else { continue };
            if self.profile(program, &published.body.author, at, horizon).active {
                let fees = terms.post_fee.iter();
                all.extend(fees.filter_map(|rule| self.post_earning(rule, terms, (id, post), horizon)));
            }
        }
        all
    }

    fn post_earning(
        &self,
        rule: &PostFee,
        terms: &Terms,
        (id, post): (&PostId, &Post),
        horizon: Horizon,
    ) -> Option<Earned> {
        let program = &terms.program;
        let Fact { stamp, body } = post.of(&program.id, horizon)?;
        let in_season = rule.from.is_none_or(|from| from <= stamp.time)
            && rule.until.is_none_or(|until| stamp.time < until);
        let fits = in_season
            && permits(&rule.kinds, body.kind.as_ref())
            && permits(&rule.platforms, body.platform.as_ref())
            && (!rule.disclosed || has_hashtag(body, &rule.disclosure_hashtags))
            && (rule.campaigns.is_empty()
                || self.in_campaign(&program.id, &rule.campaigns, body, stamp.time, horizon));
        if !fits {
            return None;
        }
        let grounds = post.grounds(rule, stamp, horizon)?;
        let exponent = program.currency.exponent().ok()?;
        let fee = i128::from(rule.amount.get());
        let late = rule.late.filter(|_| body.due_at.is_some_and(|due| due < stamp.time));
        let amount = match late {
            None => minor(fee, exponent, program.rounding),
            Some(part) => {
                let exact = fee * i128::from(part.millionths()) * ten_to(exponent);
                round(exact, MILLION * MILLION, program.rounding)
            }
        };
        let wait = terms.attribution.hold.max(terms.attribution.grace).millis();
        let due = grounds.iter().map(|it| it.time.max(it.recorded)).max()?;
        Some(Earned {
            source: Source::Post(id.clone()),
            ambassador: body.author.clone(),
            rule: rule.id.clone(),
            asset: program.currency.clone(),
            amount,
            clears_at: due.plus(wait),
        })
    }

    fn in_campaign(
        &self,
        program: &ProgramId,
        named: &[CampaignId],
        post: &PostPublished,
        at: Timestamp,
        horizon: Horizon,
    ) -> bool {
        let announced = self.campaigns.get(program).map(Vec::as_slice).unwrap_or_default();
        let stands = |fact: &&Fact<CampaignAnnounced>| {
            let same = |other: &Fact<CampaignAnnounced>| other.body.campaign == fact.body.campaign;
            horizon.last(announced, same).is_some_and(|last| last.stamp == fact.stamp)
        };
        announced.iter().filter(stands).any(|Fact { body: campaign, .. }| {
            let wanted = named.iter().any(|id| id.as_str() == "*" || *id == campaign.campaign);
            let open = campaign.ambassadors.is_empty() || campaign.ambassadors.contains(&post.author);
            wanted
                && open
                && campaign.starts_at <= at
                && at < campaign.ends_at
                && has_hashtag(post, &campaign.hashtags)
        })
    }
}
