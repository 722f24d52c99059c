//! Which posts count towards a mission, and from when until when.

use smol_str::SmolStr;
use tribute_events::{EventId, Metrics, PostId, PostPublished, ReviewVerdict, Timestamp};
use tribute_terms::{
    AboutPost, Campaign, Expression, Mission, PostRequirement, Program, View, belongs_to_campaign,
    carries_hashtag, mentions_account,
};

use crate::{
    Counted, Need, Qualifying, needs,
    spell::{Change, found, spells},
};

/// Something that was said of a post, when, and by which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a, T> {
    /// When.
    pub at: Timestamp,
    /// When that was recorded.
    pub recorded: Timestamp,
    /// The event.
    pub cause: &'a EventId,
    /// What.
    pub what: T,
}

/// What happened to a post. Every list is in the order of (time, event id).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostHistory<'a> {
    /// The post.
    pub post: &'a PostId,
    /// The tier of its author when it was published.
    pub tier: Option<&'a SmolStr>,
    /// What it looked like: the publication, then its edits.
    pub documents: Vec<Said<'a, &'a PostPublished>>,
    /// Its reviews.
    pub reviews: Vec<Said<'a, ReviewVerdict>>,
    /// Its counts, as they grew.
    pub measurements: Vec<Said<'a, Metrics>>,
    /// Its removal.
    pub removal: Option<Said<'a, ()>>,
}

impl<'a> PostHistory<'a> {
    /// Everything said of it, in the order in which it took effect; nothing comes before the publication.
    fn instants(
        &self,
        published: Said<'a, &PostPublished>,
        program: &'a Program,
    ) -> Vec<(Timestamp, &'a EventId)> {
        let edits = self.documents.iter().skip(1).map(|it| (it.at, it.cause));
        let reviews = self.reviews.iter().map(|it| (it.at, it.cause));
        let counts = self.measurements.iter().map(|it| (it.at, it.cause));
        let verdicts = program.verdicts_on(&published.what.author, published.at);
        let verdicts = verdicts.map(|it| (it.time, &it.id));
        let removal = self.removal.map(|it| (it.at, it.cause));
        let later = edits.chain(reviews).chain(counts).chain(removal).chain(verdicts);
        let mut all: Vec<_> = later.map(|(at, cause)| (at.max(published.at), cause)).collect();
        all.sort_unstable();
        all.insert(0, (published.at, published.cause));
        all
    }
}

/// When a post counts towards a mission: its author might earn and was of a wanted tier when it was published, and it is of the wanted kind
/// with one of the wanted hashtags, its condition holds of it as it stands, disclosed where asked, approved where asked and not rejected, was not removed
/// before its time, follows a shipment where asked, and its author is not judged invalid.
#[must_use]
pub fn post_qualifies(mission: &Mission, post: &PostHistory<'_>, program: &Program) -> Option<Qualifying> {
    let published = *post.documents.first()?;
    let wait = wait(published, program)?;
    let locks_at = published.at.max(published.recorded).plus(wait);
    if !mission.is_open_to(post.tier.map(SmolStr::as_str))
        || !is_by_active_author(published, locks_at, program)
    {
        return None;
    }
    let mut changes = post.instants(published, program);
    if needs(mission).iter().any(|need| need.of.posts().is_some_and(|posts| !posts.campaigns.is_empty())) {
        let announced = program.campaign_announcements().map(|it| (it.time.max(published.at), &it.id));
        changes.extend(announced);
        // Nothing comes before the publication, whatever its id.
        if let Some(later) = changes.get_mut(1..) {
            later.sort_unstable();
        }
    }
    let of_need = |need: Need<'_>| {
        let claim = Claim { post, published, program, need: &need, locks_at, wait };
        spells(&need.name, changes.iter().filter_map(|(at, cause)| claim.change(*at, cause)))
    };
    let spells = needs(mission).into_iter().flat_map(of_need).collect();
    found(published.at, format!("post:{}", post.post), spells)
}

/// A post's claim to count towards one need.
struct Claim<'a> {
    post: &'a PostHistory<'a>,
    published: Said<'a, &'a PostPublished>,
    program: &'a Program,
    need: &'a Need<'a>,
    /// When what was known of its author froze.
    locks_at: Timestamp,
    /// For how long what it brings is held, in milliseconds.
    wait: i64,
}

/// The last that was said by an instant.
fn last<'s, 'a, T>(said: &'s [Said<'a, T>], at: Timestamp) -> Option<&'s Said<'a, T>> {
    said.iter().rev().find(|it| it.at <= at)
}

impl Claim<'_> {
    /// For how much it counts from an instant on; `None` for a need that no post can meet.
    fn change<'c>(&self, at: Timestamp, cause: &'c EventId) -> Option<Change<'c>> {
        let wanted = self.need.of.posts()?;
        let measured = last(&self.post.measurements, at).map(|it| it.what).unwrap_or_default();
        let amount = match self.need.of {
            Counted::Views(_) => measured.views.unwrap_or_default(),
            Counted::Interactions(_) => measured.interactions(),
            _ => 1,
        };
        let amount = if self.holds(wanted, at) { amount } else { 0 };
        let lived = self.published.at.plus(wanted.live.millis());
        let held = at.max(self.recorded_by(wanted, at)).plus(self.wait);
        Some(Change { at, cause, amount, locks_at: held.max(lived) })
    }

    /// When the last of the facts that it rests on at an instant was recorded, as for a fee: the publication, the edit
    /// and the counts in force, the review where one is asked for or lifts a rejection, the first known of the campaigns
    /// that it belongs to, and a verdict that lifts one before it.
    fn recorded_by(&self, wanted: &PostRequirement, at: Timestamp) -> Timestamp {
        let (post, published) = (self.post, self.published);
        let rejected = post.reviews.iter().any(|it| it.at <= at && it.what == ReviewVerdict::Rejected);
        let review = last(&post.reviews, at).filter(|_| wanted.review || rejected);
        let edit = last(&post.documents, at).unwrap_or(&published);
        let counts = last(&post.measurements, at).filter(|_| self.need.of.is_measured());
        let announced = self.campaigns(wanted, edit.what, at).map(|it| it.recorded).min();
        let verdicts = self.program.verdicts_on(&published.what.author, published.at);
        let verdict = verdicts.take_while(|it| it.time <= at).last().map(|it| it.recorded);
        let (review, counts) = (review.map(|it| it.recorded), counts.map(|it| it.recorded));
        let all = [Some(edit.recorded), review, counts, announced, verdict];
        all.into_iter().flatten().fold(published.recorded, Timestamp::max)
    }

    /// The wanted campaigns that the post belongs to, as they were announced by an instant.
    fn campaigns<'c>(
        &'c self,
        wanted: &'c PostRequirement,
        document: &'c PostPublished,
        at: Timestamp,
    ) -> impl Iterator<Item = &'c Campaign> {
        let named = |id: &str| wanted.campaigns.iter().any(|it| it.as_str() == "*" || it.as_str() == id);
        let (author, published_at) = (&self.published.what.author, self.published.at);
        self.program.campaigns_seen(View::at(at)).filter(move |campaign| {
            named(campaign.what.campaign.as_str())
                && belongs_to_campaign(document, author, published_at, &campaign.what)
        })
    }

    fn holds(&self, wanted: &PostRequirement, at: Timestamp) -> bool {
        let (post, published) = (self.post, self.published);
        let document = last(&post.documents, at).unwrap_or(&published);
        let review = last(&post.reviews, at).map(|it| it.what);
        let removal = post.removal.filter(|it| it.at.since(published.at) < wanted.live.millis());
        suits(wanted, document.what)
            && wanted.expression.as_ref().is_none_or(|it| self.meets(it, document.what))
            && (wanted.campaigns.is_empty() || self.campaigns(wanted, document.what, at).next().is_some())
            && (!wanted.disclosed || self.discloses(wanted, document.what))
            && review != Some(ReviewVerdict::Rejected)
            && (!wanted.review || review == Some(ReviewVerdict::Approved))
            && removal.is_none_or(|removal| at < removal.at.max(published.at))
            && !self.program.is_judged_invalid(&published.what.author, published.at, at)
            && self.follows_a_shipment(wanted)
    }

    /// Whether a condition holds of the post, its author as they were known when it was published.
    fn meets(&self, expression: &Expression, document: &PostPublished) -> bool {
        let (author, published_at) = (&self.published.what.author, self.published.at);
        let Some(terms) = self.program.terms_at(published_at) else { return false };
        let recorded_before = self.locks_at;
        let profile = self.program.profile(author, View { as_of: published_at, recorded_before });
        let known = || profile.followers_on(document.platform.as_deref());
        let followers = self.published.what.followers.or_else(known);
        let tier = self.post.tier;
        expression.holds(&AboutPost { document, published_at, terms, profile: &profile, tier, followers })
    }

    fn discloses(&self, wanted: &PostRequirement, document: &PostPublished) -> bool {
        let published = self.published;
        let region = self.program.region(&published.what.author, View::at(published.at));
        let terms = self.program.terms_at(published.at);
        terms.is_some_and(|it| {
            it.disclosure(document, region.as_deref(), &wanted.disclosure_hashtags).is_some()
        })
    }

    fn follows_a_shipment(&self, wanted: &PostRequirement) -> bool {
        let Some(window) = wanted.after_shipment else { return true };
        let (author, at) = (&self.published.what.author, self.published.at);
        let sent = self.program.shipments_to(author);
        sent.into_iter().any(|it| it.time <= at && at.since(it.time) < window.millis())
    }
}

fn suits(requirement: &PostRequirement, document: &PostPublished) -> bool {
    let hashtags = &document.hashtags;
    let listed = |list: &[SmolStr], value: Option<&SmolStr>| {
        list.is_empty() || value.is_some_and(|it| list.iter().any(|wanted| wanted.eq_ignore_ascii_case(it)))
    };
    listed(&requirement.kinds, document.kind.as_ref())
        && listed(&requirement.platforms, document.platform.as_ref())
        && (requirement.mentions.is_empty() || mentions_account(&document.mentions, &requirement.mentions))
        && (requirement.hashtags.is_empty() || carries_hashtag(hashtags, &requirement.hashtags))
}

/// For how long what a post brings is held, as a fee for it would be; none before the first terms.
fn wait(published: Said<'_, &PostPublished>, program: &Program) -> Option<i64> {
    let terms = program.terms_at(published.at)?;
    Some(terms.attribution.hold.max(terms.attribution.grace).millis())
}

/// The author's standing at the publication, as it was known when a fee for the post would have locked.
fn is_by_active_author(published: Said<'_, &PostPublished>, locks_at: Timestamp, program: &Program) -> bool {
    let view = View { as_of: published.at, recorded_before: locks_at };
    program.is_active(&published.what.author, view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{day, days, plain, program};

    /// A mission that asks for such posts.
    fn mission(posts: &str) -> Mission {
        let posts: PostRequirement = serde_json::from_str(posts).unwrap();
        let requires = tribute_terms::Requirements { posts: vec![posts], ..Default::default() };
        Mission { requires, ..plain() }
    }

    fn document(author: &str, tags: &[&str]) -> PostPublished {
        let tags: Vec<_> = tags.iter().map(|tag| format!("\"{tag}\"")).collect();
        let json = format!(
            "{{\"program\":\"p\",\"post\":\"p1\",\"author\":\"{author}\",\"kind\":\"video\",\"hashtags\":[{}]}}",
            tags.join(",")
        );
        serde_json::from_str(&json).unwrap()
    }

    fn history<'a>(
        documents: &[(i64, &'a PostPublished)],
        reviews: &[(i64, ReviewVerdict)],
        removed: Option<i64>,
        names: &'a [EventId],
    ) -> PostHistory<'a> {
        let name = |place: usize| names.get(place).unwrap();
        let documents: Vec<_> = documents.iter().map(|(at, what)| said(*at, name(0), *what)).collect();
        PostHistory {
            tier: None,
            post: &documents[0].what.post,
            reviews: reviews.iter().map(|(at, what)| said(*at, name(1), *what)).collect(),
            measurements: vec![],
            removal: removed.map(|at| said(at, name(2), ())),
            documents,
        }
    }

    fn said<T>(at: i64, cause: &EventId, what: T) -> Said<'_, T> {
        Said { at: day(at), recorded: day(at), cause, what }
    }

    fn names() -> [EventId; 3] {
        ["published", "reviewed", "removed"].map(EventId::trusted)
    }

    #[test]
    fn posts_count_by_kind_hashtag_and_disclosure() {
        let (program, names) = (program(), names());
        let ann = document("ann", &["#Quest", "ad"]);
        let find = |json: &str, what: &PostPublished| {
            post_qualifies(&mission(json), &history(&[(0, what)], &[], None, &names), &program)
        };
        let counts = |json: &str| find(json, &ann).is_some();
        assert!(counts("{\"count\":1}"));
        assert!(counts("{\"count\":1,\"hashtags\":[\"quest\"],\"kinds\":[\"Video\"],\"disclosed\":true}"));
        assert!(!counts("{\"count\":1,\"hashtags\":[\"other\"]}"));
        assert!(!counts("{\"count\":1,\"kinds\":[\"photo\"]}"));
        assert!(!counts("{\"count\":1,\"disclosed\":true,\"disclosure_hashtags\":[\"paid\"]}"));
        assert_eq!(find("{\"count\":1}", &document("nobody", &[])), None);
    }

    #[test]
    fn reviews_and_removals_decide_from_their_times_on() {
        use ReviewVerdict::{Approved, Rejected};
        let (program, ann, names) = (program(), document("ann", &[]), names());
        let find = |json: &str, reviews: &[(i64, ReviewVerdict)], removed| {
            post_qualifies(&mission(json), &history(&[(0, &ann)], reviews, removed, &names), &program)
        };
        let asked = "{\"count\":1,\"review\":true}";
        assert_eq!(find(asked, &[], None), None);
        let approved = find(asked, &[(3, Approved)], None).unwrap();
        let spell = &approved.spells[0];
        assert_eq!((approved.at, spell.since, spell.cause.as_str()), (day(0), day(3), "reviewed"));
        let twice = find(asked, &[(3, Approved), (5, Rejected), (8, Approved)], None);
        assert_eq!(days(twice), [(3, Some(5)), (8, None)]);
        assert_eq!(days(find("{\"count\":1}", &[(5, Rejected)], None)), [(0, Some(5))]);
        assert_eq!(days(find("{\"count\":1,\"live\":\"7d\"}", &[], Some(6))), [(0, Some(6))]);
        assert_eq!(days(find("{\"count\":1,\"live\":\"7d\"}", &[], Some(7))), [(0, None)]);
        assert_eq!(days(find("{\"count\":1}", &[], Some(0))), [(0, None)]);
    }

    /// For 30 days, which is the default.
    #[test]
    fn what_a_post_brings_is_held_from_the_last_fact_that_it_rests_on() {
        use ReviewVerdict::{Approved, Rejected};
        let (program, ann, names) = (program(), document("ann", &[]), names());
        let locks = |json: &str, reviews: &[(i64, ReviewVerdict)]| {
            let found =
                post_qualifies(&mission(json), &history(&[(0, &ann)], reviews, None, &names), &program);
            found.unwrap().spells.last().unwrap().locks_at
        };
        assert_eq!(locks("{\"count\":1}", &[(3, Approved)]), day(30), "no review is asked for");
        assert_eq!(locks("{\"count\":1,\"review\":true}", &[(3, Approved)]), day(33));
        assert_eq!(locks("{\"count\":1}", &[(3, Rejected), (5, Approved)]), day(35), "a rejection is lifted");
        assert_eq!(locks("{\"count\":1,\"review\":true,\"live\":\"40d\"}", &[(3, Approved)]), day(40));
    }

    #[test]
    fn an_edit_that_withdraws_the_disclosure_ends_it() {
        let (program, names) = (program(), names());
        let (open, hidden) = (document("ann", &["ad"]), document("ann", &[]));
        let told = history(&[(0, &open), (4, &hidden), (6, &open)], &[], None, &names);
        let found = post_qualifies(&mission("{\"count\":1,\"disclosed\":true}"), &told, &program);
        assert_eq!(days(found), [(0, Some(4)), (6, None)]);
    }
}
