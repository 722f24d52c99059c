//! To which part something belongs.

use std::{cmp::Reverse, collections::BTreeMap};

use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_terms::{Registry, Sold, View};

use super::{FunnelBy, tally::Group};
use crate::report::content::Collected;

/// By which content a click, an order or a fee came about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Content {
    pub(super) post: Option<String>,
    pub(super) campaign: Option<String>,
}

impl Content {
    pub(super) fn of_post(post: &str) -> Self {
        Self { post: Some(post.to_owned()), campaign: None }
    }
}

/// What is known of a post.
pub(super) struct PostPlace {
    pub(super) program: String,
    author: String,
    campaign: Option<String>,
    kind: Option<String>,
    tier: Option<String>,
    /// Whether its measured views are part of the reach.
    pub(super) is_measured: bool,
}

impl PostPlace {
    pub(super) fn of(post: &Collected<'_>, places: &Places<'_>, is_measured: bool) -> Self {
        let document = post.document();
        let campaigns = post.program.campaigns().filter(|it| post.belongs_to(&it.what));
        let last = campaigns.max_by_key(|it| (it.what.starts_at, Reverse(&it.what.campaign)));
        let by_followers = post.terms().filter(|terms| terms.tier.is_empty());
        let own = document.followers.zip(by_followers).and_then(|(count, terms)| terms.tier_of(count));
        let known = || places.tier([post.brand, post.program_id], post.author().as_str(), post.published.at);
        Self {
            program: post.program_id.to_owned(),
            author: post.author().to_string(),
            campaign: last.map(|it| it.what.campaign.to_string()),
            kind: document.kind.as_ref().map(ToString::to_string),
            tier: own.map(|it| it.to_string()).or_else(known),
            is_measured,
        }
    }
}

/// Every post, and what a row is of.
pub(super) struct Places<'a> {
    pub(super) by: FunnelBy,
    registry: &'a Registry,
    posts: BTreeMap<(String, String), PostPlace>,
    /// What ambassadors sold, by brand, program and ambassador, where tiers that are reached by sales are asked for.
    pub(super) sold: BTreeMap<[String; 3], Vec<Sold>>,
}

impl<'a> Places<'a> {
    pub(super) const fn new(by: FunnelBy, registry: &'a Registry) -> Self {
        Self { by, registry, posts: BTreeMap::new(), sold: BTreeMap::new() }
    }

    pub(super) fn learn(&mut self, brand: &str, post: &str, place: PostPlace) {
        self.posts.insert((brand.to_owned(), post.to_owned()), place);
    }

    pub(super) fn post(&self, brand: &str, post: &str) -> Option<&PostPlace> {
        self.posts.get(&(brand.to_owned(), post.to_owned()))
    }

    /// Who published the post of a row.
    pub(super) fn author(&self, (brand, program, _): &Group, post: Option<&str>) -> Option<&str> {
        let known = self.post(brand, post?).filter(|known| known.program == *program);
        known.map(|known| known.author.as_str())
    }

    /// The part of what somebody did or got at an instant, by some content.
    pub(super) fn part(
        &self,
        [brand, program]: [&str; 2],
        who: Option<&str>,
        at: Timestamp,
        content: &Content,
    ) -> Option<String> {
        match self.by {
            FunnelBy::Ambassador => who.map(str::to_owned),
            FunnelBy::Tier => self.tier([brand, program], who?, at),
            FunnelBy::Post | FunnelBy::Campaign | FunnelBy::Kind => {
                self.of_content([brand, program], content)
            }
        }
    }

    /// The part of a post itself, and of a fee for it.
    pub(super) fn part_of_post(&self, [brand, program]: [&str; 2], who: &str, post: &str) -> Option<String> {
        match self.by {
            FunnelBy::Ambassador => Some(who.to_owned()),
            FunnelBy::Tier => self.post(brand, post)?.tier.clone(),
            FunnelBy::Post | FunnelBy::Campaign | FunnelBy::Kind => {
                self.of_content([brand, program], &Content::of_post(post))
            }
        }
    }

    /// The part of what came about by some content: of a post, a campaign or a kind.
    pub(super) fn of_content(&self, [brand, program]: [&str; 2], content: &Content) -> Option<String> {
        let named = content.post.as_deref();
        let known = named.and_then(|post| self.post(brand, post));
        let post = known.filter(|post| post.program == program);
        match self.by {
            // A post may be named before it is collected.
            FunnelBy::Post => named.filter(|_| known.is_none() || post.is_some()).map(str::to_owned),
            FunnelBy::Campaign => content.campaign.clone().or_else(|| post?.campaign.clone()),
            FunnelBy::Kind => post?.kind.clone(),
            FunnelBy::Ambassador | FunnelBy::Tier => None,
        }
    }

    /// The tier of an ambassador at an instant: of the program's own tiers where its terms have any, else by what was known
    /// of their followers; none where nothing was.
    fn tier(&self, [brand, program_id]: [&str; 2], who: &str, at: Timestamp) -> Option<String> {
        let program = self.registry.program(&BrandId::trusted(brand), &ProgramId::trusted(program_id))?;
        let (terms, ambassador) = (program.terms_at(at)?, AmbassadorId::trusted(who));
        if terms.tier.is_empty() {
            let followers = program.ambassador(&ambassador)?.profile(View::at(at)).followers?;
            return terms.tier_of(followers).map(|it| it.to_string());
        }
        let sold = self.sold.get(&[brand, program_id, who].map(str::to_owned));
        let sold = sold.map(Vec::as_slice).unwrap_or_default();
        program.tier(&ambassador, View::at(at), sold).map(|it| it.to_string())
    }
}
