//! What everybody who takes part in a campaign owes, and how far they are.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, CampaignAnnounced, CampaignId, PostPublished, ReviewVerdict, Timestamp};
use tribute_terms::{Program, Terms, View, belongs_to_campaign};

use crate::{PostFact, PostFacts};

/// How far somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// As many as they owe were there in time, and stand.
    Done,
    /// There is time left.
    Open,
    /// The time is over.
    Missed,
}

impl DeliveryStatus {
    /// The status as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Open => "open",
            Self::Missed => "missed",
        }
    }
}

/// What one ambassador delivered for a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who.
    pub ambassador: AmbassadorId,
    /// How many posts were there in time, and stand.
    pub delivered: u64,
    /// How many stand that came too late.
    pub late: u64,
    /// How many of both a review approved.
    pub approved: u64,
    /// How far they are.
    pub status: DeliveryStatus,
    /// Who is next to take their place, where they missed it.
    pub instead: Option<AmbassadorId>,
}

/// The posts that a campaign asks of everybody who takes part, as they stood at one instant.
///
/// A post is in time until the due time itself, as for a fee with a cut for late posts. It stands unless a review
/// rejected it, or, where a fee for the campaign asks for a review, once one approved it; unless it was removed within the
/// longest time that such a fee wants it to be live, or, where no fee names the campaign, at all; and unless what its author
/// did then was judged invalid. Where such a fee asks for posts that disclose, only these are counted.
#[derive(Debug)]
pub struct Deliverables<'a> {
    program: &'a Program,
    campaign: &'a CampaignAnnounced,
    owed: u64,
    as_of: Timestamp,
    is_over: bool,
    counts: BTreeMap<AmbassadorId, Count>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    in_time: u64,
    late: u64,
    approved: u64,
}

impl<'a> Deliverables<'a> {
    /// Begins to count, as of what the clock has come to: before its first tick everything counts, and nothing is missed
    /// yet. Nothing where the campaign asks for no posts.
    #[must_use]
    pub fn new(
        program: &'a Program,
        campaign: &'a CampaignAnnounced,
        clock: Option<Timestamp>,
    ) -> Option<Self> {
        let owed = campaign.posts_each?.into();
        let (as_of, is_over) = (clock.unwrap_or(Timestamp::MAX), clock >= Some(due_at(campaign)));
        Some(Self { program, campaign, owed, as_of, is_over, counts: BTreeMap::new() })
    }

    /// How many posts everybody owes.
    #[must_use]
    pub const fn owed(&self) -> u64 {
        self.owed
    }

    /// Where the campaign's brief can be read, else the brief itself.
    #[must_use]
    pub fn brief(&self) -> Option<&'a str> {
        let brief = self.campaign.brief.as_ref()?;
        brief.url.as_deref().or(brief.text.as_deref())
    }

    /// Until when they are owed.
    #[must_use]
    pub fn due_at(&self) -> Timestamp {
        due_at(self.campaign)
    }

    /// Counts a post of the program, where it is one of the campaign's.
    pub fn count(&mut self, post: &PostFacts) {
        let Some(published) = post.published().filter(|it| it.at <= self.as_of) else { return };
        let (at, author) = (published.at, &published.what.author);
        let Some(document) = post.document_at(self.as_of) else { return };
        let belongs = belongs_to_campaign(document, author, at, self.campaign)
            && self.program.is_active(author, View::at(at));
        let is_invalid = self.program.is_judged_invalid(author, at, self.as_of);
        if !belongs || is_invalid || !self.is_as_asked(post, document, published) {
            return;
        }
        let approved = post.review_at(self.as_of) == Some(ReviewVerdict::Approved);
        let late = at > self.due_at();
        let count = self.counts.entry(author.clone()).or_default();
        count.late = count.late.saturating_add(u64::from(late));
        count.in_time = count.in_time.saturating_add(u64::from(!late));
        count.approved = count.approved.saturating_add(u64::from(approved));
    }

    /// Whether a post is what the fees for the campaign ask for, by the terms of its day.
    fn is_as_asked(
        &self,
        post: &PostFacts,
        document: &PostPublished,
        published: &PostFact<PostPublished>,
    ) -> bool {
        let Some(terms) = self.program.terms_at(published.at) else {
            return Asked::default().is_met(post, self.as_of);
        };
        let asked = Asked::of(terms, &self.campaign.campaign);
        let region = self.program.region(&published.what.author, View::at(published.at));
        let discloses = |by: &&[SmolStr]| terms.disclosure(document, region.as_deref(), by).is_some();
        asked.is_met(post, self.as_of) && asked.disclosed_by.iter().all(discloses)
    }

    /// Everybody who takes part, by id: those who are named, else whoever was active when the campaign began.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        let campaign = self.campaign;
        let active = |who: &&AmbassadorId, at| self.program.is_active(who, View::at(at));
        let members: BTreeSet<&AmbassadorId> = if campaign.ambassadors.is_empty() {
            let people = self.program.ambassadors().keys();
            people.filter(|who| active(who, campaign.starts_at)).collect()
        } else {
            campaign.ambassadors.iter().collect()
        };
        // Who is in already, or may not earn now, is no help.
        let helps =
            |who: &&AmbassadorId| !members.contains(*who) && active(who, self.as_of.max(campaign.starts_at));
        let mut reserves = campaign.reserves.iter().filter(helps);
        let mut deliveries = Vec::new();
        for who in &members {
            let count = self.counts.get(*who).copied().unwrap_or_default();
            let status = match (count.in_time >= self.owed, self.is_over) {
                (true, _) => DeliveryStatus::Done,
                (false, false) => DeliveryStatus::Open,
                (false, true) => DeliveryStatus::Missed,
            };
            let instead = if status == DeliveryStatus::Missed { reserves.next() } else { None };
            deliveries.push(Delivery {
                ambassador: (*who).clone(),
                delivered: count.in_time,
                late: count.late,
                approved: count.approved,
                status,
                instead: instead.cloned(),
            });
        }
        deliveries
    }
}

fn due_at(campaign: &CampaignAnnounced) -> Timestamp {
    campaign.due_at.unwrap_or(campaign.ends_at)
}

/// What the fees for a campaign's posts ask for besides the posts themselves.
#[derive(Debug, Default)]
struct Asked<'a> {
    /// For how long they must be live, in milliseconds; for ever where no fee says.
    live: Option<i64>,
    review: bool,
    /// The hashtags by which they must disclose, where the terms name no rules of countries.
    disclosed_by: Vec<&'a [SmolStr]>,
}

impl<'a> Asked<'a> {
    fn of(terms: &'a Terms, campaign: &CampaignId) -> Self {
        let named = |id: &CampaignId| id.as_str() == "*" || id == campaign;
        let fees = || terms.post_fee.iter().filter(|fee| fee.campaigns.iter().any(named));
        let disclosed = fees().filter(|fee| fee.disclosed);
        Self {
            live: fees().map(|fee| fee.live.millis()).max(),
            review: fees().any(|fee| fee.review),
            disclosed_by: disclosed.map(|fee| fee.disclosure_hashtags.as_slice()).collect(),
        }
    }

    fn is_met(&self, post: &PostFacts, as_of: Timestamp) -> bool {
        let review = post.review_at(as_of);
        let reviewed = if self.review {
            review == Some(ReviewVerdict::Approved)
        } else {
            review != Some(ReviewVerdict::Rejected)
        };
        let removal = self.live.map_or_else(|| post.removed(), |live| post.removed_early(live));
        reviewed && removal.is_none_or(|removal| removal.at > as_of)
    }
}
