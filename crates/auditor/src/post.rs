//! One post: what happened to it, and what it earns.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use tribute_events::{
    AmbassadorJudged, CampaignAnnounced, CampaignId, Metrics, PostId, PostPublished, ProgramId,
    ReviewVerdict, Timestamp,
};
use tribute_terms::{PostFee, Terms};

use crate::{
    Source,
    brand::Brand,
    earning::Earned,
    exact::{MILLION, minor, round, ten_to},
    fact::{Fact, Facts, Horizon, Stamp, sort},
    people::Profile,
};

/// What events say of one post.
#[derive(Debug, Default)]
pub(crate) struct Post {
    pub(crate) published: Facts<PostPublished>,
    pub(crate) measured: Facts<Metrics>,
    pub(crate) reviewed: Facts<ReviewVerdict>,
    pub(crate) removed: Facts<()>,
}

/// How long an earning is held: the return window, or the grace for streams that run at different speeds.
fn wait(terms: &Terms) -> i64 {
    terms.attribution.hold.max(terms.attribution.grace).millis()
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

/// Whether a hashtag or, where the terms say so, the platform's label tells that a post is paid.
pub(crate) fn is_disclosed(post: &PostPublished, hashtags: &[SmolStr], terms: Option<&Terms>) -> bool {
    let labels = terms.map(|it| it.disclosure.labels.as_slice()).unwrap_or_default();
    let labelled =
        post.label.as_ref().is_some_and(|it| labels.iter().any(|one| one.eq_ignore_ascii_case(it)));
    labelled || has_hashtag(post, hashtags)
}

/// Whether a post mentions any of these accounts.
pub(crate) fn mentions(post: &PostPublished, accounts: &[SmolStr]) -> bool {
    let name = |text: &SmolStr| text.trim().trim_start_matches('@').to_lowercase();
    post.mentions.iter().any(|it| accounts.iter().any(|wanted| name(wanted) == name(it)))
}

/// Whether a list of permitted values is empty or holds the value.
pub(crate) fn permits(list: &[SmolStr], value: Option<&SmolStr>) -> bool {
    list.is_empty() || value.is_some_and(|value| list.iter().any(|it| it.eq_ignore_ascii_case(value)))
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

    /// The post as it was edited last; its program, its author and its day are those of the publication.
    pub(crate) fn document<'a>(
        &'a self,
        published: &'a Fact<PostPublished>,
        horizon: Horizon,
    ) -> &'a PostPublished {
        &horizon.last(&self.published, |_| true).unwrap_or(published).body
    }

    /// Every instant at which something became of it, none before its publication.
    fn instants(&self, published: &Stamp) -> BTreeSet<Timestamp> {
        let documents = self.published.iter().map(|it| it.stamp.time);
        let measured = self.measured.iter().map(|it| it.stamp.time);
        let reviewed = self.reviewed.iter().map(|it| it.stamp.time);
        documents.chain(measured).chain(reviewed).map(|at| at.max(published.time)).collect()
    }

    /// The facts without which a fee would not be due, or `None` where it is not.
    ///
    /// A review is one of them where the rule asks for it, or where it lifts a rejection.
    fn grounds(&self, rule: &PostFee, published: &Stamp, horizon: Horizon) -> Option<Vec<Stamp>> {
        let mut grounds = vec![published.clone()];
        grounds.extend(horizon.last(&self.published, |_| true).map(|it| it.stamp.clone()));
        if rule.interactions_from > 0 {
            let enough = |fact: &&Fact<Metrics>| {
                horizon.sees(&fact.stamp) && fact.body.interactions() >= rule.interactions_from
            };
            grounds.push(self.measured.iter().find(enough)?.stamp.clone());
        }
        let rejected = horizon.last(&self.reviewed, |it| it.body == ReviewVerdict::Rejected).is_some();
        if rule.review || rejected {
            let approval = self.review(horizon).filter(|it| it.body == ReviewVerdict::Approved)?;
            grounds.push(approval.stamp.clone());
        }
        let removed = self.removed_at(horizon);
        let too_soon = removed.is_some_and(|at| at.since(published.time) < rule.live.millis());
        (!too_soon).then_some(grounds)
    }
}

impl Brand {
    /// Whether the author might earn when the post was published, as it was known before a fee that is due at once
    /// would lock.
    pub(crate) fn is_by_active_author(
        &self,
        program: &ProgramId,
        published: &Fact<PostPublished>,
        horizon: Horizon,
    ) -> bool {
        let terms = self.terms(program, published.stamp.time);
        terms.is_some_and(|terms| self.author(terms, program, published, horizon).active)
    }

    /// The last verdict on a post's author that concerns its day.
    pub(crate) fn verdict_on_author(
        &self,
        program: &ProgramId,
        published: &Fact<PostPublished>,
        horizon: Horizon,
    ) -> Option<&Fact<AmbassadorJudged>> {
        let verdicts = self.verdicts.get(&(program.clone(), published.body.author.clone()))?;
        let day = published.stamp.time;
        horizon.last(verdicts, |it| it.body.orders_from.is_none_or(|from| from <= day))
    }

    fn author(
        &self,
        terms: &Terms,
        program: &ProgramId,
        published: &Fact<PostPublished>,
        horizon: Horizon,
    ) -> Profile {
        let Fact { stamp, body } = published;
        let lock = stamp.time.max(stamp.recorded).plus(wait(terms));
        self.profile(program, &body.author, stamp.time, horizon.before(lock))
    }

    /// In which tier the author stood when the post was published.
    pub(crate) fn author_tier(
        &self,
        terms: &Terms,
        program: &ProgramId,
        published: &Fact<PostPublished>,
        horizon: Horizon,
    ) -> Option<SmolStr> {
        let Fact { stamp, body } = published;
        let lock = stamp.time.max(stamp.recorded).plus(wait(terms));
        self.tier(program, &body.author, stamp.time, (horizon.before(lock), horizon))
    }

    /// What every post of a program earns.
    pub(crate) fn post_earnings(&self, program: &ProgramId, horizon: Horizon) -> Vec<Earned> {
        let mut all = Vec::new();
        for (id, post) in &self.posts {
            let Some(published) = post.of(program, horizon) else { continue };
            let Some(terms) = self.terms(program, published.stamp.time) else { continue };
            let author = self.author(terms, program, published, horizon);
            if author.active && author.is_payable(terms) {
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
        let published = post.of(&program.id, horizon)?;
        self.due(rule, &program.id, post, horizon)?;
        let exponent = program.currency.exponent().ok()?;
        let fee = self.fee(rule, &program.id, post, horizon)?;
        let document = post.document(published, horizon);
        let campaigns = self.campaigns(&program.id, &rule.campaigns, (published, document), horizon);
        let due_at = published.body.due_at.or(campaigns.filter_map(|it| it.body.due_at).min());
        let late = rule.late.filter(|_| due_at.is_some_and(|due| due < published.stamp.time));
        let amount = match late {
            None => minor(fee, exponent, program.rounding),
            Some(part) => {
                let exact = fee * i128::from(part.millionths()) * ten_to(exponent);
                round(exact, MILLION * MILLION, program.rounding)
            }
        };
        Some(Earned {
            source: Source::Post(id.clone()),
            ambassador: published.body.author.clone(),
            rule: rule.id.clone(),
            asset: program.currency.clone(),
            amount,
            clears_at: {
                let stays = published.stamp.time.plus(rule.live.millis());
                self.first_due(rule, &program.id, post, horizon)?.plus(wait(terms)).max(stays)
            },
        })
    }

    /// The fee by the rule's table, or its only amount: in millionths, before a cut.
    fn fee(&self, rule: &PostFee, program: &ProgramId, post: &Post, horizon: Horizon) -> Option<i128> {
        let published = post.of(program, horizon)?;
        let (at, document) = (published.stamp.time, post.document(published, horizon));
        let terms = self.terms(program, at)?;
        let followers = published.body.followers.or_else(|| {
            self.author(terms, program, published, horizon).followers_on(document.platform.as_deref())
        });
        for row in &rule.table {
            let season = row.from.is_none_or(|from| at >= from) && row.until.is_none_or(|until| until > at);
            let size = row.followers_from.is_none_or(|from| followers.is_some_and(|it| from <= it))
                && row.followers_below.is_none_or(|below| followers.is_some_and(|it| it < below));
            let tier = || self.author_tier(terms, program, published, horizon);
            let kind = permits(&row.kinds, document.kind.as_ref());
            if season
                && size
                && kind
                && (row.tiers.is_empty() || tier().is_some_and(|it| row.tiers.contains(&it)))
                && permits(&row.platforms, document.platform.as_ref())
            {
                return Some(row.amount.get().into());
            }
        }
        let rest = i128::from(rule.amount.get());
        (rule.table.is_empty() || rest != 0).then_some(rest)
    }

    /// When the fee was due first, or became known to be by the last of the facts that it rested on then: an
    /// earning locks once, whatever happens to its amount afterwards.
    fn first_due(
        &self,
        rule: &PostFee,
        program: &ProgramId,
        post: &Post,
        horizon: Horizon,
    ) -> Option<Timestamp> {
        let published = post.of(program, horizon)?;
        let announced = self.campaigns.get(program).into_iter().flatten().map(|it| it.stamp.time);
        let mut instants = post.instants(&published.stamp);
        instants.extend(announced.filter(|at| *at > published.stamp.time));
        let judged = self.verdicts.get(&(program.clone(), published.body.author.clone()));
        instants.extend(judged.into_iter().flatten().map(|it| it.stamp.time.max(published.stamp.time)));
        let instants = instants.into_iter().filter(|at| *at <= horizon.until);
        let mut due = instants
            .filter_map(|at| Some((at, self.due(rule, program, post, Horizon { until: at, ..horizon })?)));
        let (at, grounds) = due.next()?;
        grounds.iter().map(|it| at.max(it.recorded)).max()
    }

    /// The facts without which a fee would not be due, or `None` where it is not.
    fn due(&self, rule: &PostFee, program: &ProgramId, post: &Post, horizon: Horizon) -> Option<Vec<Stamp>> {
        let published = post.of(program, horizon)?;
        let (at, document) = (published.stamp.time, post.document(published, horizon));
        let campaign = self.campaign(program, &rule.campaigns, (published, document), horizon);
        let fits = rule.from.is_none_or(|from| from <= at)
            && rule.until.is_none_or(|until| at < until)
            && permits(&rule.kinds, document.kind.as_ref())
            && permits(&rule.platforms, document.platform.as_ref())
            && (!rule.disclosed
                || is_disclosed(document, &rule.disclosure_hashtags, self.terms(program, at)))
            && (rule.campaigns.is_empty() || campaign.is_some());
        if !fits || self.fee(rule, program, post, horizon).is_none() {
            return None;
        }
        let mut grounds = post.grounds(rule, &published.stamp, horizon)?;
        grounds.extend(campaign.cloned());
        let verdict = self.verdict_on_author(program, published, horizon);
        if verdict.is_some_and(|it| !it.body.valid) {
            return None;
        }
        grounds.extend(verdict.map(|it| it.stamp.clone()));
        Some(grounds)
    }

    /// The first known announcement of a campaign that the post belongs to.
    pub(crate) fn campaign(
        &self,
        program: &ProgramId,
        named: &[CampaignId],
        told: (&Fact<PostPublished>, &PostPublished),
        horizon: Horizon,
    ) -> Option<&Stamp> {
        let stamps = self.campaigns(program, named, told, horizon).map(|it| &it.stamp);
        stamps.min_by_key(|stamp| stamp.recorded)
    }

    /// The campaigns that the post belongs to, as they are announced.
    fn campaigns<'s, 'a>(
        &'s self,
        program: &ProgramId,
        named: &'a [CampaignId],
        (published, document): (&'a Fact<PostPublished>, &'a PostPublished),
        horizon: Horizon,
    ) -> impl Iterator<Item = &'s Fact<CampaignAnnounced>> + use<'s, 'a> {
        let (at, author) = (published.stamp.time, &published.body.author);
        let announced = self.campaigns.get(program).map(Vec::as_slice).unwrap_or_default();
        let stands = move |fact: &&Fact<CampaignAnnounced>| {
            let same = |other: &Fact<CampaignAnnounced>| other.body.campaign == fact.body.campaign;
            horizon.last(announced, same).is_some_and(|last| last.stamp == fact.stamp)
        };
        let fits = move |Fact { body: campaign, .. }: &&Fact<CampaignAnnounced>| {
            let wanted = named.iter().any(|id| id.as_str() == "*" || *id == campaign.campaign);
            let open = campaign.ambassadors.is_empty() || campaign.ambassadors.contains(author);
            wanted
                && open
                && campaign.starts_at <= at
                && at < campaign.ends_at
                && permits(&campaign.kinds, document.kind.as_ref())
                && permits(&campaign.platforms, document.platform.as_ref())
                && (has_hashtag(document, &campaign.hashtags)
                    || mentions(document, &campaign.mentions)
                    || campaign.hashtags.len() + campaign.mentions.len() == 0)
        };
        announced.iter().filter(stands).filter(fits)
    }
}
