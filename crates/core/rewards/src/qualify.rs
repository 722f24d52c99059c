//! Which orders and posts count towards a mission, and from when until when.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{
    AmbassadorId, Conversion, EventId, Moment, PostId, PostPublished, ReviewVerdict, Timestamp,
};
use tribute_money::Millionths;
use tribute_terms::{PostRequirement, Program, View, carries_hashtag};

/// One fact that counts, or once counted: a credited order, or a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualifying {
    /// When it happened; terms and a mission's dates look at this.
    pub at: Timestamp,
    /// What it is: `order:1001`, `post:p1`.
    pub id: String,
    /// When it counted, the earliest first; never empty.
    pub spells: Vec<Spell>,
}

/// A time during which a fact counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spell {
    /// When it began to count: later than the fact where a review or an override had to come first.
    pub since: Timestamp,
    /// From when on it no longer counts: it was refunded, rejected or removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The event that made it count.
    pub cause: EventId,
}

impl Qualifying {
    /// The spell in which an instant lies.
    #[must_use]
    pub fn spell_at(&self, at: Timestamp) -> Option<&Spell> {
        self.spells.iter().find(|spell| spell.since <= at && spell.until.is_none_or(|until| at < until))
    }
}

/// The spells between changes that come in order, each with its instant and its event.
fn spells<'a>(changes: impl Iterator<Item = (Timestamp, &'a EventId, bool)>) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    for (at, cause, counts) in changes {
        match spells.last_mut().filter(|last| last.until.is_none()) {
            Some(last) if !counts => last.until = Some(at),
            None if counts => spells.push(Spell { since: at, until: None, cause: cause.clone() }),
            Some(_) | None => {}
        }
    }
    spells
}

/// When an order counts for an ambassador: they are credited with a part of it, and something of it is left.
#[must_use]
pub fn order_qualifies(conversion: &Conversion, ambassador: &AmbassadorId) -> Option<Qualifying> {
    let counts = |moment: &Moment| {
        let credited = moment
            .shares
            .iter()
            .any(|share| share.weight > 0 && share.ambassador.as_ref() == Some(ambassador));
        credited && moment.lines.iter().any(|line| line.net > Millionths::ZERO)
    };
    let moments = conversion.moments.iter();
    let spells = spells(moments.map(|moment| (moment.effective_at, &moment.cause, counts(moment))));
    let found = Qualifying { at: conversion.ordered_at, id: format!("order:{}", conversion.order), spells };
    (!found.spells.is_empty()).then_some(found)
}

/// Something that was said of a post, when, and by which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a, T> {
    /// When.
    pub at: Timestamp,
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
    /// When its publication was recorded.
    pub recorded: Timestamp,
    /// What it looked like: the publication, then its edits.
    pub documents: Vec<Said<'a, &'a PostPublished>>,
    /// Its reviews.
    pub reviews: Vec<Said<'a, ReviewVerdict>>,
    /// Its removal.
    pub removal: Option<Said<'a, ()>>,
}

impl<'a> PostHistory<'a> {
    /// Everything said of it, in the order in which it took effect; nothing comes before the publication.
    fn instants(&self, published: Said<'a, &PostPublished>) -> Vec<(Timestamp, &'a EventId)> {
        let edits = self.documents.iter().skip(1).map(|it| (it.at, it.cause));
        let reviews = self.reviews.iter().map(|it| (it.at, it.cause));
        let later = edits.chain(reviews).chain(self.removal.map(|it| (it.at, it.cause)));
        let mut all: Vec<_> = later.map(|(at, cause)| (at.max(published.at), cause)).collect();
        all.sort_unstable();
        all.insert(0, (published.at, published.cause));
        all
    }
}

/// When a post counts towards a mission: its author might earn when it was published, and it is of the wanted kind
/// with one of the wanted hashtags, disclosed where asked, approved where asked and not rejected, and was not
/// removed before its time.
#[must_use]
pub fn post_qualifies(
    requirement: &PostRequirement,
    post: &PostHistory<'_>,
    program: &Program,
) -> Option<Qualifying> {
    let published = *post.documents.first()?;
    if !is_by_active_author(post, published, program) {
        return None;
    }
    let removal = post.removal.filter(|it| it.at.since(published.at) < requirement.live.millis());
    let terms = program.terms_at(published.at)?;
    let region = program.region(&published.what.author, View::at(published.at));
    let discloses = |requirement: &PostRequirement, document: &PostPublished| {
        terms.disclosure(document, region.as_deref(), &requirement.disclosure_hashtags).is_some()
    };
    let counts = |at: Timestamp| {
        let document = post.documents.iter().rev().find(|it| it.at <= at).unwrap_or(&published);
        let review = post.reviews.iter().rev().find(|it| it.at <= at).map(|it| it.what);
        suits(requirement, document.what)
            && (!requirement.disclosed || discloses(requirement, document.what))
            && review != Some(ReviewVerdict::Rejected)
            && (!requirement.review || review == Some(ReviewVerdict::Approved))
            && removal.is_none_or(|removal| at < removal.at.max(published.at))
    };
    let changes = post.instants(published);
    let spells = spells(changes.into_iter().map(|(at, cause)| (at, cause, counts(at))));
    let found = Qualifying { at: published.at, id: format!("post:{}", post.post), spells };
    (!found.spells.is_empty()).then_some(found)
}

fn suits(requirement: &PostRequirement, document: &PostPublished) -> bool {
    let hashtags = &document.hashtags;
    let kind = |wanted: &SmolStr| document.kind.as_ref().is_some_and(|it| wanted.eq_ignore_ascii_case(it));
    (requirement.kinds.is_empty() || requirement.kinds.iter().any(kind))
        && (requirement.hashtags.is_empty() || carries_hashtag(hashtags, &requirement.hashtags))
}

/// The author's standing at the publication, as it was known when a fee for the post would have locked.
fn is_by_active_author(
    post: &PostHistory<'_>,
    published: Said<'_, &PostPublished>,
    program: &Program,
) -> bool {
    let Some(terms) = program.terms_at(published.at) else { return false };
    let wait = terms.attribution.hold.max(terms.attribution.grace).millis();
    let lock = published.at.max(post.recorded).plus(wait);
    let view = View { as_of: published.at, recorded_before: lock };
    program.is_active(&published.what.author, view)
}

#[cfg(test)]
mod tests {
    use tribute_events::{
        AmbassadorChange, BrandId, DAY, Event, NetLine, OrderId, Payload, ProgramId, ProgramPublished,
        Reason, Share,
    };
    use tribute_terms::Registry;

    use super::*;

    fn day(days: i64) -> Timestamp {
        Timestamp::from_millis(1_772_323_200_000).plus(days * DAY)
    }

    fn program() -> Program {
        let terms = "[program]\nbrand = \"b\"\nid = \"p\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\ncurrency = \"USD\"";
        let ann = serde_json::from_str("{\"program\":\"p\",\"ambassador\":\"ann\"}").unwrap();
        let mut registry = Registry::default();
        for payload in [
            Payload::Program(ProgramPublished { terms: terms.into() }),
            Payload::Ambassador(AmbassadorChange::Approved, ann),
        ] {
            let event = Event {
                brand: BrandId::trusted("b"),
                source: "/t".into(),
                id: EventId::trusted("e"),
                time: day(-9),
                recorded: day(-9),
                traceparent: None,
                fingerprint: [0; 16],
                payload,
            };
            registry.apply(&event).unwrap();
        }
        registry.program(&BrandId::trusted("b"), &ProgramId::trusted("p")).unwrap().clone()
    }

    fn requirement(json: &str) -> PostRequirement {
        serde_json::from_str(json).unwrap()
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
        let documents: Vec<_> =
            documents.iter().map(|(at, what)| Said { at: day(*at), cause: name(0), what: *what }).collect();
        PostHistory {
            post: &documents[0].what.post,
            recorded: day(0),
            reviews: reviews
                .iter()
                .map(|(at, what)| Said { at: day(*at), cause: name(1), what: *what })
                .collect(),
            removal: removed.map(|at| Said { at: day(at), cause: name(2), what: () }),
            documents,
        }
    }

    fn names() -> [EventId; 3] {
        ["published", "reviewed", "removed"].map(EventId::trusted)
    }

    /// Since and until when, in days.
    fn days(found: Option<Qualifying>) -> Vec<(i64, Option<i64>)> {
        let number = |at: Timestamp| at.since(day(0)) / DAY;
        let spells = found.into_iter().flat_map(|it| it.spells);
        spells.map(|spell| (number(spell.since), spell.until.map(number))).collect()
    }

    #[test]
    fn posts_count_by_kind_hashtag_and_disclosure() {
        let (program, names) = (program(), names());
        let ann = document("ann", &["#Quest", "ad"]);
        let find = |json: &str, what: &PostPublished| {
            post_qualifies(&requirement(json), &history(&[(0, what)], &[], None, &names), &program)
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
            post_qualifies(&requirement(json), &history(&[(0, &ann)], reviews, removed, &names), &program)
        };
        let asked = "{\"count\":1,\"review\":true}";
        assert_eq!(find(asked, &[], None), None);
        let approved = find(asked, &[(3, Approved)], None).unwrap();
        let spell = approved.spell_at(day(9)).unwrap();
        assert_eq!((approved.at, spell.since, spell.cause.as_str()), (day(0), day(3), "reviewed"));
        let twice = find(asked, &[(3, Approved), (5, Rejected), (8, Approved)], None);
        assert_eq!(days(twice), [(3, Some(5)), (8, None)]);
        assert_eq!(days(find("{\"count\":1}", &[(5, Rejected)], None)), [(0, Some(5))]);
        assert_eq!(days(find("{\"count\":1,\"live\":\"7d\"}", &[], Some(6))), [(0, Some(6))]);
        assert_eq!(days(find("{\"count\":1,\"live\":\"7d\"}", &[], Some(7))), [(0, None)]);
        assert_eq!(days(find("{\"count\":1}", &[], Some(0))), [(0, None)]);
    }

    #[test]
    fn an_edit_that_withdraws_the_disclosure_ends_it() {
        let (program, names) = (program(), names());
        let (open, hidden) = (document("ann", &["ad"]), document("ann", &[]));
        let told = history(&[(0, &open), (4, &hidden), (6, &open)], &[], None, &names);
        let found = post_qualifies(&requirement("{\"count\":1,\"disclosed\":true}"), &told, &program);
        assert_eq!(days(found), [(0, Some(4)), (6, None)]);
    }

    #[test]
    fn an_order_counts_while_credited_and_not_refunded() {
        let moment = |when: i64, who: &str, net: &str| Moment {
            effective_at: day(when),
            cause: EventId::trusted(&format!("e{when}")),
            shares: vec![Share { ambassador: Some(AmbassadorId::trusted(who)), weight: 1 }],
            lines: vec![NetLine { sku: "A".into(), category: None, quantity: 1, net: net.parse().unwrap() }],
            shipping: Millionths::ZERO,
            tax: Millionths::ZERO,
        };
        let find = |moments: Vec<Moment>| {
            let conversion = Conversion {
                program: ProgramId::trusted("p"),
                order: OrderId::trusted("1001"),
                terms_version: "1".into(),
                ordered_at: day(0),
                locks_at: day(30),
                currency: "USD".parse().unwrap(),
                returning: false,
                channel: None,
                region: None,
                buyer: None,
                renewal: None,
                moments,
                reason: Reason {
                    tier: "click".into(),
                    model: None,
                    winners: vec![],
                    losers: vec![],
                    notes: vec![],
                },
            };
            order_qualifies(&conversion, &AmbassadorId::trusted("ann"))
        };
        let plain = find(vec![moment(0, "ann", "5"), moment(2, "ann", "3")]);
        assert_eq!(plain.as_ref().unwrap().id, "order:1001");
        assert_eq!(days(plain), [(0, None)]);
        assert_eq!(days(find(vec![moment(0, "ann", "5"), moment(2, "ann", "0")])), [(0, Some(2))]);
        assert_eq!(days(find(vec![moment(0, "ann", "5"), moment(2, "bob", "5")])), [(0, Some(2))]);
        let moved = find(vec![moment(0, "bob", "5"), moment(2, "ann", "5")]).unwrap();
        assert_eq!((moved.at, moved.spells[0].cause.as_str()), (day(0), "e2"));
        assert_eq!(days(Some(moved)), [(2, None)]);
        assert_eq!(find(vec![moment(0, "bob", "5")]), None);
    }
}
